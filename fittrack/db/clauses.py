"""Conditions that lists with filters have in common."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement


def matching(
    wanted: Iterable[tuple[Column[Any], Any]],
    *,
    at: Column[datetime],
    since: datetime | None,
    until: datetime | None,
) -> list[ColumnElement[bool]]:
    """Columns equal what is wanted of them, where anything is; `at` lies from `since` to before `until`."""
    clauses: list[ColumnElement[bool]] = [column == value for column, value in wanted if value is not None]
    if since is not None:
        clauses.append(at >= since)
    if until is not None:
        clauses.append(at < until)
    return clauses
