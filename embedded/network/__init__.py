"""Addresses, ports and networks."""
