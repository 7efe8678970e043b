"""Who sees which drawing: premium ones are for premium players, drafts for admins (SPEC 1)."""

from datetime import datetime
from typing import Final, NamedTuple

from aiohttp import web

from fittrack.db.reads import Reads
from fittrack.drawings import queries
from fittrack.drawings.messages import View, ViewDrawing
from fittrack.drawings.model import Drawing, DrawingStatus, UserType
from fittrack.kit.ids import UserId
from fittrack.kit.problems import NotFound
from fittrack.kit.standing import Role
from fittrack.server.asking import READS, drawing_ref
from fittrack.server.http import CLOCK
from fittrack.server.parse import path_uuid
from fittrack.server.principal import Principal, principal_or_none

ORDINARY: Final = ""
PREMIUM: Final = "premium"
EVERYBODY: Final = (ORDINARY, PREMIUM)
"""Audiences of the channel `drawings`: who may not, and who may see premium drawings."""


class Viewer(NamedTuple):
    """Somebody who looks at drawings. `user_id` is None for strangers and admins: they hold no tickets."""

    user_id: UserId | None
    is_admin: bool
    is_premium: bool

    @property
    def user_types(self) -> list[UserType]:
        """The kinds of drawings shown."""
        return list(UserType) if self.is_admin or self.is_premium else [UserType.ALL]

    @property
    def audience(self) -> str:
        """To which audience of `drawings` the viewer belongs."""
        return PREMIUM if self.is_admin or self.is_premium else ORDINARY

    @property
    def statuses(self) -> list[DrawingStatus]:
        """The states shown."""
        return [status for status in DrawingStatus if self.is_admin or status is not DrawingStatus.DRAFT]

    def check(self, drawing: Drawing) -> None:
        """Raise `NotFound` for what this viewer must not know of."""
        shown = drawing.status in self.statuses and drawing.eligibility.user_type in self.user_types
        if not shown:
            raise NotFound("There is no such drawing.")


async def viewer_of(request: web.Request) -> Viewer:
    """Who looks over REST."""
    return await viewer_as(principal_or_none(request), request.app[READS], request.app[CLOCK].now())


async def viewer_as(principal: Principal | None, reads: Reads, now: datetime) -> Viewer:
    """How somebody looks at drawings. The premium role is read at this moment."""
    if principal is None:
        return Viewer(None, is_admin=False, is_premium=False)
    if principal.is_admin:
        return Viewer(None, is_admin=True, is_premium=False)
    is_premium = principal.role is Role.PREMIUM and await reads.run(
        queries.is_premium, principal.user_id, now
    )
    return Viewer(principal.user_id, is_admin=False, is_premium=is_premium)


async def view_of(request: web.Request, viewer: Viewer | None = None) -> View:
    """The drawing in the address, if the one who asks may know of it."""
    viewer = viewer or await viewer_of(request)
    view: View = await drawing_ref(request, path_uuid(request)).ask(ViewDrawing(viewer.user_id))
    viewer.check(view.drawing)
    return view
