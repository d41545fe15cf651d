"""What becomes of attempts when all is over: closed after a restore, cleared in time."""
