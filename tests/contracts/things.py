"""Things that people use at the doors, made fresh: one's own and others', drawings in every state."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from fittrack.activities.commands import LogActivities
from fittrack.clients import queries as clients
from fittrack.connections.commands import ConnectTracker
from fittrack.drawings.commands import AddPrize, OpenDrawing, ScheduleDrawing
from fittrack.inbox import queries as inbox
from fittrack.inbox.delivery import deliver
from fittrack.inbox.notices import status_changed
from fittrack.integrations.trackers.phone import APPLE_HEALTH
from fittrack.kit.ids import ConnectionId, DrawingId, SponsorId, UserId, uuid7
from fittrack.kit.origin import SYSTEM
from fittrack.mail.queries import put
from fittrack.reviews.commands import ConsiderReview
from fittrack.reviews.queries import reviews_of
from fittrack.reviews.rules import shared_device
from fittrack.schedule.messages import SCHEDULE, SCHEDULE_ID, CreateTemplate
from fittrack.server.once import Once
from fittrack.sponsors import changing as sponsoring
from protocol.shapes import instant
from tests.actors.house import hard_day
from tests.admins import Authenticator, set_up_factor
from tests.contracts.town import DRAFT_NAME, Caller, Town
from tests.fittrack.schedule.templates import a_template
from tests.programs import a_program
from tests.world import a_prize

STATES = ("draft", "scheduled", "open", "closed", "completed")
SALE_S = 2
"""Seconds for which a drawing sells that is to be over at once."""

NOBODY_THERE = "http://127.0.0.1:9/hook"
"""Where no webhook arrives: nobody serves the port of `discard`."""

Places = dict[str, str]
"""What fills the places of an address."""


async def owner(town: Town, caller: Caller, subject: str) -> UserId:
    """Whose thing it is: the caller's, or somebody else's."""
    return caller.user_id if subject == "own" else (await town.enrol()).user_id


async def person(town: Town, caller: Caller, subject: str) -> Places:
    return {"id": str(await owner(town, caller, subject))}


async def session(town: Town, caller: Caller, subject: str) -> Places:
    """A session; those who have none ask for somebody else's."""
    token = caller.token if subject == "own" and caller.is_signed_in else (await town.enrol()).token
    assert token is not None, "who is signed in has a token"
    return {"id": str((await town.node.identity.authenticator.authenticate(token)).session_id)}


async def review(town: Town, caller: Caller, subject: str) -> Places:
    """A review; of admins there is none."""
    reviewed = await owner(town, caller, subject)
    reason = shared_device("a phone", accounts=2)
    assert reason is not None
    await town.house.do(reviewed, ConsiderReview(reason))
    found = await town.node.reads.run(reviews_of, reviewed)
    return {"id": str(next(iter(found), uuid7()))}


async def notification(town: Town, caller: Caller, subject: str) -> Places:
    addressee = await owner(town, caller, subject)
    head = await town.node.reads.run(inbox.head, addressee)
    notice = deliver(head, addressee, uuid7(), status_changed("active"), town.house.clock.now())
    await town.node.journal.transact(put, notice.row)
    return {"id": str(notice.notification_id)}


async def prize(town: Town, caller: Caller, subject: str) -> Places:
    assert subject == "draft", "prizes of others are changed by a new commitment"
    drawing_id, prize_id = await _draft(town, premium=False, cost=10)
    del caller, drawing_id
    return {"id": str(prize_id)}


async def sponsor(town: Town, caller: Caller, subject: str) -> Places:
    """A sponsor without prizes, `inactive` or not."""
    del caller
    sponsor_id, now = SponsorId(uuid7()), town.house.clock.now()
    await town.node.journal.transact(sponsoring.create, sponsor_id, {"name": town.a_name()}, SYSTEM, now)
    if subject == "inactive":
        wish = sponsoring.Wish(sponsor_id=sponsor_id, versions=None, origin=SYSTEM, now=now)
        await town.node.journal.transact(sponsoring.edit, wish, {"active": False})
    return {"id": str(sponsor_id)}


async def webhook(town: Town, caller: Caller, subject: str) -> Places:
    """An endpoint, a program's own or else an admin's, and a message for it."""
    del subject
    maker = caller if caller.column == "client" else await town.caller("admin")
    endpoint = {"url": NOBODY_THERE, "event_types": ["points.adjusted"]}
    made = await town.granted(maker, "/webhooks", endpoint)
    sent = await town.granted(maker, f"/webhooks/{made['endpoint_id']}/test")
    return {"id": made["endpoint_id"], "message_id": sent["message_id"]}


