"""A player's reviews: opened, decided and appealed against in the player's own log (SPEC 3, anti-gaming)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from fittrack.activities.review import ReviewReason
from fittrack.audit.action import Action
from fittrack.audit.recording import audit_row
from fittrack.db import device_queries
from fittrack.db.journal import Unit
from fittrack.inbox import notices
from fittrack.inbox.notices import Notice
from fittrack.kit.ids import ReviewId, uuid7
from fittrack.kit.intention import Answer, Intention
from fittrack.kit.problems import NotFound
from fittrack.kit.standing import Role
from fittrack.reviews import queries, schemas, statements
from fittrack.reviews.commands import AppealReview, ConsiderReview, ResolveReview
from fittrack.reviews.gaming import queries as gaming
from fittrack.reviews.gaming.watch import Watch
from fittrack.reviews.rules import (
    Review,
    ReviewStatus,
    check_appeal,
    check_resolution,
    keeps_account_under_review,
)
from protocol.shapes import instant

if TYPE_CHECKING:
    from actors.user import UserActor


async def watch(actor: "UserActor") -> Watch:
    """What the player's days and devices are judged by today."""
    services = actor.services
    day = services.calendar.day_of(services.clock.now())
    tier_code = actor.existing().tier_on(day)
    assert tier_code is not None, "a complete profile has its tier"
    if actor.watch is None or not actor.watch.is_of(tier_code, day):
        actor.watch = await services.reads.run(gaming.watch, actor.user_id, tier_code, day)
    return actor.watch


def open_reviews(actor: "UserActor", unit: Unit, reasons: Sequence[ReviewReason]) -> list[Notice]:
    """Let `unit` open a review for each of `reasons`, none of which the account had; `opened` must follow."""
    if not reasons:
        return []
    ids = [ReviewId(uuid7()) for _ in reasons]
    unit.inserts = [
        *unit.inserts,
        *(
            statements.review_row(actor.user_id, review_id, reason, unit.created_at)
            for review_id, reason in zip(ids, reasons, strict=True)
        ),
    ]
    unit.statements = [*unit.statements, statements.mark_account(actor.user_id, under_review=True)]
    notice = notices.review_opened(ids[0], str(reasons[0].evidence["detail"]))
    if actor.existing().under_review:  # a letter said so already
        notice = msgspec.structs.replace(notice, letter=None)
    return [notice]


def opened(actor: "UserActor", reasons: Iterable[ReviewReason]) -> None:
    """The reviews are durable."""
    names = {reason.name for reason in reasons}
    if not names:
        return
    actor.account = replace(actor.existing(), under_review=True)
    if actor.watch is not None:
        actor.watch.reviewed |= names


def note_devices(actor: "UserActor", unit: Unit, used: Iterable[str | None]) -> None:
    """Let `unit` note the devices that the account was not known to use."""
    seen = actor.watch
    assert seen is not None, "a batch is judged by it"
    devices = sorted({device for device in used if device} - seen.devices)
    room = max(0, device_queries.DEVICES_NOTED_MAX - len(seen.devices))
    noted = devices[:room]
    unit.upserts = [
        *unit.upserts,
        *(device_queries.row(actor.user_id, device, unit.created_at) for device in noted),
    ]
    seen.devices.update(noted)  # who cannot write the unit discards all of this


async def change(
    actor: "UserActor", intention: Intention, command: ConsiderReview | ResolveReview | AppealReview
) -> Answer:
    """Do what is intended with a review."""
    match command:
        case ConsiderReview():
            return await _consider(actor, intention, command)
        case ResolveReview():
            return await _resolve(actor, intention, command)
        case AppealReview():
            return await _appeal(actor, intention, command)


async def _consider(actor: "UserActor", intention: Intention, command: ConsiderReview) -> Answer:
    """Open a review for something that was noticed about several accounts."""
    account, reason = actor.existing(), command.reason
    known = await actor.services.reads.run(gaming.was_reviewed, actor.user_id, reason.name)
    if known or account.player.role is Role.ADMIN:
        return Answer(schemas.Considered(opened=False))
    answer = schemas.Considered(opened=True)
    unit = actor.unit("review_opened", intention, answer)
    delivered = actor.notify(unit, open_reviews(actor, unit, [reason]))
    await actor.append(unit)
    opened(actor, [reason])
    actor.delivered(delivered)
    return Answer(answer)


async def _resolve(actor: "UserActor", intention: Intention, command: ResolveReview) -> Answer:
    """Clear or confirm a review, on record; the account is under review while any is not cleared."""
    account, now = actor.existing(), actor.services.clock.now()
    reviews = await actor.services.reads.run(queries.reviews_of, actor.user_id)
    review = _found(reviews, command.review_id)
    check_resolution(review, command.resolution)
    status = ReviewStatus(command.resolution)
    reviews[review.review_id] = review._replace(status=status)
    under_review = keeps_account_under_review(reviews.values())
    answer = schemas.Resolved(
        review_id=review.review_id,
        user_id=actor.user_id,
        status=status,
        resolved_at=instant(now),
        under_review=under_review,
    )
    by, note = intention.origin.actor_id, command.note
    action = Action(
        name="user.resolve_review",
        subject_type="user",
        subject_id=actor.user_id,
        before=_recorded(review, under_review=account.under_review),
        after=_recorded(reviews[review.review_id], under_review=under_review),
        reason=note,
    )
    unit = actor.unit("review_resolved", intention, answer)
    unit.inserts = [audit_row(action, intention.origin, now)]
    unit.statements = [
        *statements.resolve(review, command.resolution, note, by, now),
        statements.mark_account(actor.user_id, under_review=under_review),
    ]
    notice = notices.review_resolved(review.review_id, _in_words(status, note, under_review=under_review))
    delivered = actor.notify(unit, [notice])
    await actor.append(unit)
    actor.account = replace(account, under_review=under_review)
    actor.delivered(delivered)
    return Answer(answer)


async def _appeal(actor: "UserActor", intention: Intention, command: AppealReview) -> Answer:
    """Take what the player has to say about a review."""
    actor.with_profile()
    reviews = await actor.services.reads.run(queries.reviews_of, actor.user_id)
    review, now = _found(reviews, command.review_id), actor.services.clock.now()
    check_appeal(review)
    answer = schemas.Appealed(
        review_id=review.review_id, statement=command.statement, created_at=instant(now)
    )
    unit = actor.unit("review_appealed", intention, answer)
    unit.inserts = [statements.appeal_row(actor.user_id, review.review_id, command.statement, now)]
    await actor.append(unit)
    return Answer(answer)


def _in_words(status: ReviewStatus, note: str, *, under_review: bool) -> str:
    standing = "still" if under_review else "no longer"
    return f"It was {status.value}: “{note}”. Your account is {standing} under review."


def _found(reviews: dict[ReviewId, Review], review_id: ReviewId) -> Review:
    if review_id not in reviews:
        raise NotFound("There is no such review.")
    return reviews[review_id]


def _recorded(review: Review, *, under_review: bool) -> dict[str, str | bool]:
    return {
        "review_id": str(review.review_id),
        "status": review.status.value,
        "under_review": under_review,
    }
