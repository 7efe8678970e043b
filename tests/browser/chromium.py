"""Finds the browser that tests drive: the system's, which `make test` installs where it is missing."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowser(Exception):  # noqa: N818 - it is a fact about the machine
    """No Chromium is in PATH."""


def find_chromium() -> str:
    """The path of Chromium. Raises `NoBrowser`."""
    for name in NAMES:
        if (path := shutil.which(name)) is not None:
            return path
    raise NoBrowser("These tests drive Chromium, and none is in PATH; `make chromium` installs it.")
