"""The `fittrack` command, also as `python -m fittrack`."""

import gc
import signal
import sys

# A renewal may be wanted before there is anything to renew, and must not end whoever starts.
if sys.argv[1:2] == ["serve"]:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

# What is imported stays: looking through it for garbage, while it grows, was a fourth of each start.
gc.disable()

from fittrack.cli import main  # noqa: E402

gc.freeze()
gc.enable()

__all__ = ["main"]

if __name__ == "__main__":
    main()
