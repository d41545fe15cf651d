"""What was said to us, on its way from the PBX into the database."""
