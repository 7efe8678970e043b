"""Versions of drawings and prizes: their entity tags, and the check that guards edits (SPEC 10).

A version follows from what can be edited, as it is shown. A drawing's tag also names its figures, so that
whoever asks for it again is told of sales; an edit heeds the version alone, or it could never pass while
tickets are sold.
"""

import msgspec
from msgspec import UNSET

from fittrack.drawings import views
from fittrack.drawings.model import Drawing, Prize
from fittrack.server.etags import Versions, check_version, etag_of, version_of
from protocol import shapes


def drawing_tag(drawing: shapes.Drawing) -> str:
    """The `ETag` of a drawing as it is shown."""
    mine = 0 if drawing.my_tickets is UNSET else drawing.my_tickets
    figures = f"{drawing.total_tickets}.{drawing.entrants}.{mine}"
    return etag_of(f"{version_of(_without_figures(drawing))}.{figures}")


def prize_tag(prize: shapes.Prize) -> str:
    """The `ETag` of a prize as it is shown."""
    return etag_of(version_of(prize))


def check_drawing(drawing: Drawing, wanted: Versions) -> None:
    """Raise `PreconditionFailed` unless `drawing` is at a version that is wanted."""
    check_version(version_of(views.drawing_shape(drawing, total_tickets=0, entrants=0)), wanted)


def check_prize(prize: Prize, wanted: Versions) -> None:
    """Raise `PreconditionFailed` unless `prize` is at a version that is wanted."""
    check_version(version_of(views.prize_shape(prize)), wanted)


def _without_figures(drawing: shapes.Drawing) -> shapes.Drawing:
    return msgspec.structs.replace(drawing, total_tickets=0, entrants=0, my_tickets=UNSET)
