"""`/notifications`: the inbox (SPEC 8 and 10)."""

from typing import Final

from aiohttp import web

from fittrack.inbox import queries, schemas
from fittrack.inbox.commands import ChangePreferences, ReadInbox, ReadNotification
from fittrack.inbox.rules import Preferences
from fittrack.kit.idempotency import intend
from fittrack.kit.ids import NotificationId
from fittrack.kit.problems import NotFound
from fittrack.points.live import PlayerView, ViewPlayer
from fittrack.server.asking import READS, command, cursors, player_ref, render_answer
from fittrack.server.etags import etag_of, require_match
from fittrack.server.pagination import CursorPage, cursor_page_of
from fittrack.server.parse import parse, parse_query, path_uuid
from fittrack.server.principal import principal_of
from fittrack.server.render import render
from fittrack.server.routes import API, Access, Route
from protocol.outbound import InboxRead, Notification

TAG: Final = "Notifications"


async def list_notifications(request: web.Request) -> web.Response:
    query = parse_query(request, schemas.InboxQuery)
    listing = cursors(request, "notifications")
    before = None if query.cursor is None else listing.position(query.cursor, tuple[int])[0]
    user_id = principal_of(request).user_id
    found, total = await request.app[READS].run(queries.page, user_id, query, before)
    following = listing.after([found[-1].seq]) if len(found) == query.limit else None
    return render(cursor_page_of([kept.notification for kept in found], query, total, following))


async def unread_count(request: web.Request) -> web.Response:
    view: PlayerView = await player_ref(request).ask(ViewPlayer())
    return render(InboxRead(unread=view.unread))


async def get_notification(request: web.Request) -> web.Response:
    notification_id = NotificationId(path_uuid(request))
    kept = await request.app[READS].run(queries.find, principal_of(request).user_id, notification_id)
    if kept is None:
        raise NotFound("There is no such notification.")
    return render(kept.notification)


async def read_one(request: web.Request) -> web.Response:
    wish = ReadNotification(NotificationId(path_uuid(request)))
    return render_answer(await command(request, player_ref(request), wish))


async def read_all(request: web.Request) -> web.Response:
    view: PlayerView = await player_ref(request).ask(ViewPlayer())
    return render_answer(await command(request, player_ref(request), ReadInbox(view.inbox_seq)))


async def get_preferences(request: web.Request) -> web.Response:
    preferences = await _preferences(request)
    return render(schemas.shown(preferences), etag=_etag(preferences))


async def put_preferences(request: web.Request) -> web.Response:
    """Replaces all of them: a category that is left out is on. Required ones cannot be switched off."""
    wanted = schemas.chosen(await parse(request, schemas.PreferencesForm))
    seen = None
    if "If-Match" in request.headers:
        seen = await _preferences(request)
        require_match(request, _etag(seen))
    answer = await player_ref(request).ask(intend(ChangePreferences(wanted, seen), None))
    return render_answer(answer, etag=_etag(wanted))


async def _preferences(request: web.Request) -> Preferences:
    return await request.app[READS].run(queries.preferences, principal_of(request).user_id)


def _etag(preferences: Preferences) -> str:
    return etag_of(preferences.version)


_AT = f"{API}/notifications"
_PREFERENCES = f"{API}/users/me/notification-preferences"

ROUTES: list[Route] = [
    Route(
        "GET",
        _AT,
        list_notifications,
        summary="One's own notifications, the latest first",
        access=Access.PLAYER_READ,
        tag=TAG,
        query=schemas.InboxQuery,
        answer=CursorPage[Notification],
    ),
    Route(
        "GET",
        f"{_AT}/unread-count",
        unread_count,
        summary="How many are unread",
        access=Access.PLAYER_READ,
        tag=TAG,
        answer=InboxRead,
    ),
    Route(
        "GET",
        f"{_AT}/{{id}}",
        get_notification,
        summary="One notification",
        access=Access.PLAYER_READ,
        tag=TAG,
        answer=Notification,
    ),
    Route(
        "PUT",
        f"{_AT}/{{id}}/read",
        read_one,
        summary="Mark one as read",
        access=Access.PLAYER,
        tag=TAG,
        answer=InboxRead,
    ),
    Route(
        "POST",
        f"{_AT}/read-all",
        read_all,
        summary="Mark all as read",
        access=Access.PLAYER,
        tag=TAG,
        answer=InboxRead,
    ),
    Route(
        "GET",
        _PREFERENCES,
        get_preferences,
        summary="What one is told of, and how",
        access=Access.SIGNED_IN,
        tag=TAG,
        answer=schemas.NotificationPreferences,
    ),
    Route(
        "PUT",
        _PREFERENCES,
        put_preferences,
        summary="Choose what one is told of, and how",
        access=Access.PLAYER,
        tag=TAG,
        body=schemas.PreferencesForm,
        answer=schemas.NotificationPreferences,
        guarded=True,
    ),
]
