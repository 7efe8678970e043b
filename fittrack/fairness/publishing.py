"""Writes the published record of a drawing that was drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from fittrack.fairness import ftd1
from fittrack.fairness.beacon import Beacon
from fittrack.fairness.closing import Closing
from fittrack.fairness.ftd1 import Drawn
from fittrack.fairness.record import (
    AlternateRow,
    BeaconRow,
    DrawnTicket,
    Expected,
    Fields,
    InstantsRow,
    PassedOverRow,
    Record,
    WinnerRow,
)
from fittrack.fairness.rules_text import DrawRules, read_rules
from fittrack.kit.calendar import rfc3339


class Alternate(NamedTuple):
    """A holder drawn after the winners, who took over prize slot `slot` (from 1) when it was forfeited."""

    drawn: Drawn
    slot: int
    reason: str
    """Why the former holder of the slot lost it."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualInstants:
    """When it really happened. `beacon_at`: when the beacon's round was had."""

    closed_at: datetime
    drawn_at: datetime
    beacon_at: datetime | None = None


def write_record(
    closing: Closing,
    *,
    beacon: Beacon | None,
    drawn: Sequence[Drawn],
    instants: ActualInstants,
    alternates: Sequence[Alternate] = (),
) -> Record:
    """The record of a drawing whose slots were filled by `drawn`, later forfeits by `alternates`."""
    rules = read_rules(closing.rules)
    assert (beacon is None) == (rules.beacon is None), "the beacon is the promised one"
    fields = Fields(
        drawing_id=closing.drawing_id.hex,
        rules=closing.rules.decode(),
        seed=closing.seed.hex(),
        seed_commit=ftd1.commit(closing.drawing_id, closing.seed).hex(),
        beacon=beacon.randomness.hex() if beacon else None,
        want=rules.slot_count,
        expect=_expected(closing, drawn),
        winners=winner_rows(rules, drawn),
        passed_over=[PassedOverRow(tag=tag.hex(), reason=reason) for tag, reason in closing.passed_over],
        alternates=[_alternate_row(alternate) for alternate in alternates],
        beacon_round=_beacon_row(rules, beacon),
        instants=_instants_row(rules, instants),
    )
    return Record(fields, closing.entries)


def _expected(closing: Closing, drawn: Sequence[Drawn]) -> Expected:
    return Expected(
        root=closing.root.hex(),
        total_tickets=closing.entries.total,
        drawn=[DrawnTicket(ticket=ticket, tag=tag.hex(), word=word) for ticket, tag, word in drawn],
    )


def winner_rows(rules: DrawRules, drawn: Sequence[Drawn]) -> list[WinnerRow]:
    """Who won what: the n-th drawn the n-th prize slot."""
    filled = enumerate(zip(rules.slots(), drawn, strict=False), 1)  # slots may outnumber holders
    return [
        WinnerRow(
            slot=slot,
            rank=prize.rank,
            prize_id=str(prize.prize_id),
            ticket=ticket,
            tag=tag.hex(),
            word=word,
        )
        for slot, (prize, (ticket, tag, word)) in filled
    ]


def _alternate_row(alternate: Alternate) -> AlternateRow:
    ticket, tag, word = alternate.drawn
    return AlternateRow(
        slot=alternate.slot,
        ticket=ticket,
        tag=tag.hex(),
        word=word,
        reason=alternate.reason,
        at=rfc3339(alternate.at),
    )


def _beacon_row(rules: DrawRules, beacon: Beacon | None) -> BeaconRow | None:
    if rules.beacon is None or beacon is None:
        return None
    return BeaconRow(chain=rules.beacon.chain, round=beacon.round, signature=beacon.signature.hex())


def _instants_row(rules: DrawRules, actual: ActualInstants) -> InstantsRow:
    return InstantsRow(
        planned_close_at=rfc3339(rules.close_at),
        planned_draw_at=rfc3339(rules.draw_at),
        closed_at=rfc3339(actual.closed_at),
        beacon_at=rfc3339(actual.beacon_at) if actual.beacon_at else None,
        drawn_at=rfc3339(actual.drawn_at),
    )
