"""`buurtbel serve`: what starts, watches and ends our programs."""
