"""What the doctor says of one thing."""

from typing import NamedTuple


class Diagnosis(NamedTuple):
    """`what` was looked at, how it is, and what to do when it is not well."""

    what: str
    ok: bool
    sentence: str
    remedy: str = ""


def well(what: str, sentence: str) -> Diagnosis:
    """Nothing to do."""
    return Diagnosis(what, True, sentence)


def ill(what: str, sentence: str, remedy: str) -> Diagnosis:
    """Something to do: `remedy`."""
    return Diagnosis(what, False, sentence, remedy)
