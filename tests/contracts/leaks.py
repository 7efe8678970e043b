"""What an answer must not tell to just anybody."""

import re

from tests.contracts.town import DRAFT_NAME, PREMIUM_NAME, RESIDENTS, Caller


def told_too_much(caller: Caller, text: str) -> str | None:
    """What of `text` only others may read."""
    if caller.column == "admin":
        return None
    hidden = [DRAFT_NAME] if caller.column == "premium" else [DRAFT_NAME, PREMIUM_NAME]
    strangers = (address for address in re.findall(RESIDENTS, text) if address != caller.email)
    return next((name for name in (*strangers, *hidden) if name in text), None)
