"""What people do who call our number, and what they must hear: one function each."""
