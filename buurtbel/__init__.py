"""The product: settings, start-up, command line, doctor and demo."""
