"""Keepers: one small process per account, which starts, stops and watches the one program of that account."""
