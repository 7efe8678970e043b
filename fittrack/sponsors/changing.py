"""Changing sponsors, and recording who did (SPEC 9). One transaction each, in the writer."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fittrack.audit.action import Action, differences
from fittrack.audit.statements import record
from fittrack.db.handles import Connection, IntegrityError
from fittrack.db.savepoints import savepoint
from fittrack.kit.ids import SponsorId
from fittrack.kit.origin import Origin
from fittrack.kit.patches import changes
from fittrack.kit.problems import NotFound
from fittrack.server.etags import Versions, check_version, next_version_at
from fittrack.server.idempotency import Kept, kept_answer
from fittrack.sponsors import queries
from fittrack.sponsors.model import StoredSponsor, shown_to_admins
from fittrack.sponsors.problems import SponsorNameTaken

SUBJECT: Final = "sponsor"

_NOT_RECORDED: Final = ("prizes", "created_at", "updated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change of one sponsor: what it was read as, who wants it, when."""

    sponsor_id: SponsorId
    versions: Versions
    origin: Origin
    now: datetime


def create(
    conn: Connection, sponsor_id: SponsorId, fields: dict[str, Any], origin: Origin, now: datetime
) -> Kept:
    """Make a sponsor. Raises `SponsorNameTaken`."""
    if queries.name_is_taken(conn, fields["name"]):
        raise SponsorNameTaken
    try:
        queries.add(conn, sponsor_id, fields, now)
    except IntegrityError as error:
        raise SponsorNameTaken from error
    made = _there(queries.load(conn, sponsor_id))
    action = Action(name="sponsor.create", subject_type=SUBJECT, subject_id=sponsor_id, after=_facts(made))
    record(conn, action, origin, now)
    return kept_answer(shown_to_admins(made), status=201)


def edit(conn: Connection, wish: Wish, fields: dict[str, Any]) -> StoredSponsor:
    """Change `fields`. Raises `NotFound`, `PreconditionFailed` or `SponsorNameTaken`."""
    former = _matched(conn, wish)
    changed = changes(former, fields)
    if not changed:
        return former
    if "name" in changed and queries.name_is_taken(conn, changed["name"], but=wish.sponsor_id):
        raise SponsorNameTaken
    return _change(conn, wish, former, changed, "sponsor.edit")


def remove(conn: Connection, wish: Wish) -> StoredSponsor | None:
    """Delete the sponsor; one whose prizes are there, or in a template, is deactivated instead, and returned.

    Raises `NotFound` or `PreconditionFailed`.
    """
    former = _matched(conn, wish)
    if former.prizes or queries.is_in_a_template(conn, wish.sponsor_id):
        return _deactivate(conn, wish, former)
    try:
        with savepoint(conn):
            queries.remove(conn, wish.sponsor_id)
    except IntegrityError:  # a prize of another node came in between
        return _deactivate(conn, wish, former)
    action = Action(
        name="sponsor.delete", subject_type=SUBJECT, subject_id=wish.sponsor_id, before=_facts(former)
    )
    record(conn, action, wish.origin, wish.now)
    return None


def _deactivate(conn: Connection, wish: Wish, former: StoredSponsor) -> StoredSponsor:
    if not former.active:
        return former
    return _change(conn, wish, former, {"active": False}, "sponsor.deactivate")


def _change(
    conn: Connection, wish: Wish, former: StoredSponsor, changed: dict[str, Any], name: str
) -> StoredSponsor:
    updated_at = next_version_at(wish.now, former.updated_at)
    try:
        queries.change(conn, wish.sponsor_id, changed, updated_at)
    except IntegrityError as error:
        raise SponsorNameTaken from error
    latter = replace(former, updated_at=updated_at, **changed)
    before, after = differences(_facts(former), _facts(latter))
    action = Action(name=name, subject_type=SUBJECT, subject_id=wish.sponsor_id, before=before, after=after)
    record(conn, action, wish.origin, wish.now)
    return latter


def _matched(conn: Connection, wish: Wish) -> StoredSponsor:
    former = _there(queries.held(conn, wish.sponsor_id))
    check_version(former.version, wish.versions)
    return former


def _there(found: StoredSponsor | None) -> StoredSponsor:
    if found is None:
        raise NotFound("There is no such sponsor.")
    return found


def _facts(sponsor: StoredSponsor) -> dict[str, Any]:
    fields = {name: getattr(sponsor, name) for name in StoredSponsor.__slots__}
    return {name: value for name, value in fields.items() if name not in _NOT_RECORDED and value is not None}
