"""Drawings that were drawn, for the tests."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from fittrack.fairness import ftd1
from fittrack.fairness.beacon import QUICKNET, Beacon, Chain, choose_round, plan_rounds
from fittrack.fairness.closing import Closing
from fittrack.fairness.entries import Entries
from fittrack.fairness.publishing import ActualInstants, Alternate, write_record
from fittrack.fairness.record import PassedOver, Record
from fittrack.fairness.rules_text import BeaconPlan, DrawRules, PrizeSlots, write_rules
from tests.beacons import OWN_CHAIN, ROUND_657413, signed

VECTORS = Path(__file__).parents[2] / "vectors"

CLOSE = datetime(2026, 6, 2, 0, 55, tzinfo=UTC)
DRAW = datetime(2026, 6, 2, 1, 0, tzinfo=UTC)


def vector_names() -> list[str]:
    return sorted(path.stem for path in VECTORS.glob("ftd1*.json"))


def vector(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text())
    return loaded


def entries_of(record: dict[str, Any]) -> Entries:
    return Entries(
        (first, count, bytes.fromhex(tag), bytes.fromhex(receipt))
        for first, count, tag, receipt in record["entries"]
    )


def some_entries(number: int, holders: int, source: random.Random) -> Entries:
    tags = [source.randbytes(16) for _ in range(holders)]
    entries = Entries()
    for _ in range(number):
        entries.append(source.randint(1, 20), source.choice(tags), source.randbytes(16))
    return entries


def some_rules(
    drawing_id: UUID, *, chain: Chain | None, close_at: datetime = CLOSE, draw_at: datetime = DRAW
) -> DrawRules:
    plan = None
    if chain is not None:
        first, *fallbacks = plan_rounds(chain, close_at=close_at, draw_at=draw_at)
        plan = BeaconPlan(chain=chain.chain_hash, round=first, fallback_rounds=tuple(fallbacks))
    prizes = (
        PrizeSlots(prize_id=UUID(int=1), rank=1, name="Bicycle", quantity=1),
        PrizeSlots(prize_id=UUID(int=2), rank=2, name="Gift card “50”", quantity=3),
    )
    return DrawRules(
        drawing_id=drawing_id,
        version=1,
        close_at=close_at,
        draw_at=draw_at,
        prizes=prizes,
        beacon=plan,
    )


def a_closing(*, seed: int = 1, number: int = 40, holders: int = 12, with_beacon: bool = True) -> Closing:
    source = random.Random(seed)
    drawing_id = UUID(bytes=source.randbytes(16))
    entries = some_entries(number, holders, source)
    barred = sorted(entries.tags())[: holders // 6]
    return Closing(
        drawing_id=drawing_id,
        rules=write_rules(some_rules(drawing_id, chain=OWN_CHAIN if with_beacon else None)),
        seed=source.randbytes(32),
        entries=entries,
        root=ftd1.root(drawing_id, entries),
        passed_over=tuple(PassedOver(tag, "suspended") for tag in barred),
    )


def a_beacon(closed_at: datetime = CLOSE) -> Beacon:
    """The round that decides a drawing closed at `closed_at`."""
    number = choose_round(OWN_CHAIN, plan_rounds(OWN_CHAIN, close_at=CLOSE, draw_at=DRAW), closed_at)
    assert number is not None
    return signed(number)


def a_record(
    closing: Closing,
    *,
    alternates: int = 1,
    closed_at: datetime = CLOSE,
    with_beacon: bool = True,
    beacon: Beacon | None = None,
) -> Record:
    """The record of a draw with the round that decides it, or with the one given."""
    if with_beacon and beacon is None:
        beacon = a_beacon(closed_at)
    beacon_at = OWN_CHAIN.time_of_round(beacon.round) + timedelta(seconds=1) if beacon else None
    drawn_at = max(DRAW, beacon_at or DRAW) + timedelta(milliseconds=250)
    winners = closing.winners(beacon)
    following = islice(closing.draw(beacon), len(winners), len(winners) + alternates)
    return write_record(
        closing,
        beacon=beacon,
        drawn=winners,
        instants=ActualInstants(closed_at=closed_at, beacon_at=beacon_at, drawn_at=drawn_at),
        alternates=[
            Alternate(drawn, slot=2, reason="forfeited", at=drawn_at + timedelta(days=14))
            for drawn in following
        ],
    )


def a_quicknet_record() -> Record:
    """The record of a draw that was decided by a round as drand published it."""
    beacon_at = QUICKNET.time_of_round(ROUND_657413.round)
    close_at = beacon_at - timedelta(minutes=5)
    closing = a_closing()
    rules = some_rules(closing.drawing_id, chain=QUICKNET, close_at=close_at, draw_at=beacon_at)
    closing = replace(closing, rules=write_rules(rules))
    return write_record(
        closing,
        beacon=ROUND_657413,
        drawn=closing.winners(ROUND_657413),
        instants=ActualInstants(closed_at=close_at, beacon_at=beacon_at, drawn_at=beacon_at),
    )
