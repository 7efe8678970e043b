"""Where prizes are sent: addresses in the United States, made tidy and checked (SPEC 6). Pure."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from fittrack.fulfilments.zip_codes import states_of
from fittrack.kit.problems import FieldError, Validation
from fittrack.kit.states import US_STATES

STREET_LENGTH_MAX: Final = 120
CITY_LENGTH_MAX: Final = 60
RECIPIENT_LENGTH_MAX: Final = 80
"""Characters; more does not fit on a label."""

_ZIP: Final = re.compile(r"(\d{5})(?:[- ]?(\d{4}))?")
_CITY: Final = re.compile(r"[^\W\d_][\w .'’\-]*")


class Address(Struct, frozen=True, kw_only=True):
    """A tidy address. `zip_code` is `12345` or `12345-6789`."""

    street: str
    city: str
    state: str
    zip_code: str
    recipient: str | None = None
    """Whose name the label bears, where it is not the account's."""


def tidy(address: Address) -> Address:
    """The address in one spelling; raises `Validation` with what is wrong with each field."""
    zip_code = _tidy_zip(address.zip_code)
    tidied = Address(
        street=_one_line(address.street),
        city=_one_line(address.city),
        state=address.state.strip().upper(),
        zip_code=zip_code or "",
        recipient=_one_line(address.recipient or "") or None,
    )
    errors = list(_errors(tidied))
    if errors:
        raise Validation(errors=errors)
    return tidied


def _errors(address: Address) -> Iterator[FieldError]:
    texts = (
        ("/street", address.street, STREET_LENGTH_MAX),
        ("/city", address.city, CITY_LENGTH_MAX),
        ("/recipient", address.recipient or "-", RECIPIENT_LENGTH_MAX),
    )
    for pointer, text, length_max in texts:
        if not 1 <= len(text) <= length_max:
            yield FieldError(pointer, f"It has 1 to {length_max} characters")
        elif not text.isprintable():
            yield FieldError(pointer, "It has characters that cannot be printed")
    if address.street and not any(character.isalnum() for character in address.street):
        yield FieldError("/street", "It names no street")
    if address.city and not _CITY.fullmatch(address.city):
        yield FieldError("/city", "It is no name of a city")
    if address.state not in US_STATES:
        yield FieldError("/state", "It is no state of the United States, as two letters")
    if not address.zip_code:
        yield FieldError("/zip_code", "It is five digits, or nine as in 12345-6789")
    elif address.state in US_STATES and address.state not in states_of(address.zip_code):
        yield FieldError("/zip_code", f"It is not in {US_STATES[address.state]}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tidy_zip(text: str) -> str | None:
    found = _ZIP.fullmatch(text.strip())
    if found is None or not text.isascii():
        return None
    first, rest = found.groups()
    return first if rest is None else f"{first}-{rest}"
