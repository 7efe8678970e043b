"""After a chaos: what players were told and what their phones show, held against the database."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, select

from actors.log_actor import REFUSED
from fittrack.activities import queries as activity_queries
from fittrack.activities.schemas import LoggedActivities
from fittrack.activities.wire import activities_logged
from fittrack.db.tables.activities import activities
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.drawings.entry_queries import PURCHASE
from fittrack.kit.calendar import PlatformCalendar
from fittrack.points import queries as point_queries
from protocol.outbound import ActivitiesLogged, TicketsBought
from tests.cluster.crowd import Player
from tests.evidence import heads
from tests.server import PATIENCE_S
from tests.stage import Stage, eventually

SHOWN_WITHIN_S = 3 * PATIENCE_S
"""Seconds for all phones to come back and be looked at: a thousand share two cores with the cluster."""


class Row(NamedTuple):
    """What a player's log holds under a key."""

    kind: str
    answer: bytes


def assert_told_the_truth(stage: Stage, players: Iterable[Player]) -> None:
    """What was acknowledged took effect once, as was said; what was refused had none; that is all."""
    with stage.reader().connect() as conn:
        for player in players:
            _assert_kept(player, _rows(conn, player), _reported(conn, player))


def _assert_kept(player: Player, rows: dict[UUID, list[Row]], reported: set[str]) -> None:
    notebook, who = player.notebook, player.member.user_id
    doubled = [key for key, found in rows.items() if len(found) > 1]
    assert not doubled, f"{who}: keys that took effect twice: {doubled}"
    assert rows.keys() <= notebook.wanted.keys(), f"{who}: something was done that nobody wanted"
    for key, answer in notebook.granted.items():
        assert key in rows, f"{who}: the acknowledged {key} is lost"
        assert _answer(rows[key][0]) == msgspec.structs.replace(answer, replayed=False), f"{who}: {key}"
    for key in notebook.refused:
        assert rows[key][0].kind == REFUSED, f"{who}: the refused {key} took effect"
    done = {external_id for key, external_id in notebook.wanted.items() if external_id and key in rows}
    assert reported == done, f"{who}: activities without their commands, or commands without activities"


def _answer(row: Row) -> TicketsBought | ActivitiesLogged:
    if row.kind == PURCHASE:
        return msgspec.json.decode(row.answer, type=TicketsBought)
    return activities_logged(msgspec.json.decode(row.answer, type=LoggedActivities))


def _rows(conn: Connection, player: Player) -> dict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    mine = user_log.c.user_id == player.member.user_id, user_log.c.idem_key.is_not(None)
    for key, kind, answer in conn.execute(
        select(user_log.c.idem_key, user_log.c.kind, user_log.c.answer).where(*mine)
    ):
        found[key].append(Row(kind, answer))
    return dict(found)


def _reported(conn: Connection, player: Player) -> set[str]:
    mine = activities.c.user_id == player.member.user_id, activities.c.external_id.not_like("hard-day-%")
    return set(conn.execute(select(activities.c.external_id).where(*mine)).scalars())


def assert_streams_complete(stage: Stage, players: Iterable[Player]) -> None:
    """Every numbered event came once, in order, up to the database's heads."""
    for player in players:
        player.screen.assert_complete(heads(stage, player.member.user_id))


async def settled(stage: Stage, players: Sequence[Player]) -> None:
    """With all phones on and nothing wanted any more, in the end each shows what the database says."""
    shown, behind = asyncio.Event(), list(players)

    async def all_show_it() -> bool:
        nonlocal behind
        looked_at = behind or list(players)
        # Beside the phones, which share this process: reading what a thousand should show takes seconds.
        found = await asyncio.to_thread(differences, stage, looked_at)
        behind = [player for player, _ in found]
        return not behind and len(looked_at) == len(players)

    async with asyncio.TaskGroup() as resting:
        for player in players:
            resting.create_task(player.rest(shown))
        try:
            await eventually(all_show_it, "the truth on every phone", within_s=SHOWN_WITHIN_S)
        except AssertionError as error:
            raise AssertionError("\n".join(what for _, what in differences(stage, players))) from error
        finally:
            shown.set()


def differences(stage: Stage, players: Iterable[Player]) -> list[tuple[Player, str]]:
    """Whose phone shows other than the database says, and what."""
    calendar = PlatformCalendar(stage.settings.platform_tz)
    with stage.reader().connect() as conn:
        drawing = _drawing(conn, stage)
        return [
            (player, f"{player.member.user_id}: {what} {shown}, should be {is_}")
            for player in players
            for what, shown, is_ in _pairs(conn, player, drawing, stage.world.drawing_id, calendar)
            if shown != is_
        ]


def _pairs(
    conn: Connection, player: Player, drawing: dict[str, int], drawing_id: UUID, calendar: PlatformCalendar
) -> Iterable[tuple[str, Any, Any]]:
    screen, user_id = player.screen, player.member.user_id
    state = activity_queries.load_state(
        conn, user_id, now=screen.streak_at, calendar=calendar, primary_source=None
    )
    streak = state.days.streak(calendar.day_of(screen.streak_at))
    yield "balance", screen.balance, point_queries.head(conn, user_id).balance
    yield "streak", screen.streak, streak._asdict()
    yield "own tickets", screen.my_tickets, _tickets(conn, drawing_id, user_id)
    for figure, is_ in drawing.items():
        yield figure, screen.tick.get(figure), is_


def _drawing(conn: Connection, stage: Stage) -> dict[str, int]:
    entries = drawing_log.c.drawing_id == stage.world.drawing_id, drawing_log.c.user_id.is_not(None)
    tickets, entrants = conn.execute(
        select(func.sum(drawing_log.c.ticket_count), func.count(drawing_log.c.user_id.distinct())).where(
            *entries
        )
    ).one()
    return {"tickets": int(tickets or 0), "entrants": entrants}


def _tickets(conn: Connection, drawing_id: UUID, user_id: UUID) -> int:
    own = drawing_log.c.drawing_id == drawing_id, drawing_log.c.user_id == user_id
    return int(conn.execute(select(func.sum(drawing_log.c.ticket_count)).where(*own)).scalar_one() or 0)
