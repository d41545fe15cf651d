"""Calls from outside: who calls, whom they may keep waiting, and who serves them."""
