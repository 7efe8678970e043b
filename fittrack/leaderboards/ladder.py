"""The order of one board: who is ahead of whom, in memory (SPEC 4). Pure.

More points first; then who reached the total first; then more active days; then the smaller user id. So no
two players share a rank, and any order of updates, doubles included, ends at the same ladder: an update is an
absolute total with the position of the ledger at which it was reached, and an older one is ignored.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sortedcontainers import SortedList

from fittrack.kit.ids import UserId
from protocol.shapes import Ranking

Place = tuple[int, datetime, int, UserId]
"""What players are ordered by, the best first: what is better the larger it is, is negative."""


class Total(NamedTuple):
    """What a player earned in the period and tier of a board."""

    points: int
    reached_at: datetime
    """When the points last changed: since then they are what they are."""
    active_days: int
    """Of the period, in whichever tier."""
    seq: int
    """The last entry of the player's ledger that counts here."""


class Contender(NamedTuple):
    """A player of a board. Without a display name nobody is shown: banned, deleted, an admin now."""

    user_id: UserId
    total: Total
    display_name: str | None


class Ladder:
    """The players of one board. Ranks begin at 1; finding one, or a page, takes O(log n)."""

    __slots__ = ("_contenders", "_places")

    def __init__(self, contenders: Iterable[Contender] = ()) -> None:
        self._contenders = {contender.user_id: contender for contender in contenders}
        self._places: SortedList[Place] = SortedList(
            _place(contender) for contender in self._contenders.values() if _is_ranked(contender)
        )

    def __len__(self) -> int:
        """Players above zero."""
        return len(self._places)

    def seq_of(self, user_id: UserId) -> int:
        """The position of what is known of a player; 0 when nothing is."""
        contender = self._contenders.get(user_id)
        return 0 if contender is None else contender.total.seq

    def points_of(self, user_id: UserId) -> int:
        """What a player earned here."""
        contender = self._contenders.get(user_id)
        return 0 if contender is None else contender.total.points

    def merge(self, contender: Contender) -> bool:
        """Take in a player's total, unless a newer one is known. Returns whether the ladder changed.

        At the same position the later word counts: active days change without an entry of the ledger.
        """
        known = self._contenders.get(contender.user_id)
        if known == contender or (known is not None and contender.total.seq < known.total.seq):
            return False
        return self._replace(known, contender)

    def rename(self, user_id: UserId, display_name: str | None) -> bool:
        """A player is called so from now on, or not shown. Returns whether the ladder changed."""
        known = self._contenders.get(user_id)
        if known is None or known.display_name == display_name:
            return False
        return self._replace(known, known._replace(display_name=display_name))

    def rank_of(self, user_id: UserId) -> int | None:
        """A player's rank; none without points."""
        contender = self._contenders.get(user_id)
        if contender is None or not _is_ranked(contender):
            return None
        return int(self._places.bisect_left(_place(contender))) + 1

    def page(self, offset: int, limit: int) -> list[Ranking]:
        """The players after the first `offset`, at most `limit`."""
        places = self._places.islice(offset, offset + limit)
        return [self._line(rank, place) for rank, place in enumerate(places, offset + 1)]

    def around(self, rank: int, distance: int) -> list[Ranking]:
        """The player at `rank`, with those up to `distance` ranks ahead and behind."""
        first = max(rank - distance, 1)
        return self.page(first - 1, rank + distance - first + 1)

    def _replace(self, known: Contender | None, contender: Contender) -> bool:
        self._contenders[contender.user_id] = contender
        was_ranked, is_ranked = known is not None and _is_ranked(known), _is_ranked(contender)
        if was_ranked:
            assert known is not None, "who was ranked was known"
            self._places.remove(_place(known))
        if is_ranked:
            self._places.add(_place(contender))
        return was_ranked or is_ranked

    def _line(self, rank: int, place: Place) -> Ranking:
        user_id = place[3]
        name = self._contenders[user_id].display_name
        assert name is not None, "who is ranked is shown"
        return Ranking(rank=rank, user_id=user_id, display_name=name, points_earned=-place[0])


def _is_ranked(contender: Contender) -> bool:
    return contender.total.points > 0 and contender.display_name is not None


def _place(contender: Contender) -> Place:
    total = contender.total
    return -total.points, total.reached_at, -total.active_days, contender.user_id
