"""What the pages say, in four languages."""
