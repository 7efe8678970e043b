"""What players are told of, in words: the line in the inbox, and the letter that says the same by email.

`UserActor.notify` puts a notice into the player's own unit; any other unit owes it (`fittrack.inbox.owed`).
"""

from datetime import date
from uuid import UUID

from msgspec import Struct

from fittrack.kit.calendar import in_words
from fittrack.mail import letters
from fittrack.mail.letters import Letter
from protocol.outbound import NotificationType


class Notice(Struct, frozen=True):
    """What is to be told. `reference` names what it is about, e.g. a drawing."""

    notification_type: NotificationType
    title: str
    body: str
    reference_type: str | None = None
    reference_id: str | None = None
    letter: Letter | None = None
    """What says it by email as well."""


# --- Points and drawings ----------------------------------------------------------------------------------


def refund(drawing_name: str, points: int, drawing_id: UUID) -> Notice:
    """A drawing was cancelled; what its tickets cost goes back."""
    return Notice(
        "point_adjustment",
        f"{points:,} points refunded",
        f"“{drawing_name}” was cancelled. What your tickets cost goes back into your balance.",
        "drawing",
        str(drawing_id),
        letters.Refunded(drawing_name, points),
    )


def free_entry(drawing_name: str, tickets: int, drawing_id: UUID) -> Notice:
    """An entry without purchase was recorded."""
    count = f"{tickets:,} free ticket{'' if tickets == 1 else 's'}"
    return Notice(
        "general",
        f"You are in: {drawing_name}",
        f"Your entry without purchase has arrived and counts like any other: {count}.",
        "drawing",
        str(drawing_id),
    )


def points_adjusted(points: int, reason: str) -> Notice:
    """An admin gave or took points."""
    deed = "added" if points > 0 else "taken"
    return Notice(
        "point_adjustment",
        f"{abs(points):,} points {deed}",
        f"Your balance was adjusted: {reason}",
        letter=letters.PointsAdjusted(points, reason),
    )


def streak_bonus(days: int, points: int) -> Notice:
    """A week of active days is complete."""
    return Notice("streak", f"{days}-day streak", f"{days} active days in a row: {points:,} bonus points.")


def tracker_synced(title: str, activities: int) -> Notice:
    """The first sync of a tracker is done."""
    told = f"{activities:,} activities of the last 7 days" if activities else "Nothing new in the last 7 days"
    return Notice("general", f"{title} is connected", f"{told}. From now on it is synced by itself.")


def tracker_lost(title: str) -> Notice:
    """A tracker no longer lets us read."""
    told = f"{title} no longer lets us read your activities, so they do not count."
    return Notice("general", f"Connect {title} again", told)


# --- Prizes -----------------------------------------------------------------------------------------------


def winner(
    drawing_name: str, prize_name: str, ticket: int, drawing_id: UUID, *, needs_address: bool = False
) -> Notice:
    """A prize was won."""
    return Notice(
        "winner_selected",
        f"You won: {prize_name}",
        f"Your ticket {ticket:,} was drawn in “{drawing_name}”. Congratulations!",
        "drawing",
        str(drawing_id),
        letters.Won(drawing_name, prize_name, ticket, needs_address),
    )


def address_wanted(prize_name: str, fulfillment_id: UUID, by: date) -> Notice:
    """A prize waits for an address; it is forfeited after `by`."""
    return _fulfillment(
        f"Where shall we send it? {prize_name}",
        f"Confirm your address by {in_words(by)}; after that day the prize is forfeited.",
        fulfillment_id,
        letters.AddressWanted(prize_name, by),
    )


def address_invalid(prize_name: str, fulfillment_id: UUID, by: date, problem: str = "") -> Notice:
    """A parcel cannot be sent to the address that was given; another one is needed until `by`."""
    sentences = ["We cannot send your prize to the address you gave.", problem, "Please give us another one."]
    return _fulfillment(
        f"Your address needs another look: {prize_name}",
        " ".join(filter(None, sentences)),
        fulfillment_id,
        letters.AddressInvalid(prize_name, by, problem),
    )


def address_confirmed(prize_name: str, fulfillment_id: UUID) -> Notice:
    """We know where to send a prize."""
    return _fulfillment(
        f"Address confirmed: {prize_name}",
        "We tell you as soon as your prize is on its way.",
        fulfillment_id,
        letters.AddressConfirmed(prize_name),
    )


def prize_shipped(prize_name: str, fulfillment_id: UUID, carrier: str, tracking_number: str) -> Notice:
    """A parcel is on its way."""
    return _fulfillment(
        f"On its way: {prize_name}",
        f"{carrier} brings it to you. The tracking number is {tracking_number}.",
        fulfillment_id,
        letters.PrizeShipped(prize_name, carrier, tracking_number),
    )


def prize_delivered(prize_name: str, fulfillment_id: UUID) -> Notice:
    """A prize reached its winner."""
    return _fulfillment(
        f"Delivered: {prize_name}",
        "Your prize was delivered. Enjoy it!",
        fulfillment_id,
        letters.PrizeDelivered(prize_name),
    )


def prize_forfeited(prize_name: str, fulfillment_id: UUID, reason: str) -> Notice:
    """A prize is lost. `reason` is a sentence."""
    return _fulfillment(
        f"Forfeited: {prize_name}",
        f"The prize is no longer yours. {reason}",
        fulfillment_id,
        letters.PrizeForfeited(prize_name, reason),
    )


def prize_news(prize_name: str, fulfillment_id: UUID, title: str, news: str) -> Notice:
    """Something else happened to a prize. `news` is a sentence."""
    return _fulfillment(
        f"{title}: {prize_name}", news, fulfillment_id, letters.PrizeNews(prize_name, title, news)
    )


def _fulfillment(title: str, body: str, fulfillment_id: UUID, letter: Letter) -> Notice:
    return Notice("fulfillment_update", title, body, "fulfillment", str(fulfillment_id), letter)


# --- The account ------------------------------------------------------------------------------------------


def status_changed(status: str) -> Notice:
    """The account may do more, or less, than before."""
    return Notice(
        "account_status_change",
        f"Your account is {status}",
        f"Its status changed to {status}.",
        letter=letters.StatusChanged(status, ""),
    )


def account_corrected() -> Notice:
    """An admin corrected what the account says of its holder. A former address gets a letter of its own."""
    return Notice(
        "account_status_change",
        "Your account was corrected",
        "We have changed your email address, date of birth or state, as you will see in your profile.",
    )


def review_opened(review_id: UUID, reason: str) -> Notice:
    """Somebody will look at the account; until then it wins nothing. `reason` is a sentence."""
    return Notice(
        "account_status_change",
        "Your account is under review",
        f"{reason} Until we have looked at it, your tickets do not win and your prizes are not shipped.",
        "review",
        str(review_id),
        letters.ReviewOpened(reason),
    )


def review_resolved(review_id: UUID, outcome: str) -> Notice:
    """It was looked at. `outcome` is a sentence."""
    return Notice(
        "account_status_change",
        "The review of your account is over",
        outcome,
        "review",
        str(review_id),
        letters.ReviewResolved(outcome),
    )
