"""Programs that Buurtbel brings along and looks after: Asterisk and PostgreSQL."""
