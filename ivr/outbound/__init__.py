"""Calls out: one placement for every kind of them, and what each kind adds."""
