"""Putting letters into the outbox: a row of the transaction, or of the unit, that the letter tells of."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from fittrack.db.handles import Table
from fittrack.db.tables.messages import mail_outbox
from fittrack.kit.correlation import current_cause
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.seal_contexts import letter as letter_of
from fittrack.kit.sealing import Sealer
from fittrack.mail.letters import Letter, tag_of

OutboxRow = tuple[Table, tuple[Any, ...]]
"""A letter to insert: the outbox, and the values in its column order."""

_letters = msgspec.json.Decoder(Letter)


class Postbox:
    """Seals letters for the outbox and opens them for the worker: they hold codes that open accounts.

    A letter is addressed to an account; its email address is looked up at delivery.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def row(self, user_id: UserId, letter: Letter, now: datetime) -> OutboxRow:
        """The sealed letter. Call it on the event loop."""
        mail_id = uuid7()
        sealed = self._sealer.seal(_with_cause(letter), letter_of(mail_id))
        return mail_outbox, (mail_id, user_id, tag_of(letter), sealed, 0, now, None, None, None, now)

    def open(self, mail_id: UUID, sealed: bytes) -> tuple[Letter, str]:
        """The letter of a row, and on whose behalf it was written (`kit.correlation`).

        Raises `SealBroken`, or msgspec's errors for a letter of another version.
        """
        opened = self._sealer.open(sealed, letter_of(mail_id))
        return _letters.decode(opened), _causes.decode(opened).cause


class _Caused(msgspec.Struct):
    """What stands in a sealed letter beside the letter itself."""

    cause: str = ""


_causes = msgspec.json.Decoder(_Caused)


def _with_cause(letter: Letter) -> bytes:
    fields: dict[str, Any] = msgspec.to_builtins(letter)
    return msgspec.json.encode(fields | {"cause": current_cause()})
