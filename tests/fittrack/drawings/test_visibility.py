"""Who sees which drawing."""

import pytest

from fittrack.drawings.model import DrawingStatus, Eligibility, UserType
from fittrack.drawings.visibility import Viewer
from fittrack.kit.problems import NotFound
from tests.fittrack.drawings.examples import a_drawing

STRANGER = Viewer(None, is_admin=False, is_premium=False)
MEMBER = Viewer(None, is_admin=False, is_premium=True)
ADMIN = Viewer(None, is_admin=True, is_premium=False)


def test_a_draft_is_for_admins_alone() -> None:
    draft = a_drawing(DrawingStatus.DRAFT)
    ADMIN.check(draft)
    for viewer in (STRANGER, MEMBER):
        with pytest.raises(NotFound):
            viewer.check(draft)


def test_a_premium_drawing_is_for_premium_players_and_admins() -> None:
    drawing = a_drawing(eligibility=Eligibility(user_type=UserType.PREMIUM))
    MEMBER.check(drawing)
    ADMIN.check(drawing)
    with pytest.raises(NotFound):
        STRANGER.check(drawing)


@pytest.mark.parametrize("status", [status for status in DrawingStatus if status is not DrawingStatus.DRAFT])
def test_what_is_published_is_for_everybody(status: DrawingStatus) -> None:
    for viewer in (STRANGER, MEMBER, ADMIN):
        viewer.check(a_drawing(status))
