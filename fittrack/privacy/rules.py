"""How long what we keep of people is kept, and what stands for it afterwards. Pure."""

from datetime import date, timedelta
from typing import Final

from fittrack.fulfilments.rules import OVER

EMAILS_KEPT: Final = timedelta(days=30)
"""Addresses of deleted accounts (SPEC 8): the last letter is delivered, questions can be answered."""

ACTIVITY_YEARS_KEPT: Final = 2
"""Activities (SPEC 8). The totals of their days, and the ledger, stay."""

ADDRESSES_OF_CLIENTS_KEPT: Final = timedelta(days=90)
"""IP addresses (SPEC 8): in sessions, which go with them, and in the audit log."""

EMAIL_TOKENS_KEPT: Final = timedelta(days=7)
"""Codes sent by mail, after they expired: who comes late is told so, not that the code never was."""

USED_CODES_KEPT: Final = timedelta(days=1)
"""Used codes of authenticators: a code is refused for its age within two minutes."""

ATTEMPTS_KEPT: Final = timedelta(days=30)
"""Counted failures, since the last one: the longest lock is a day."""

LETTERS_KEPT: Final = timedelta(days=30)
"""That a letter was delivered or given up; what it said is erased at once."""

DEVICES_KEPT: Final = timedelta(days=730)
"""Which devices an account used, since they were noted: as long as activities, which name them too."""

CLEARED_REVIEWS_KEPT: Final = timedelta(days=730)
"""Reviews that were cleared, since then: as long as the activities that they were about."""

OAUTH_STATES_KEPT: Final = timedelta(days=1)
"""Sign-ins at providers that were begun, after they expired."""

USAGE_OF_CLIENTS_KEPT: Final = timedelta(days=400)
"""A year and a month, so that a month can be compared with that of the year before."""

FRESH_SIGN_IN: Final = timedelta(minutes=10)
"""Who has no password shows by a new sign-in that it is them; as long as a second factor's check holds."""

FULFILLMENT_OVER: Final = tuple(sorted(status.value for status in OVER))
"""States in which nothing more is sent: what a parcel was called is no longer needed."""

ERASED_BIRTH: Final = date(1900, 1, 1)
ERASED_STATE: Final = "ZZ"
"""What stands in a deleted account's columns that cannot be empty: nobody's birthday, no state."""


def activities_kept_from(today: date) -> date:
    """The first day whose activities are kept."""
    year = today.year - ACTIVITY_YEARS_KEPT
    return date(year, today.month, 28 if (today.month, today.day) == (2, 29) else today.day)
