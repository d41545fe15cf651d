"""What came of broadcasts, for people."""
