"""A player's account: what sales and earning rely on changes here, in the player's own log (law 7)."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

from actors import user_boards, user_correction
from fittrack.accounts import email_token_queries, rules, schemas, statements
from fittrack.accounts.commands import ClaimAccount, CorrectAccount, VerifyEmail
from fittrack.accounts.problems import AccountNotOpen, InvalidToken, InvitationOpen
from fittrack.accounts.social.queries import claim
from fittrack.audit.action import Action, State, differences
from fittrack.audit.recording import audit_row
from fittrack.db.journal import UnitRefused
from fittrack.drawings.model import Player
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import PreconditionFailed, Validation
from fittrack.profiles import queries as profile_queries
from fittrack.profiles.commands import ChangeProfile
from fittrack.profiles.problems import DisplayNameTaken
from fittrack.profiles.rules import (
    Profile,
    check_profile,
    is_complete,
    missing_fields,
    normal_display_name,
    tier_of,
)
from fittrack.profiles.schemas import Profile as ProfileView
from fittrack.profiles.tiers import Tier
from protocol.shapes import instant

if TYPE_CHECKING:
    from actors.user import UserActor


async def change(actor: "UserActor", intention: Intention) -> Answer:
    """Do what is intended with the account."""
    match intention.command:
        case VerifyEmail(token_hash):
            return await _verify_email(actor, intention, token_hash)
        case ClaimAccount() as command:
            return await _claim(actor, intention, command)
        case CorrectAccount() as command:
            return await user_correction.correct(actor, intention, command)
        case ChangeProfile() as command:
            return await _change_profile(actor, intention, command)
        case command:
            raise AssertionError(f"no player understands {command!r}")


async def _verify_email(actor: "UserActor", intention: Intention, token_hash: bytes) -> Answer:
    account = actor.existing()
    now = actor.services.clock.now()
    token = await actor.services.reads.run(email_token_queries.find, token_hash, rules.VERIFY_EMAIL)
    if token is None or token.user_id != actor.user_id:
        raise InvalidToken
    player = account.player
    if not player.email_verified:
        rules.check_token(token, now)
        if token.invited:
            raise InvitationOpen
    status = rules.status_after_verification(player.status)
    answer = schemas.Verified(user_id=actor.user_id, email=account.email, status=status)
    if player.email_verified:
        return Answer(answer)
    unit = actor.unit("email_verified", intention, answer)
    unit.statements = [
        email_token_queries.use(token_hash, now),
        statements.mark_verified(actor.user_id, status, now),
    ]
    await actor.append(unit)
    actor.account = replace(account, player=replace(player, email_verified=True, status=status))
    actor.services.standing_changed(actor.user_id, now)
    return Answer(answer)


async def _claim(actor: "UserActor", intention: Intention, command: ClaimAccount) -> Answer:
    account, now = actor.existing(), actor.services.clock.now()
    player = account.player
    if player.email_verified:  # meanwhile its holder proved the address, too
        return Answer(schemas.Verified(user_id=actor.user_id, email=account.email, status=player.status))
    if not rules.can_sign_in(player.status):
        raise AccountNotOpen(f"The account is {player.status}")
    status = rules.status_after_verification(player.status)
    answer = schemas.Verified(user_id=actor.user_id, email=command.email, status=status)
    unit = actor.unit("account_claimed", intention, answer)
    unit.statements = claim(actor.user_id, command, status, now)
    await actor.append(unit)
    actor.account = replace(
        account,
        player=replace(
            player,
            email_verified=True,
            status=status,
            date_of_birth=command.date_of_birth,
            state=command.state,
            profile_complete=False,
        ),
        email=command.email,
        display_name=None,
        biological_sex=None,
        fitness_level=None,
        primary_source=None,
    )
    actor.services.standing_changed(actor.user_id, now)
    user_boards.renamed(actor)
    actor.services.revoked(actor.user_id)
    return Answer(answer)


async def _change_profile(actor: "UserActor", intention: Intention, command: ChangeProfile) -> Answer:
    account, profile, services = actor.existing(), command.profile, actor.services
    now = services.clock.now()
    today = services.calendar.day_of(now)
    errors = check_profile(profile)
    if errors:
        raise Validation(errors=errors)
    if not is_complete(profile):
        raise Validation(f"Missing: {', '.join(missing_fields(profile))}")
    assert profile.biological_sex and profile.fitness_level and profile.display_name, "it is complete"
    holder = await services.reads.run(profile_queries.display_name_holder, profile.display_name)
    if holder not in (None, actor.user_id):
        raise DisplayNameTaken
    await _check_unchanged(actor, command.unless_changed_since)
    tier = tier_of(profile.biological_sex, account.player.date_of_birth, profile.fitness_level, today)
    answer = _profile_view(account.player, profile, tier, now)
    unit = actor.unit("profile_changed", intention, answer)
    unit.upserts = [profile_queries.profile_row(actor.user_id, profile, tier.code, now)]
    unit.statements = [profile_queries.note_standing_changed(actor.user_id, now)]
    if intention.origin.actor_id not in (None, actor.user_id):
        action = await _edited(actor, replace(profile, display_name=answer.display_name))
        unit.inserts = [audit_row(action, intention.origin, now)]
    try:
        await actor.append(unit)
    except UnitRefused as refused:  # somebody took the name in between
        raise DisplayNameTaken from refused
    actor.account = replace(
        account,
        player=replace(account.player, profile_complete=True),
        display_name=answer.display_name,
        biological_sex=profile.biological_sex,
        fitness_level=profile.fitness_level,
    )
    services.standing_changed(actor.user_id, now)
    user_boards.renamed(actor)
    return Answer(answer)


async def _edited(actor: "UserActor", profile: Profile) -> Action:
    """What is recorded when somebody else changes the profile: the fields that differ."""
    today = actor.services.calendar.day_of(actor.services.clock.now())
    former = await actor.services.reads.run(profile_queries.find, actor.user_id, today)
    before: State | None = None
    after: State = asdict(profile)
    if former is not None:
        before, after = differences(asdict(profile_queries.stored(former)), after)
    return Action(
        name="user.profile", subject_type="user", subject_id=actor.user_id, before=before, after=after
    )


def _profile_view(player: Player, profile: Profile, tier: Tier, now: datetime) -> ProfileView:
    assert profile.display_name and profile.biological_sex and profile.fitness_level, "it is complete"
    assert tier.age_bracket is not None, "only OPEN has none"
    return ProfileView(
        user_id=player.user_id,
        display_name=normal_display_name(profile.display_name),
        date_of_birth=player.date_of_birth,
        state_of_residence=player.state,
        biological_sex=profile.biological_sex,
        fitness_level=profile.fitness_level,
        height_inches=profile.height_inches,
        weight_pounds=profile.weight_pounds,
        goals=list(profile.goals),
        age_bracket=tier.age_bracket,
        tier_code=tier.code,
        tier_name=tier.name,
        updated_at=instant(now),
    )


async def _check_unchanged(actor: "UserActor", since: datetime | None) -> None:
    if since is None:
        return
    changed_at = await actor.services.reads.run(profile_queries.changed_at, actor.user_id)
    if changed_at != since:
        raise PreconditionFailed
