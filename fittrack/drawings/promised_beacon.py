"""The beacon of a drawing: promised when scheduled, fixed by the close, taken by the draw (FAIRNESS)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fittrack.drawings.model import Drawing
from fittrack.fairness.beacon import Beacon, Chain, choose_round, plan_rounds
from fittrack.fairness.beacon_signature import is_genuine
from fittrack.fairness.rules_text import BeaconPlan, read_rules
from fittrack.kit.calendar import rfc3339
from fittrack.kit.problems import Problem

_MS = timedelta(milliseconds=1)

FETCHED_WITHIN_MS = 2_000
"""When to ask again for a draw whose round is out: fetching one usually takes a fraction of a second."""


class BeaconRequired(Problem):
    code, status, title = "beacon-required", 409, "Here a drawing needs a public beacon"


class BeaconPending(Problem):
    """Nothing happened; the drawing is drawn when its round can be had."""

    code, status, title = "beacon-pending", 409, "The beacon's round is not there yet"
    retryable = True


class BeaconNotGenuine(Problem):
    code, status, title = "beacon-not-genuine", 422, "That is not the beacon that decides this drawing"


@dataclass(frozen=True, slots=True)
class DecidingRound:
    """The one round that decides a closed drawing. Nobody chooses it: it follows from rules and close."""

    chain: Chain
    number: int

    @property
    def published_at(self) -> datetime:
        """When the chain publishes it."""
        return self.chain.time_of_round(self.number)

    def check_published(self, now: datetime) -> None:
        """Raise `BeaconPending` while the round lies ahead."""
        if now < self.published_at:
            raise BeaconPending(
                f"Round {self.number} is published at {rfc3339(self.published_at)}.",
                after_ms=(self.published_at - now) // _MS,
            )

    def check_genuine(self, beacon: Beacon) -> None:
        """Raise `BeaconNotGenuine` unless `beacon` is this round, signed by its chain."""
        if beacon.round != self.number:
            raise BeaconNotGenuine(f"Round {self.number} decides, not round {beacon.round}.")
        if not is_genuine(self.chain, beacon):
            raise BeaconNotGenuine(f"Round {self.number} of the chain has another signature.")

    def pending(self) -> BeaconPending:
        """The round is out, but not in hand."""
        return BeaconPending(f"Round {self.number} is being fetched.", after_ms=FETCHED_WITHIN_MS)


def plan_beacon(chain: Chain, drawing: Drawing) -> BeaconPlan:
    """What the rules promise: the round of the drawing time, and those for a close that comes late."""
    planned, *fallbacks = plan_rounds(
        chain, close_at=drawing.ticket_sales_close, draw_at=drawing.drawing_time
    )
    return BeaconPlan(chain=chain.chain_hash, round=planned, fallback_rounds=tuple(fallbacks))


def deciding_round(rules: bytes, closed_at: datetime, chains: Mapping[str, Chain]) -> DecidingRound | None:
    """The round that decides a drawing closed at `closed_at`; None: its rules promise no beacon."""
    plan = read_rules(rules).beacon
    if plan is None:
        return None
    chain = _known(chains, plan)
    number = choose_round(chain, plan.rounds, closed_at)
    assert number is not None, "what closes too late for every promised round is cancelled, not closed"
    return DecidingRound(chain, number)


def is_too_late_to_close(rules: bytes, now: datetime, chains: Mapping[str, Chain]) -> bool:
    """Whether a close at `now` would leave no promised round: nobody could ever draw it as promised."""
    plan = read_rules(rules).beacon
    return plan is not None and choose_round(_known(chains, plan), plan.rounds, now) is None


def _known(chains: Mapping[str, Chain], plan: BeaconPlan) -> Chain:
    assert plan.chain in chains, f"chain {plan.chain} was promised once, and must stay known for ever"
    return chains[plan.chain]
