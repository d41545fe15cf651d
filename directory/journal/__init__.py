"""What people did here, kept so that nobody can change it unseen (docs/journal.md)."""
