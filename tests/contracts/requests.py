"""What is sent to each door, so that whoever is let in succeeds."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from fittrack.accounts import email_token_queries, rules
from fittrack.accounts import queries as accounts
from fittrack.kit.ids import UserId
from fittrack.sessions.tokens import EMAIL_PREFIX, hash_token, new_token
from protocol.shapes import instant
from tests.admins import Authenticator
from tests.contracts import things, winnings
from tests.contracts.access_table import Row
from tests.contracts.things import Places
from tests.contracts.town import PASSWORD, Caller, Town
from tests.programs import a_program

Json = dict[str, object]

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Request:
    """What fills a route: the places of its address, and its body."""

    places: Places = field(default_factory=dict)
    body: Json | None = None


async def request_for(town: Town, caller: Caller, row: Row) -> Request:
    """A request of `caller` to the row's door, about a fresh thing of the row's kind."""
    fill = next((fill for address, fill in PLACES.items() if row.path.startswith(address)), None)
    places = {} if fill is None else await fill(town, caller, row.subject)
    write = BODIES.get(row.door)
    return Request(places, None if write is None else await write(town, caller, row, places))


Fill = Callable[[Town, Caller, str], Awaitable[Places]]
Write = Callable[[Town, Caller, Row, Places], Awaitable[Json]]

PLACES: Mapping[str, Fill] = {
    f"{API}/users/me/sessions/{{id}}": things.session,
    f"{API}/users/me/reviews/{{id}}": things.review,
    f"{API}/users/{{id}}": things.person,
    f"{API}/profiles/{{id}}": things.person,
    f"{API}/tiers/{{tier_code}}": things.tier,
    f"{API}/leaderboards/{{period}}": things.period,
    f"{API}/drawings/{{id}}": things.drawing,
    f"{API}/tickets": things.drawing,
    f"{API}/prizes/{{id}}": things.prize,
    f"{API}/sponsors/{{id}}": things.sponsor,
    f"{API}/drawing-templates/{{id}}": things.template,
    f"{API}/webhooks/{{id}}": things.webhook,
    f"{API}/notifications/{{id}}": things.notification,
    f"{API}/connections/{{provider}}": things.tracker,
    f"{API}/hooks/{{provider}}": things.hook,
    f"{API}/admin/users/{{id}}": things.person,
    f"{API}/admin/clients/{{id}}": things.client,
    f"{API}/admin/reviews/{{id}}": things.review,
    f"{API}/transactions": things.person,
    f"{API}/fulfillments": winnings.fulfillment,
    "/problems/{code}": things.problem,
}
"""What is in an address, by how it begins."""


def says(**fields: object) -> Write:
    """A body that is always the same."""

    async def write(town: Town, caller: Caller, row: Row, places: Places) -> Json:
        del town, caller, row, places
        return fields

    return write


async def _registration(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return {
        "email": f"{town.a_name().replace(' ', '-')}@new.example",
        "password": PASSWORD,
        "date_of_birth": "1990-05-17",
        "state": "TX",
        "accepted_terms": True,
        "accepted_rules": True,
    }


async def _credentials(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    member = await town.enrol()
    await town.node.journal.transact(accounts.set_password, member.user_id, await town.password_hash)
    account = await town.node.reads.run(accounts.credentials_of, member.user_id)
    assert account is not None, "it was just made"
    return {"email": account.email, "password": PASSWORD}


def _id_token(provider: str) -> Write:
    """A token of somebody who has an account."""

    async def write(town: Town, caller: Caller, row: Row, places: Places) -> Json:
        del caller, row, places
        member = await town.enrol()
        account = await town.node.reads.run(accounts.credentials_of, member.user_id)
        assert account is not None, "it was just made"
        claims = {"sub": str(member.user_id), "email": account.email, "email_verified": True}
        return {"id_token": town.issuers[provider].token(town.house.clock.now(), **claims)}

    return write


async def _refresh_token(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    form = await _credentials(town, caller, row, places)
    async with town.http.post(f"{town.address.url}{API}/auth/login", json=form) as answer:
        return {"refresh_token": (await answer.json())["refresh_token"]}


async def _verification_code(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return {"token": await _mailed(town, (await town.enrol()).user_id, rules.VERIFY_EMAIL)}


async def _reset(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    token = await _mailed(town, (await town.enrol()).user_id, rules.RESET_PASSWORD)
    return {"token": token, "new_password": PASSWORD}


async def _accept(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    invited = await town.granted(await town.caller("admin"), "/users", _somebody(town))
    token = await _mailed(town, UserId(UUID(invited["user_id"])), rules.VERIFY_EMAIL)
    return {"token": token, "password": PASSWORD, "accepted_terms": True, "accepted_rules": True}


async def _invitation(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return _somebody(town)


def _somebody(town: Town) -> Json:
    email = f"{town.a_name().replace(' ', '-').lower()}@test.example"
    return {"email": email, "date_of_birth": "1990-05-17", "state": "TX"}


async def _mailed(town: Town, user_id: UserId, purpose: str) -> str:
    """A code that was sent by mail."""
    token, now = new_token(EMAIL_PREFIX), town.house.clock.now()
    await town.node.journal.transact(
        email_token_queries.issue,
        hash_token(token),
        user_id,
        purpose,
        now=now,
        expires_at=now + timedelta(hours=1),
    )
    return token


async def _change_password(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del row, places
    await town.node.journal.transact(accounts.set_password, caller.user_id, await town.password_hash)
    return {"current_password": PASSWORD, "new_password": f"{PASSWORD}!"}


async def _first_code(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del row, places
    if caller.column != "admin":
        return {"code": "123456"}
    enrolled = await town.granted(caller, "/auth/mfa/enroll", {"password": PASSWORD})
    return {"code": Authenticator(enrolled["secret"]).code(town.house.clock.now())}


async def _next_code(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del row, places
    if caller.column != "admin":
        return {"code": "123456"}
    return {"code": (await things.step_up(town, caller)).code(town.house.clock.now(), steps=1)}


async def _own_password(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del row, places
    await town.node.journal.transact(accounts.set_password, caller.user_id, await town.password_hash)
    return {"password": PASSWORD}


async def _profile(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return {"display_name": town.a_name(), "biological_sex": "female", "fitness_level": "beginner"}


async def _activity(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return things.an_activity(town)


async def _purchase(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    await things.earn_if_possible(town, caller)
    named = {} if "{id}" in row.path else {"drawing_id": places["id"]}
    return {**named, "quantity": 1}


async def _free_entry(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return {"user_id": str((await town.enrol()).user_id), "evidence": f"Postmark {town.a_name()}"}


async def _adjustment(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del town, caller, row
    return {"user_id": places["id"], "amount": 5, "reason": "A gift"}


async def _client_credentials(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    program = await a_program(town.node, town.a_name())
    return {
        "grant_type": "client_credentials",
        "client_id": str(program.client_id),
        "client_secret": program.secret,
    }


async def _client(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return {"name": town.a_name(), "scopes": ["users:read"]}


async def _sponsor(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return {"name": town.a_name()}


async def _webhook(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del town, caller, row, places
    return {"url": things.NOBODY_THERE, "event_types": ["drawing.completed"]}


async def _since(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del caller, row, places
    return {"since": instant(town.house.clock.now() - timedelta(days=1))}


async def _prize(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del places
    drawing = await things.drawing(town, caller, row.subject)
    return {"drawing_id": drawing["id"], "rank": 3, "name": "A mug", "value_usd": "5.00"}


async def _fulfillment(town: Town, caller: Caller, row: Row, places: Places) -> Json:
    del town, caller, row
    return {"drawing_id": places["drawing_id"], "user_id": places["user_id"]}


BODIES: Mapping[str, Write] = {
    f"POST {API}/webhooks": _webhook,
    f"PATCH {API}/webhooks/{{id}}": says(description="Of the warehouse"),
    f"POST {API}/webhooks/{{id}}/redeliver": _since,
    f"POST {API}/auth/register": _registration,
    f"POST {API}/auth/verify-email": _verification_code,
    f"POST {API}/auth/resend-verification": says(email="nobody@new.example"),
    f"POST {API}/auth/forgot-password": says(email="nobody@new.example"),
    f"POST {API}/auth/reset-password": _reset,
    f"POST {API}/auth/login": _credentials,
    f"POST {API}/auth/social/google": _id_token("google"),
    f"POST {API}/auth/social/apple": _id_token("apple"),
    f"POST {API}/auth/refresh": _refresh_token,
    f"POST {API}/auth/change-password": _change_password,
    f"POST {API}/auth/mfa/enroll": says(password=PASSWORD),
    f"POST {API}/auth/mfa/confirm": _first_code,
    f"POST {API}/auth/mfa/verify": _next_code,
    f"PUT {API}/users/me/profile": _profile,
    f"PATCH {API}/users/me/profile": says(fitness_level="advanced"),
    f"PUT {API}/users/me/notification-preferences": says(categories=[]),
    f"DELETE {API}/users/me": _own_password,
    f"POST {API}/auth/accept-invitation": _accept,
    f"POST {API}/users": _invitation,
    f"PATCH {API}/users/{{id}}": says(state="CA", reason="they asked us by post"),
    f"DELETE {API}/users/{{id}}": says(reason="they asked us by post"),
    f"POST {API}/profiles": _profile,
    f"PUT {API}/profiles/{{id}}": _profile,
    f"POST {API}/activities": _activity,
    f"POST {API}/connections/{{provider}}/initiate": says(),
    f"POST {API}/connections/{{provider}}/callback": says(code="a-code", state="a-state"),
    f"POST {API}/connections/{{provider}}/archive": says(**{"activities-steps": []}),
    f"PATCH {API}/connections/{{provider}}": says(is_primary=False),
    f"POST {API}/hooks/{{provider}}": says(type="verification"),
    f"POST {API}/users/me/reviews/{{id}}/appeal": says(statement="It was my sister"),
    f"POST {API}/admin/reviews/{{id}}/resolve": says(resolution="cleared", note="It was her sister"),
    f"POST {API}/admin/live/looking": says(entity_type="sponsor", entity_id=str(UUID(int=7))),
    f"PUT {API}/admin/users/{{id}}/status": says(status="suspended", reason="Looked at"),
    f"PUT {API}/admin/users/{{id}}/role": says(role="user"),
    f"POST {API}/admin/users/{{id}}/adjust-points": says(amount=5, reason="A gift"),
    f"POST {API}/transactions": _adjustment,
    f"POST {API}/oauth/token": _client_credentials,
    f"POST {API}/admin/clients": _client,
    f"PATCH {API}/admin/clients/{{id}}": says(requests_per_minute=60),
    f"POST {API}/admin/clients/{{id}}/secrets": says(overlap_hours=1),
    f"POST {API}/drawings/{{id}}/tickets": _purchase,
    f"POST {API}/tickets": _purchase,
    f"POST {API}/drawings": says(drawing_type="daily", name="The next draw"),
    f"PATCH {API}/drawings/{{id}}": says(name="Another name"),
    f"POST {API}/drawings/{{id}}/cancel": says(reason="Rain"),
    f"POST {API}/drawings/{{id}}/beacon": says(round=1, signature="0" * 96),
    f"POST {API}/sponsors": _sponsor,
    f"PATCH {API}/sponsors/{{id}}": says(contact_name="Mr Smith"),
    f"POST {API}/drawings/{{id}}/free-entries": _free_entry,
    f"POST {API}/drawing-templates": says(drawing_type="annual", name="The year's", active=False),
    f"PATCH {API}/drawing-templates/{{id}}": says(name="Another name"),
    f"POST {API}/fulfillments": _fulfillment,
    f"PUT {API}/fulfillments/{{id}}": says(notes="Rings twice"),
    f"POST {API}/fulfillments/{{id}}/confirm-address": says(
        street="1 Main St", city="Austin", state="TX", zip_code="78701"
    ),
    f"POST {API}/fulfillments/{{id}}/invalidate-address": says(reason="No such street"),
    f"POST {API}/fulfillments/{{id}}/ship": says(carrier="UPS", tracking_number="1Z999"),
    f"POST {API}/fulfillments/{{id}}/forfeit": says(reason="Two accounts"),
    f"POST {API}/dev/reset": says(confirm="another database"),
    f"POST {API}/prizes": _prize,
    f"PATCH {API}/prizes/{{id}}": says(description="With a lid"),
}
"""Bodies that succeed, of the doors that take one."""