async def template(town: Town, caller: Caller, subject: str) -> Places:
    """A template that rests: the town's drawings are all made by hand."""
    del caller, subject
    resting, now = a_template(active=False), town.house.clock.now()
    once = Once(scope_id=uuid7(), key=None, request_hash=b"", now=now)
    await town.node.registry.ref(SCHEDULE, SCHEDULE_ID).ask(CreateTemplate(resting, once, SYSTEM))
    return {"id": str(resting.template_id)}


async def drawing(town: Town, caller: Caller, subject: str) -> Places:
    """A drawing in a state; `premium` means that only premium players may know of it."""
    del caller
    if "completed" in subject:
        if subject not in town.completed:  # it changes no more: one serves all
            town.completed[subject] = await _drawing(town, subject)
        return town.completed[subject]
    return await _drawing(town, subject)


async def _drawing(town: Town, subject: str) -> Places:
    premium = "premium" in subject
    state = next((state for state in STATES if state in subject), "open")
    house, now = town.house, town.house.clock.now()
    over = state in ("closed", "completed")
    close = now + timedelta(seconds=SALE_S if over else 3_600)
    drawing_id, _ = await _draft(
        town,
        premium=premium,
        cost=1,
        ticket_sales_close=close,
        drawing_time=close + timedelta(seconds=1),
        auto_execute=state != "closed",
        **({"name": DRAFT_NAME} if state == "draft" else {}),
    )
    places = {"id": str(drawing_id)}
    if state == "draft":
        return places
    await house.run(drawing_id, ScheduleDrawing())
    if state == "scheduled":
        return places
    await house.run(drawing_id, OpenDrawing())
    if over:
        buyer = await rich(town, "premium" if premium else "player")
        bought = await house.buy(buyer.user_id, drawing_id, 1)
        places["receipt"] = str(bought.body.transaction_id)  # type: ignore[attr-defined]
        await house.pass_time(seconds=SALE_S + 1)
    return places


async def _draft(town: Town, *, premium: bool, cost: int, **fields: object) -> tuple[DrawingId, UUID]:
    drawing_id = await town.draft(premium=premium, ticket_cost_points=cost, **fields)
    first, second = a_prize(1), a_prize(2)
    for each in (first, second):
        await town.house.run(drawing_id, AddPrize(each))
    return drawing_id, first.prize_id


async def rich(town: Town, kind: str) -> Caller:
    """Somebody of this kind with points."""
    caller = await town.caller(kind)
    await earn(town, caller)
    return caller


async def earn_if_possible(town: Town, caller: Caller) -> None:
    """A thousand points for those who may earn."""
    if caller.column in ("player", "premium"):
        await earn(town, caller)


def an_activity(town: Town) -> dict[str, object]:
    """A walk in the last hour."""
    end = town.house.clock.now()
    return {
        "activity_type": "steps",
        "start_time": instant(end - timedelta(hours=1)),
        "end_time": instant(end),
        "duration_minutes": 60,
        "source": "manual",
        "metrics": {"steps": 3_000},
    }


async def earn(town: Town, caller: Caller) -> None:
    """A thousand points."""
    await town.house.do(caller.user_id, LogActivities([hard_day(town.house.clock, 1)]))


async def step_up(town: Town, caller: Caller) -> Authenticator:
    """Have an admin set up a second factor, which counts as a check."""
    return await set_up_factor(partial(town.granted, caller), town.house.clock.now())


async def tracker(town: Town, caller: Caller, subject: str) -> Places:
    """A tracker that lives on the phone; who can have one has connected it, unless it is to be connected."""
    if subject == "old":
        return {"provider": "fitbit"}
    provider = APPLE_HEALTH
    if subject == "own" and caller.column in ("unverified", "player", "premium"):
        names = [provider]
        connect = ConnectTracker(
            connection_id=ConnectionId(uuid7()), provider=provider, service=provider, names=names
        )
        await town.house.do(caller.user_id, connect)
    return {"provider": provider}


async def client(town: Town, caller: Caller, subject: str) -> Places:
    """A program, and the secret that it has."""
    del caller, subject
    program = await a_program(town.node, town.a_name())
    found = await town.node.reads.run(clients.load, program.client_id)
    assert found is not None, "it was just made"
    return {"id": str(program.client_id), "secret_id": found.secrets[0].secret_id}


async def hook(town: Town, caller: Caller, subject: str) -> Places:
    del town, caller, subject
    return {"provider": "fitbit"}


async def tier(town: Town, caller: Caller, subject: str) -> Places:
    del town, caller, subject
    return {"tier_code": "F-30-39-ADV"}


async def period(town: Town, caller: Caller, subject: str) -> Places:
    del town, caller, subject
    return {"period": "weekly"}


async def problem(town: Town, caller: Caller, subject: str) -> Places:
    del town, caller, subject
    return {"code": "not-found"}
