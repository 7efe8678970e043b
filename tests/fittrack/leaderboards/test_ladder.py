"""A ladder equals a sorted list, however its updates come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.ids import UserId
from fittrack.leaderboards.ladder import Contender, Ladder, Total
from protocol.shapes import Ranking

NOON = datetime(2026, 6, 10, 16, tzinfo=UTC)
PLAYERS = [UserId(UUID(int=number)) for number in range(1, 7)]


def contender(
    player: int, points: int, *, at: int = 0, active_days: int = 0, seq: int = 1, name: str | None = "x"
) -> Contender:
    total = Total(points, NOON + timedelta(milliseconds=at), active_days, seq)
    return Contender(PLAYERS[player], total, name)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Contender]]:
    """What each player's total was, one position of the ledger after the other. Few values: many ties."""
    return [
        [
            contender(
                player,
                draw(st.integers(-1, 2)),
                at=draw(st.integers(0, 1)),
                active_days=draw(st.integers(0, 1)),
                seq=seq,
                name=draw(st.sampled_from([f"Player {player}", f"Player {player}", None])),
            )
            for seq in range(1, draw(st.integers(1, 4)) + 1)
        ]
        for player in range(len(PLAYERS))
    ]


def sorted_naively(contenders: Sequence[Contender]) -> list[Ranking]:
    """What the contract says, in its own words."""
    shown = [each for each in contenders if each.total.points > 0 and each.display_name]
    shown.sort(key=lambda each: each.user_id)
    shown.sort(key=lambda each: each.total.active_days, reverse=True)
    shown.sort(key=lambda each: each.total.reached_at)
    shown.sort(key=lambda each: each.total.points, reverse=True)
    return [
        Ranking(
            rank=rank,
            user_id=each.user_id,
            display_name=each.display_name or "",
            points_earned=each.total.points,
        )
        for rank, each in enumerate(shown, 1)
    ]


@given(st.data())
def test_any_order_of_updates_with_doubles_ends_at_the_sorted_list(data: st.DataObject) -> None:
    every = data.draw(histories())
    updates = [update for history in every for update in history]
    said = data.draw(st.permutations(updates + data.draw(st.lists(st.sampled_from(updates)))))
    ladder = Ladder()
    for update in said:
        ladder.merge(update)
    assert ladder.page(0, 100) == sorted_naively([history[-1] for history in every])


@given(st.data())
def test_lost_updates_do_not_matter_once_the_last_is_known(data: st.DataObject) -> None:
    every = data.draw(histories())
    ladder = Ladder()
    for history in every:
        for update in history[:-1]:
            if data.draw(st.booleans()):
                ladder.merge(update)
    loaded = Ladder(history[-1] for history in every)
    for history in every:
        ladder.merge(history[-1])
    assert ladder.page(0, 100) == loaded.page(0, 100)


@given(histories())
def test_a_ladder_changed_or_it_says_that_it_did_not(every: list[list[Contender]]) -> None:
    ladder = Ladder()
    for update in (update for history in every for update in history):
        before = ladder.page(0, 100)
        changed = ladder.merge(update)
        assert changed or ladder.page(0, 100) == before
        assert not ladder.merge(update)


@given(histories(), st.integers(0, 6), st.integers(0, 6))
def test_ranks_pages_and_neighbours_are_those_of_the_whole_list(
    every: list[list[Contender]], offset: int, limit: int
) -> None:
    ladder = Ladder(history[-1] for history in every)
    everybody = ladder.page(0, 100)
    assert len(ladder) == len(everybody)
    assert ladder.page(offset, limit) == everybody[offset : offset + limit]
    assert {player: ladder.rank_of(player) for player in PLAYERS} == {
        **dict.fromkeys(PLAYERS),
        **{line.user_id: line.rank for line in everybody},
    }
    for line in everybody:
        assert ladder.around(line.rank, 1) == everybody[max(line.rank - 2, 0) : line.rank + 1]


def test_who_reached_the_total_first_is_ahead_then_who_was_more_active_then_the_smaller_id() -> None:
    ladder = Ladder(
        [
            contender(0, 100, at=2, active_days=9),
            contender(1, 100, at=1),
            contender(2, 100, at=2, active_days=9),
            contender(3, 100, at=2, active_days=10),
            contender(4, 101, at=3),
        ]
    )
    assert [line.user_id for line in ladder.page(0, 9)] == [PLAYERS[n] for n in (4, 1, 3, 0, 2)]


def test_who_is_renamed_keeps_the_rank_and_who_has_no_name_is_not_shown() -> None:
    ladder = Ladder([contender(0, 2, name="Ann"), contender(1, 1, name="Bob")])
    assert ladder.rename(PLAYERS[0], "Anna")
    assert [line.display_name for line in ladder.page(0, 9)] == ["Anna", "Bob"]
    assert ladder.rename(PLAYERS[0], None)
    assert [line.display_name for line in ladder.page(0, 9)] == ["Bob"]
    assert ladder.rank_of(PLAYERS[0]) is None
    assert ladder.rename(PLAYERS[0], "Ann")
    assert [line.display_name for line in ladder.page(0, 9)] == ["Ann", "Bob"]
    assert not ladder.rename(PLAYERS[0], "Ann")
    assert not ladder.rename(PLAYERS[5], "Nobody")


def test_an_active_day_without_an_entry_counts_at_the_same_position() -> None:
    ladder = Ladder([contender(0, 100, active_days=1), contender(1, 100, active_days=1)])
    ladder.merge(contender(1, 100, active_days=2))
    assert ladder.rank_of(PLAYERS[1]) == 1
