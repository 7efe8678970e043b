"""What is sent to databases while tests run, in the processes of the tests and in those that they start.

A process that a test starts appends what it sends to a file of a folder: `child/sitecustomize.py`, which
Python loads by itself because PYTHONPATH names its folder, has it do so once the product's engine is loaded.
"""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDER_VARIABLE: Final = "FITTRACK_TEST_STATEMENTS"
"""The folder, in the environment."""


def announce(folder: Path) -> None:
    """From now on whatever this process starts, and passes its environment to, writes into `folder`."""
    os.environ[FOLDER_VARIABLE] = str(folder)
    os.environ["PYTHONPATH"] = _with_child(os.environ.get("PYTHONPATH", ""))


def environ(python_path: str = "") -> dict[str, str]:
    """The same for a process with an environment of its own."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        return {"PYTHONPATH": python_path} if python_path else {}
    return {FOLDER_VARIABLE: folder, "PYTHONPATH": _with_child(python_path)}


def _with_child(python_path: str) -> str:
    child = str(Path(__file__).parent / "child")
    return python_path if child in python_path else os.pathsep.join(filter(None, (child, python_path)))
