"""The `fittrack` command, also as `python -m fittrack`."""

import gc

# What is imported stays: looking through it for garbage, while it grows, was a fourth of each start.
gc.disable()

from fittrack.cli import main  # noqa: E402

gc.freeze()
gc.enable()

__all__ = ["main"]

if __name__ == "__main__":
    main()
