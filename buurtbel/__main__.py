"""`python -m buurtbel` is the command line."""

from buurtbel.cli import main

main()
