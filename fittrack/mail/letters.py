"""The letters we write: what each is about, its words, and how they are laid out. Pure.

Every value from outside is escaped where it becomes HTML, and loses its line breaks in a subject.
"""

from html import escape
from typing import NamedTuple

from msgspec import Struct


class Verification(Struct, frozen=True, tag="verification"):
    """To who registered: the token that shows that the address is theirs."""

    token: str
    hours: int


class PasswordReset(Struct, frozen=True, tag="password_reset"):
    """To who forgot their password."""

    token: str
    minutes: int


class SignInLinked(Struct, frozen=True, tag="sign_in_linked"):
    """To the holder of an account that somebody can enter in another way from now on."""

    provider: str


class Won(Struct, frozen=True, tag="winner_selected"):
    """To a winner. A physical prize needs an address."""

    drawing: str
    prize: str
    ticket: int
    needs_address: bool


class Refunded(Struct, frozen=True, tag="refund"):
    """To a holder of tickets of a drawing that was called off."""

    drawing: str
    points: int


class StatusChanged(Struct, frozen=True, tag="account_status_change"):
    """To the holder of an account that may do more, or less, than before."""

    status: str
    reason: str


class SecurityNotice(Struct, frozen=True, tag="security_notice"):
    """To the holder of an account whose way to sign in changed; `news` is one sentence."""

    news: str


class FulfillmentNews(Struct, frozen=True, tag="fulfillment_update"):
    """To a winner whose prize moved on; `news` is one sentence."""

    prize: str
    news: str


Letter = (
    Verification
    | PasswordReset
    | SignInLinked
    | Won
    | Refunded
    | StatusChanged
    | SecurityNotice
    | FulfillmentNews
)


class Rendered(NamedTuple):
    """A letter as it is sent: subject, plain text, HTML."""

    subject: str
    text: str
    html: str


class _Words(NamedTuple):
    subject: str
    paragraphs: tuple[str, ...]
    code: str | None = None
    """What to copy, on a line of its own after the first paragraph."""


def render(letter: Letter) -> Rendered:
    """`letter` in words."""
    words = _words(letter)
    first, *rest = words.paragraphs
    blocks = [first, *([words.code] if words.code else []), *rest, _SIGNATURE]
    html = "".join(_PARAGRAPH.format(escape(p)) for p in rest)
    code = _CODE.format(escape(words.code)) if words.code else ""
    subject = " ".join(words.subject.split())
    body = _PARAGRAPH.format(escape(first)) + code + html
    return Rendered(subject, "\n\n".join(blocks) + "\n", _PAGE.format(escape(subject), body))


def _words(letter: Letter) -> _Words:
    match letter:
        case Verification(token, hours):
            return _Words(
                "Verify your email address",
                (
                    "Welcome to FitTrack. To verify your email address, enter this code in the app:",
                    f"It works once, within {hours} hours. If you did not register, ignore this letter.",
                ),
                token,
            )
        case PasswordReset(token, minutes):
            return _Words(
                "Reset your password",
                (
                    "Somebody asked to reset your FitTrack password. To choose a new one, enter this code:",
                    f"It works once, within {minutes} minutes. If it was not you, ignore this letter: "
                    "your password stays as it is.",
                ),
                token,
            )
        case SignInLinked(provider):
            return _Words(
                f"You can sign in with {provider}",
                (
                    f"Somebody signed in to your FitTrack account with {provider}, for the first time. "
                    f"{provider} says that this address is theirs.",
                    "If it was not you, write to us: your password alone no longer keeps others out.",
                ),
            )
        case Won(drawing, prize, ticket, needs_address):
            return _Words(
                f"You won: {prize}",
                (
                    f"Congratulations! Your ticket {ticket:,} was drawn in “{drawing}”: {prize} is yours.",
                    "Open the app and confirm your address within 14 days; after that the prize is forfeited."
                    if needs_address
                    else "There is nothing you need to do: we will deliver it to you.",
                ),
            )
        case Refunded(drawing, points):
            return _Words(
                f"{points:,} points refunded",
                (f"“{drawing}” was cancelled. Your {points:,} points are in your balance again.",),
            )
        case StatusChanged(status, reason):
            sentences = (
                f"The status of your FitTrack account is now: {status}.",
                *([reason] if reason else []),
            )
            return _Words(f"Your account is {status}", sentences)
        case SecurityNotice(news):
            return _Words(
                "The security of your account",
                (news, "If it was not you, change your password and tell another administrator at once."),
            )
        case FulfillmentNews(prize, news):
            return _Words(f"Your prize: {prize}", (news,))


_SIGNATURE = "FitTrack"
_PARAGRAPH = "<p>{}</p>"
_CODE = '<p><code style="font-size:1.1em;word-break:break-all">{}</code></p>'
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{0}</title></head>'
    '<body style="font-family:sans-serif;max-width:36em;margin:2em auto;padding:0 1em">'
    '<h1 style="font-size:1.3em">{0}</h1>{1}<p>FitTrack</p></body></html>'
)
