"""One of everything that a node says to others, for what stays readable (`test_wire`)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fittrack.cluster.packets import Ask, Item, Moved, Reply, entity_to_wire
from fittrack.drawings.commands import BuyTickets
from fittrack.kit.ids import DrawingId, SessionId, UserId
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.origin import Origin
from fittrack.kit.problems import Busy, FieldError, Problem, RateLimited, Validation
from fittrack.pubsub import messages
from fittrack.pubsub.messages import Message
from fittrack.travelling import make_register
from protocol.channel_events import DrawingTick, OpsLooking
from protocol.outbound import TicketsBought
from protocol.shapes import WireInstant

NOON_MS: Final = 1_781_107_200_123
_NOON: Final = WireInstant("2026-06-10T16:00:00.123Z")
ADA: Final = UserId(UUID("01976a3e-0000-7000-8000-00000000000a"))
SESSION: Final = SessionId(UUID("01976a3e-0000-7000-8000-00000000000b"))
DRAWING: Final = DrawingId(UUID("01976a3e-0000-7000-8000-00000000000c"))
KEY: Final = UUID("01976a3e-0000-7000-8000-00000000000d")
SENDER: Final = "node-0a1b2c3d"
REGISTER: Final = make_register()

_BOUGHT: Final = TicketsBought(
    transaction_id=KEY,
    drawing_id=DRAWING,
    quantity=2,
    points_spent=20,
    balance=80,
    my_tickets=2,
    odds=0.5,
)
_TICK: Final = DrawingTick(status="open", closes_at=_NOON, draws_at=_NOON, now=_NOON, tickets=7, entrants=3)

VALUES: Final[Mapping[str, Any]] = {
    "a command": Intention(BuyTickets(DRAWING, 2), KEY, b"\x01\x02", Origin(actor_id=ADA)),
    "an answer": Answer(_BOUGHT),
    "nothing": None,
    "a refusal": Busy("The node that has it cannot be reached; nothing happened"),
    "a refusal with errors": Validation("Look again", errors=[FieldError("/quantity", "above 0")]),
    "a refusal for a while": RateLimited("Later", after_ms=1_500),
    "several": [_BOUGHT, _BOUGHT],
}
"""What asks and replies carry."""


def _ask(value: str, number: int, *, entity: object = ADA, until_ms: int = NOON_MS, **more: Any) -> Ask:
    kind = "user" if entity is ADA else "leaderboard"
    return Ask(number, kind, entity_to_wire(entity), *REGISTER.pack(VALUES[value]), until_ms, "req-1", **more)


ITEMS: Final[Mapping[str, Item]] = {
    "ask": _ask("a command", 17),
    "tell": _ask("a command", 0, entity="daily:2026-06-10:OPEN", until_ms=0),
    "moved": Moved(17, 1_781_107_200_124),
    **{f"reply: {name}": Reply(17, *REGISTER.pack(value)) for name, value in VALUES.items()},
}

PUBLICATIONS: Final[Mapping[str, Message]] = {
    "stream": messages.StreamEvent(ADA, "ledger", 12),
    "note": messages.PlayerNote(ADA, _TICK, "drawing"),
    "presence": messages.Presence(ADA, SENDER, NOON_MS, SENDER, [NOON_MS]),
    "channel": messages.ChannelEvent(f"drawing:{DRAWING}", 5, _TICK, True, "all", "opened"),
    "revocation": messages.Revocation(ADA, SESSION),
    "standing": messages.StandingChanged(ADA),
    "job": messages.JobDue("mail"),
    "roll-call": messages.RollCall(),
    "look": messages.Look(
        looking=OpsLooking(at=_NOON, actor="admin", entity_type="drawing", entity_id=DRAWING)
    ),
    "reading": messages.Reading(
        node=SENDER, since=1.0, at=2.5, lag_s=0.001, connections=3, actors=4, turns=5, commands=6,
        purchases=7, errors=0, batches=8, batch_s=0.5, mailboxes=9, mailbox_s=0.25, not_stored=0,
        troubles={"user": 1},
    ),
}  # fmt: skip


def is_same(found: object, wanted: object) -> bool:
    """Problems are compared by what they say."""
    if isinstance(wanted, Problem):
        return isinstance(found, Problem) and _said(found) == _said(wanted)
    return found == wanted


def _said(problem: Problem) -> tuple[object, ...]:
    return type(problem), problem.detail, problem.errors, problem.after_ms
