"""What keeps an installation: backups, and what is kept of people."""
