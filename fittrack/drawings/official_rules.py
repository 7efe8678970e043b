"""The official rules of a drawing, as people read them (SPEC 5). Pure.

Nothing in the text may change once sales are open: it tells what the commitment holds and what entering
rests on, and a change of either makes a new version. The exact `rules` of FAIRNESS, which decide the draw,
are something else.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fittrack.drawings.eligibility import MINIMUM_AGE_YEARS
from fittrack.drawings.model import Drawing, Prize, UserType
from fittrack.drawings.rules import prizes_in_order
from fittrack.kit.calendar import PlatformCalendar, in_words
from fittrack.kit.states import US_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Whose drawings they are, and what holds for all of them."""

    operator: str
    free_entry_address: str
    """Where entries without purchase are sent by post; empty: as `public_url` says."""
    public_url: str
    excluded_states: Collection[str]
    calendar: PlatformCalendar


_NO_PURCHASE: Final = (
    "No purchase or payment is necessary to enter or win. "
    "A purchase does not increase the chances of winning."
)


def official_rules(drawing: Drawing, publisher: Publisher) -> str:
    """The text of the drawing's present version, as paragraphs with headings."""
    assert drawing.rules_version is not None, "a version is numbered with its commitment"
    parts = (
        (f"Official rules: {drawing.name}", f"Version {drawing.rules_version}. {_NO_PURCHASE}"),
        ("Sponsor", _sponsor(drawing, publisher)),
        ("Who can enter", _eligibility(drawing, publisher)),
        ("When", _times(drawing, publisher)),
        ("How to enter with points", _with_points(drawing)),
        ("How to enter without purchase", _without_purchase(drawing, publisher)),
        ("Prizes", "\n".join(_prizes(drawing.prizes))),
        ("Odds", _ODDS),
        ("How winners are drawn", _draw(drawing, publisher)),
        ("How winners are told", _TOLD),
        (
            "Winners' list",
            f"Published at {_address(drawing, publisher)}/results.",
        ),
    )
    return "\n\n".join(f"{heading}\n\n{text}" for heading, text in parts) + "\n"


def _sponsor(drawing: Drawing, publisher: Publisher) -> str:
    names = sorted({prize.sponsor for prize in drawing.prizes if prize.sponsor})
    run = f"This sweepstakes is run by {publisher.operator}."
    return f"{run} Prizes are given by {', '.join(names)}." if names else run


def _eligibility(drawing: Drawing, publisher: Publisher) -> str:
    excluded = sorted(US_STATES[state] for state in publisher.excluded_states)
    where = f", except of {', '.join(excluded)}" if excluded else ""
    whose = "premium players" if drawing.eligibility.user_type is UserType.PREMIUM else "players"
    days = drawing.eligibility.min_account_age_days
    return (
        f"Open to {whose} who are legal residents of the United States{where}, {MINIMUM_AGE_YEARS} or older, "
        "with a verified email address, a complete profile and an active account that is at least "
        f"{days:,} days old. Void where prohibited."
    )


def _times(drawing: Drawing, publisher: Publisher) -> str:
    def told(instant: datetime) -> str:
        local = instant.astimezone(publisher.calendar.zone)
        return f"{in_words(local.date())}, {local:%H:%M:%S} ({publisher.calendar.zone.key})"

    opens = "when it is opened" if drawing.sales_open is None else f"on {told(drawing.sales_open)}"
    return (
        f"Entries are taken from the opening, {opens}, until {told(drawing.ticket_sales_close)}. "
        f"Winners are drawn on {told(drawing.drawing_time)} or as soon after it as that is possible."
    )


def _with_points(drawing: Drawing) -> str:
    return (
        f"A ticket costs {drawing.ticket_cost_points:,} points. Points are earned by exercise, have no cash "
        "value and cannot be bought. If the drawing is cancelled, what tickets cost is given back."
    )


def _without_purchase(drawing: Drawing, publisher: Publisher) -> str:
    limit = drawing.free_tickets_per_person
    if not limit:
        return "Tickets of this drawing cost points alone, which are earned without purchase."
    where = publisher.free_entry_address or f"the address that is published at {publisher.public_url}"
    return (
        "Write the name of the drawing and the email address of your account on a card and send it by post "
        f"to {where}. It must be recorded before the close. Each card is one entry; one person may have "
        f"{limit:,} ticket{'' if limit == 1 else 's'} this way. Such tickets are drawn like all others."
    )


def _prizes(prizes: Collection[Prize]) -> Iterator[str]:
    for prize in prizes_in_order(prizes):
        given = f", given by {prize.sponsor}" if prize.sponsor else ""
        yield f"- {prize.quantity:,} × {prize.name}, worth ${prize.value_usd:,.2f} each{given}"
    total = sum(prize.value_usd * prize.quantity for prize in prizes)
    yield f"Total approximate retail value: ${total:,.2f}. One prize per person."


_ODDS: Final = (
    "The odds of winning depend on the number of tickets. Each ticket has the same chance of being drawn "
    "first: one in the number of all tickets, which is shown live."
)


def _draw(drawing: Drawing, publisher: Publisher) -> str:
    assert drawing.commit is not None, "a version is numbered with its commitment"
    at = _address(drawing, publisher)
    return (
        "At random, by the algorithm FTD1, from inputs that anybody can check: the commitment "
        f"{drawing.commit.hex()}, the exact rules of the draw at {at}/draw-rules, and after the draw its "
        f"proof at {at}/proof. Accounts that are suspended, banned, deleted or under review at the close are "
        "passed over, and the proof says so."
    )


def _address(drawing: Drawing, publisher: Publisher) -> str:
    return f"{publisher.public_url}/api/v1/drawings/{drawing.drawing_id}"


_TOLD: Final = (
    "In the app and by email. Winners of prizes that are shipped confirm their address within 14 days; "
    "otherwise the prize is forfeited and goes to the next one drawn, or back."
)
