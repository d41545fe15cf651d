"""What people do at the screen, one function for each journey; `all_journeys.py` says which there are."""
