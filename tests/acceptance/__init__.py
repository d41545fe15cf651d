"""`make lines`: conversations over real calls to our number."""
