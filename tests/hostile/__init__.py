"""The hostile suite: what strangers on the network and accounts on the machine try, and what comes of it."""
