"""Checks what a published record says beyond the draw: prizes, passed over, alternates, beacon, instants."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from fittrack.fairness.beacon import Beacon, Chain, choose_round
from fittrack.fairness.beacon_signature import is_genuine
from fittrack.fairness.checks import Check, check
from fittrack.fairness.ftd1 import Drawn
from fittrack.fairness.publishing import winner_rows
from fittrack.fairness.reading import Claims
from fittrack.fairness.record import Fields, record_digest
from fittrack.fairness.rules_text import DrawRules, read_rules

ON_TIME = timedelta(seconds=10)
"""A close or a draw this near to its plan is not worth a remark."""


def check_publication(
    fields: Fields, claims: Claims, drawn: Sequence[Drawn], chains: Mapping[str, Chain]
) -> Iterator[Check]:
    """The checks that a bare test vector has no fields for.

    `drawn`: winners and alternates, recomputed. `chains`: the public beacons whose keys are known, by hash.
    """
    yield _check_digest(claims)
    yield _check_passed_over(fields, claims)
    try:
        rules = read_rules(fields.rules.encode())
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        yield Check("rules", False, f"The promised rules cannot be read: {error}.")
        return
    yield _check_rules(fields, rules)
    yield _check_winners(fields, rules, drawn[: fields.want])
    yield _check_alternates(fields)
    yield _check_instants(fields, rules)
    yield _check_round(fields, rules, chains)
    yield from _check_signature(fields, rules, chains)


def _check_digest(claims: Claims) -> Check:
    digest = record_digest(claims.plain)
    return check(
        "digest",
        digest == claims.digest,
        f"The record is whole. Its fingerprint is {digest}.",
        f"The record was changed: its fingerprint is {digest}, it says {claims.digest}.",
    )


def _check_passed_over(fields: Fields, claims: Claims) -> Check:
    tags = [bytes.fromhex(row.tag) for row in fields.passed_over]
    held = claims.entries.tickets_of(tags)
    return check(
        "passed-over",
        len(held) == len(tags) and all(held.values()),
        f"{len(tags):,} holders were passed over; who and why was fixed at the close.",
        "Somebody is passed over twice, or without holding tickets.",
    )


def _check_rules(fields: Fields, rules: DrawRules) -> Check:
    return check(
        "rules",
        rules.drawing_id.hex == fields.drawing_id and rules.slot_count == fields.want,
        f"The promised rules are of this drawing and name its {fields.want:,} prizes.",
        "The promised rules are of another drawing or name another number of prizes.",
    )


def _check_winners(fields: Fields, rules: DrawRules, drawn: Sequence[Drawn]) -> Check:
    return check(
        "winners",
        fields.winners == winner_rows(rules, drawn),
        "Each holder drawn has the prize of their place.",
        "The winners are not the holders drawn, or have not the prizes of their places.",
    )


def _check_alternates(fields: Fields) -> Check:
    instants = [fields.instants.drawn_at, *(row.at for row in fields.alternates)]
    return check(
        "alternates",
        all(1 <= row.slot <= len(fields.winners) for row in fields.alternates)
        and instants == sorted(instants),
        f"{len(fields.alternates):,} forfeited prizes went to the next in the same order.",
        "An alternate took over a prize that nobody had won, or before the drawing or a former alternate.",
    )


def _check_instants(fields: Fields, rules: DrawRules) -> Check:
    said = fields.instants
    planned_close, planned_draw = _instant(said.planned_close_at), _instant(said.planned_draw_at)
    closed, drawn = _instant(said.closed_at), _instant(said.drawn_at)
    return check(
        "instants",
        (planned_close, planned_draw) == (rules.close_at, rules.draw_at) and closed <= drawn >= planned_draw,
        f"Sales closed {_lateness(closed, planned_close)}, the drawing was {_lateness(drawn, planned_draw)}.",
        "The instants are not those promised, or the drawing took place before its time or before the close.",
    )


def _lateness(actual: datetime, planned: datetime) -> str:
    if abs(actual - planned) <= ON_TIME:
        return "on time"
    seconds = (actual - planned).total_seconds()
    return f"{abs(seconds):,.0f} s {'late' if seconds > 0 else 'early'}"


def _check_round(fields: Fields, rules: DrawRules, chains: Mapping[str, Chain]) -> Check:
    said = fields.beacon_round
    try:
        wrong = _wrong_with_round(fields, rules, chains)
    except OverflowError:
        wrong = "A promised round lies beyond the calendar."
    if said is None:
        good = "There was no beacon round to wait for."
    else:
        good = f"Round {said.round} is the one that the close determined; the beacon is its signature's hash."
    return check("beacon-round", wrong is None, good, wrong or "")


def _wrong_with_round(fields: Fields, rules: DrawRules, chains: Mapping[str, Chain]) -> str | None:
    said, plan = fields.beacon_round, rules.beacon
    if said is None or plan is None or fields.beacon is None or fields.instants.beacon_at is None:
        given = said, plan, fields.beacon, fields.instants.beacon_at
        return (
            None
            if given == (None,) * len(given)
            else "The beacon, its round or its instant is missing, or was not promised."
        )
    chain = chains.get(plan.chain)
    if chain is None or said.chain != plan.chain:
        return f"The chain {said.chain} is unknown or not the promised one."
    if (
        len(said.signature) % 2
        or Beacon(said.round, bytes.fromhex(said.signature)).randomness.hex() != fields.beacon
    ):
        return "The beacon is not the hash of its round's signature."
    if said.round != choose_round(chain, plan.rounds, _instant(fields.instants.closed_at)):
        return f"Round {said.round} is not the first promised one that lies at least 60 s after the close."
    had_at = _instant(fields.instants.beacon_at)
    if not chain.time_of_round(said.round) <= had_at <= _instant(fields.instants.drawn_at):
        return (
            f"Round {said.round} was not published when the record says it was had, or came after the draw."
        )
    return None


def _check_signature(fields: Fields, rules: DrawRules, chains: Mapping[str, Chain]) -> Iterator[Check]:
    """Without a beacon there is nothing to say; whether one is missing, the round's check says."""
    said = fields.beacon_round
    if said is None or rules.beacon is None:
        return
    chain = chains.get(rules.beacon.chain)
    yield check(
        "beacon-signature",
        chain is not None and is_genuine(chain, Beacon(said.round, _bytes(said.signature))),
        f"Round {said.round} is signed with the key of drand chain {rules.beacon.chain}: nobody made it up.",
        f"Round {said.round} is not signed with the key of the promised chain {rules.beacon.chain}.",
    )


def _bytes(digits: str) -> bytes:
    """Hexadecimal digits as bytes; none for an odd number of them."""
    return bytes.fromhex(digits) if len(digits) % 2 == 0 else b""


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
