"""`If-Match` against the version of an account's standing."""

from datetime import datetime

from aiohttp import web

from fittrack.accounts.queries import standing_changed_at
from fittrack.kit.ids import UserId
from fittrack.kit.problems import NotFound
from fittrack.server.asking import READS
from fittrack.server.etags import etag_of, require_match
from protocol.shapes import instant


async def matched_standing(request: web.Request, user_id: UserId) -> datetime | None:
    """The version that was read, if the request has an `If-Match` and it agrees with it."""
    if "If-Match" not in request.headers:
        return None
    changed_at = await request.app[READS].run(standing_changed_at, user_id)
    if changed_at is None:
        raise NotFound("There is no such account")
    require_match(request, etag_of(instant(changed_at)))
    return changed_at
