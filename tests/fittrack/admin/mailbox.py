"""What came by mail."""

import email
import email.policy
import re
from email.message import EmailMessage

from tests.actors.house import House


async def letters_to(house: House, address: str) -> list[EmailMessage]:
    """Deliver what is due; every letter to `address` so far, the oldest first."""
    await house.node.jobs.deliver_mail()
    files = sorted(house.node.settings.mail_dir.glob("*.eml"))
    letters = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [letter for letter in letters if letter["To"] == address]


def code_in(letter: EmailMessage) -> str:
    """The code that it carries."""
    found = re.search(r"fte_[\w-]+", letter.as_string())
    assert found is not None, "it has a code"
    return found[0]
