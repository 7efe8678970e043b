"""The letters we write: what each is about. Their words are templates, one for each tag (`templates`)."""

from datetime import date

from msgspec import Struct

# --- Codes, and what they open ----------------------------------------------------------------------------


class Verification(Struct, frozen=True, tag="verification"):
    """To who registered: the token that shows that the address is theirs."""

    token: str
    hours: int


class Invitation(Struct, frozen=True, tag="invitation"):
    """To somebody for whom an administrator made an account: the token that opens it."""

    token: str
    days: int


class PasswordReset(Struct, frozen=True, tag="password_reset"):
    """To who forgot their password."""

    token: str
    minutes: int


class PasswordChanged(Struct, frozen=True, tag="password_changed"):
    """To the holder of an account with a new password."""


class EmailChanged(Struct, frozen=True, tag="email_changed"):
    """To the former address of an account (`to`), at which nobody signs in any more."""

    to: str


class SignInLinked(Struct, frozen=True, tag="sign_in_linked"):
    """To the holder of an account that somebody can enter in another way from now on."""

    provider: str


class SecurityNotice(Struct, frozen=True, tag="security_notice"):
    """To the holder of an account whose way to sign in changed; `news` is one sentence."""

    news: str


# --- Points and drawings ----------------------------------------------------------------------------------


class Refunded(Struct, frozen=True, tag="refund"):
    """To a holder of tickets of a drawing that was called off."""

    drawing: str
    points: int


class PointsAdjusted(Struct, frozen=True, tag="point_adjustment"):
    """To a player whom an admin gave points, or from whom one took some."""

    points: int
    reason: str


# --- Prizes -----------------------------------------------------------------------------------------------


class Won(Struct, frozen=True, tag="winner_selected"):
    """To a winner. A physical prize needs an address."""

    drawing: str
    prize: str
    ticket: int
    needs_address: bool


class AddressWanted(Struct, frozen=True, tag="address_wanted"):
    """To a winner who has not said where to send the prize; after `by` it is forfeited."""

    prize: str
    by: date


class AddressInvalid(Struct, frozen=True, tag="address_invalid"):
    """To a winner whose address does not do. `problem` is a sentence, or empty."""

    prize: str
    by: date
    problem: str


class AddressConfirmed(Struct, frozen=True, tag="address_confirmed"):
    """To a winner whose prize can be sent."""

    prize: str


class PrizeShipped(Struct, frozen=True, tag="prize_shipped"):
    """To a winner whose prize is on its way."""

    prize: str
    carrier: str
    tracking_number: str


class PrizeDelivered(Struct, frozen=True, tag="prize_delivered"):
    """To a winner who has the prize."""

    prize: str


class PrizeForfeited(Struct, frozen=True, tag="prize_forfeited"):
    """To a winner who will not get the prize. `reason` is a sentence."""

    prize: str
    reason: str


class PrizeNews(Struct, frozen=True, tag="prize_news"):
    """To a winner of whose prize there is something else to say; `news` is a sentence."""

    prize: str
    title: str
    news: str


# --- The account ------------------------------------------------------------------------------------------


class StatusChanged(Struct, frozen=True, tag="account_status_change"):
    """To the holder of an account that may do more, or less, than before."""

    status: str
    reason: str


class ReviewOpened(Struct, frozen=True, tag="review_opened"):
    """To a player whose activities somebody will look at. `reason` is a sentence."""

    reason: str


class ReviewResolved(Struct, frozen=True, tag="review_resolved"):
    """To a player whose account was looked at. `outcome` is a sentence."""

    outcome: str


# --- For administrators -----------------------------------------------------------------------------------


class WebhookTrouble(Struct, frozen=True, tag="webhook_trouble"):
    """To administrators: an endpoint takes nothing. `news` are sentences."""

    title: str
    news: str


Letter = (
    Verification
    | Invitation
    | PasswordReset
    | PasswordChanged
    | EmailChanged
    | SignInLinked
    | SecurityNotice
    | Refunded
    | PointsAdjusted
    | Won
    | AddressWanted
    | AddressInvalid
    | AddressConfirmed
    | PrizeShipped
    | PrizeDelivered
    | PrizeForfeited
    | PrizeNews
    | StatusChanged
    | ReviewOpened
    | ReviewResolved
    | WebhookTrouble
)


def own_address(letter: Letter) -> str | None:
    """Where a letter goes that does not go to the address of its account."""
    return letter.to if isinstance(letter, EmailChanged) else None


def tag_of(letter: Letter) -> str:
    """The name of its kind: of its template, and in the outbox."""
    tag = type(letter).__struct_config__.tag
    assert isinstance(tag, str), "every letter declares its own"
    return tag
