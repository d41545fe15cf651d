"""Who sets the stages of the benches, and sends their alerts."""

from directory.actor import account

BENCH = account(0, "bench")
