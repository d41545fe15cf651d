"""What drawn neighbours are heard to say."""
