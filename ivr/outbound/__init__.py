"""Calls out: one placement for every kind of call, and the parts that each kind adds."""
