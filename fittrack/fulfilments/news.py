"""What winners are told of their prizes, in-app and by email (SPEC 6 and 8). Pure."""

from datetime import date, timedelta
from typing import Final

from fittrack.fulfilments.model import ForfeitReason, Fulfillment, FulfillmentStatus
from fittrack.inbox import notices
from fittrack.inbox.notices import Notice
from fittrack.kit.calendar import PlatformCalendar

_WHY_FORFEITED: Final = {
    ForfeitReason.UNCLAIMED: "No address was confirmed in time.",
    ForfeitReason.DELETED: "The account was deleted.",
    ForfeitReason.DISQUALIFIED: "You were disqualified; write to us if you think that this is wrong.",
    ForfeitReason.DECLINED: "You did not want it.",
    ForfeitReason.UNREACHABLE: "We could not reach you.",
}


def moved(prize: Fulfillment, calendar: PlatformCalendar, problem: str | None = None) -> Notice:
    """The prize moved on. `problem` is what is wrong with an address."""
    name, subject = prize.prize_name, prize.fulfillment_id
    match prize.status:
        case FulfillmentStatus.WINNER_NOTIFIED if prize.needs_address:
            return notices.address_wanted(name, subject, last_day(prize, calendar))
        case FulfillmentStatus.WINNER_NOTIFIED:
            return notices.prize_news(
                name, subject, "Yours", "We will deliver it to you. You need do nothing."
            )
        case FulfillmentStatus.ADDRESS_CONFIRMED:
            return notices.address_confirmed(name, subject)
        case FulfillmentStatus.ADDRESS_INVALID:
            sentence = "" if problem is None else f"{problem.rstrip('.')}."
            return notices.address_invalid(name, subject, last_day(prize, calendar), sentence)
        case FulfillmentStatus.SHIPPED if prize.carrier and prize.tracking_number:
            return notices.prize_shipped(name, subject, prize.carrier, prize.tracking_number)
        case FulfillmentStatus.SHIPPED:
            return notices.prize_news(name, subject, "On its way", "We sent it to you.")
        case FulfillmentStatus.DELIVERED:
            return notices.prize_delivered(name, subject)
        case FulfillmentStatus.FORFEITED:
            assert prize.forfeit_reason is not None, "a forfeited prize has its reason"
            return notices.prize_forfeited(name, subject, _WHY_FORFEITED[prize.forfeit_reason])
        case FulfillmentStatus.RETURNED:
            return notices.prize_news(name, subject, "Gone back", "You forfeited it, and nobody has it now.")
        case FulfillmentStatus.PENDING:
            raise AssertionError("nothing becomes pending")


def warning(prize: Fulfillment, calendar: PlatformCalendar) -> Notice:
    """The prize still waits for an address."""
    return notices.address_wanted(prize.prize_name, prize.fulfillment_id, last_day(prize, calendar))


def last_day(prize: Fulfillment, calendar: PlatformCalendar) -> date:
    """The last whole day on which an address comes in time: the deadline lies within the next one."""
    assert prize.address_due_at is not None, "who is waited for has a deadline"
    return calendar.day_of(prize.address_due_at) - timedelta(days=1)
