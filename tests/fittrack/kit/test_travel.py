"""Values on their way between nodes arrive as what they were, and nothing arrives that nobody named."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from msgspec import Raw

from actors.purchase import Sale
from fittrack.activities.commands import LogActivities
from fittrack.activities.model import ActivityInput, ActivityType, Intensity
from fittrack.drawings.commands import BuyTickets, DrawingEdit, EditDrawing
from fittrack.drawings.rules import InsufficientPoints
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import DrawingId, TransactionId, UserId, uuid7
from fittrack.kit.intention import Answer
from fittrack.kit.problems import Busy, FieldError, Problem, Validation
from fittrack.kit.travel import UNREADABLE, NotRegisteredError, Register
from fittrack.points.ledger import Entry
from fittrack.pubsub.messages import ChannelEvent, StreamEvent
from fittrack.travelling import make_register
from protocol.outbound import DrawingTick, TicketsBought

NOON = datetime(2026, 6, 10, 16, 0, 0, 123_000, tzinfo=UTC)
REGISTER = make_register()


def there(value: object) -> object:
    return REGISTER.unpack(REGISTER.pack(value))


def an_activity() -> ActivityInput:
    return ActivityInput(
        activity_type=ActivityType.ACTIVE_MINUTES,
        start_time=NOON,
        end_time=NOON,
        source="fitbit",
        intensity=Intensity.VIGOROUS,
        external_id="a",
    )


def a_sale() -> Sale:
    drawing_id, user_id, purchase_id = DrawingId(uuid7()), UserId(uuid7()), uuid7()
    answer = TicketsBought(
        transaction_id=purchase_id,
        drawing_id=drawing_id,
        quantity=2,
        points_spent=20,
        balance=80,
        my_tickets=2,
        odds=0.5,
    )
    entry = Entry(
        user_id=user_id, seq=3, transaction_id=TransactionId(purchase_id), transaction_type="spend",
        amount=-20, balance_after=80, reference_type="drawing", reference_id=str(drawing_id),
        description="2 tickets", day=None, tier_code=None, created_at=NOON,
    )  # fmt: skip
    return Sale(answer, entry, purchase_id)


def test_commands_with_their_keys_arrive_as_they_were() -> None:
    for wish in (
        intend(BuyTickets(DrawingId(uuid7()), 3), uuid4()),
        intend(EditDrawing(DrawingEdit(name="New"), frozenset({'"v1"'})), None),
        intend(LogActivities([an_activity()]), uuid4()),
    ):
        assert there(wish) == wish


def test_answers_and_publications_arrive_as_they_were() -> None:
    sale = a_sale()
    tick = DrawingTick(
        status="open", closes_at="2026-06-10T16:00:00.000Z", draws_at="2026-06-10T17:00:00.000Z",
        now="2026-06-10T15:00:00.000Z", tickets=7, entrants=3,
    )  # fmt: skip
    for value in (
        None,
        sale,
        [sale, None],
        Answer(sale.answer, replayed=True),
        ChannelEvent("drawing:1", 5, tick, lasting=True, audience="premium"),
        StreamEvent(UserId(uuid7()), "ledger", 9),
    ):
        assert there(value) == value


@pytest.mark.parametrize("kind", sorted(Problem.catalogue.values(), key=lambda kind: kind.code))
def test_every_problem_arrives_as_the_same_problem(kind: type[Problem]) -> None:
    arrived = there(Problem.again(kind.code, "Why"))
    assert type(arrived) is kind
    assert (arrived.code, arrived.status, arrived.detail) == (kind.code, kind.status, "Why")


def test_what_a_problem_says_beside_its_code_arrives_too() -> None:
    busy, invalid = there(Busy(after_ms=300)), there(Validation(errors=[FieldError("/quantity", "too many")]))
    assert isinstance(busy, Busy) and busy.after_ms == 300
    assert isinstance(invalid, Validation) and invalid.errors == (FieldError("/quantity", "too many"),)
    assert [type(each) for each in there([InsufficientPoints("poor"), None])] == [
        InsufficientPoints,
        type(None),
    ]  # type: ignore[attr-defined]


def test_what_nobody_named_does_not_leave_and_is_not_read() -> None:
    with pytest.raises(NotRegisteredError):
        REGISTER.pack(object())
    with pytest.raises(UNREADABLE):
        REGISTER.unpack(("os.system", Raw(b"\xc0")))
    with pytest.raises(UNREADABLE):
        REGISTER.unpack(("drawings.commands.BuyTickets", Raw(b"\x93\x01\x02\x03")))
    with pytest.raises(NotRegisteredError):
        Register([BuyTickets], {}).pack(an_activity())
