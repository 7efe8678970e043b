"""Official rules: each version is there, and as it was published (SPEC 5). Pure."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant, drawing


class RulesRow(NamedTuple):
    """One version, and the one that its drawing is at."""

    drawing_id: UUID
    version: int
    text: bytes
    text_hash: bytes
    latest: int | None
    """None: there is no such drawing."""


def check_rules_texts(rows: Iterable[RulesRow]) -> Iterator[Finding]:
    """What is wrong, given in order of drawings and versions.

    A drawing that was scheduled before texts were kept may lack the first ones, or all.
    """
    for drawing_id, group in groupby(rows, key=lambda row: row.drawing_id):
        versions = list(group)
        for row in versions:
            if sha256(row.text).digest() != row.text_hash:
                yield _finding(drawing_id, f"version {row.version} of its rules is not what was published")
        numbers, latest = [row.version for row in versions], versions[0].latest
        if latest is not None and numbers != list(range(numbers[0], latest + 1)):
            yield _finding(drawing_id, f"it is at version {latest} of its rules, and has {numbers}")


def _finding(drawing_id: UUID, sentence: str) -> Finding:
    return Finding(Invariant.RULES, drawing(drawing_id), sentence)
