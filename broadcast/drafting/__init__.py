"""Alerts that are being written on the screen, until they begin: nothing that was typed is lost."""
