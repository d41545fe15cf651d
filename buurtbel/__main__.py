"""`python -m buurtbel` is the command line."""

from buurtbel.commands.cli import main

main()
