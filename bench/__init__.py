"""Benchmarks: what the whole system costs, measured against the plainest way to do the same."""
