"""`python -m fittrack` is the `fittrack` command."""

from fittrack.cli import main

main()
