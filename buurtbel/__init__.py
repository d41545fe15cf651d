"""The switchboard: settings, start-up, command line, doctor and demo."""
