"""What a benchmark tells, line by line as it comes to know it."""

import sys


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
