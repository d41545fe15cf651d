"""The commands of the screen."""
