"""Trackers: one wins overlaps, nobody who left has any, and what is fetched can be."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from fittrack.check.findings import Finding, Invariant, player
from fittrack.kit.standing import AccountStatus


class PlayersTrackers(NamedTuple):
    """What one player has of trackers."""

    user_id: UUID
    connections: int
    primary: int
    without_tokens: int
    """Of those that are due by themselves."""
    status: str
    """Of the account."""


def check_trackers(players: Iterable[PlayersTrackers]) -> Iterator[Finding]:
    """Everything that is wrong with the players' trackers."""
    for each in players:
        for sentence in _faults(each):
            yield Finding(Invariant.TRACKERS, player(each.user_id), sentence)


def _faults(each: PlayersTrackers) -> Iterator[str]:
    if each.primary > 1:
        yield f"{each.primary} trackers are the primary one"
    if each.status == AccountStatus.DELETED:
        yield f"the account is deleted, and has {each.connections} trackers"
    if each.without_tokens:
        yield f"{each.without_tokens} trackers are to be fetched without a token"
