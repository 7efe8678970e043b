"""What a player decides about being told, and about what we keep (SPEC 1 and 8)."""

from typing import TYPE_CHECKING

from fittrack.inbox import queries as inbox_queries
from fittrack.inbox.commands import ChangePreferences
from fittrack.inbox.schemas import shown
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import PreconditionFailed

if TYPE_CHECKING:
    from actors.user import UserActor


async def change_preferences(actor: "UserActor", intention: Intention, command: ChangePreferences) -> Answer:
    """Tell the player of what is left on, from the next notice on."""
    actor.with_profile()
    if command.only_if not in (None, actor.preferences):
        raise PreconditionFailed
    preferences, now = command.preferences, actor.services.clock.now()
    answer = shown(preferences)
    unit = actor.unit("preferences_changed", intention, answer)
    unit.upserts = inbox_queries.preference_rows(actor.user_id, preferences, now)
    await actor.append(unit)
    actor.preferences = preferences
    return Answer(answer)
