"""What officers do with an alert that is under way."""
