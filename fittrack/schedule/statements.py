"""Changing templates, each in one transaction with its audit record; and what a made drawing leaves."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Insert, insert, update

from fittrack.audit.action import Action, State, differences
from fittrack.audit.statements import record
from fittrack.db.handles import IntegrityError
from fittrack.db.tables.prizes import drawing_templates, template_drawings
from fittrack.kit.ids import DrawingId, TemplateId
from fittrack.kit.origin import Origin
from fittrack.kit.problems import Conflict, NotFound, PreconditionFailed, Validation
from fittrack.schedule import queries
from fittrack.schedule.messages import DeleteTemplate, EditTemplate
from fittrack.schedule.model import Template
from fittrack.schedule.rules import faults
from fittrack.schedule.views import template_shape
from fittrack.server.etags import Versions, check_version
from fittrack.server.idempotency import Kept, kept_answer


def create(conn: Connection, template: Template, origin: Origin) -> Kept:
    """Write a new template. Raises `Validation`, or `Conflict` when its id was used long ago."""
    _check(template)
    new = insert(drawing_templates).values(
        template_id=template.template_id,
        drawing_type=template.drawing_type,
        created_at=template.created_at,
        **_columns(template),
    )
    try:
        conn.execute(new)
    except IntegrityError as error:
        raise Conflict("There is such a template already.") from error
    shape = template_shape(template)
    record(conn, _action("create", template, after=shape), origin, template.created_at)
    return kept_answer(shape, status=201)


def edit(conn: Connection, wish: EditTemplate, now: datetime) -> Template:
    """Change a template. Raises `NotFound`, `PreconditionFailed` or `Validation`."""
    former = _at_version(conn, wish.template_id, wish.wanted)
    edited = replace(former, **wish.changes, edition=former.edition + 1, updated_at=now)
    _check(edited)
    _write(conn, former, **_columns(edited))
    before, after = differences(template_shape(former), template_shape(edited))
    record(conn, _action("edit", edited, before, after), wish.origin, now)
    return edited


def delete(conn: Connection, wish: DeleteTemplate, now: datetime) -> None:
    """Have a template make no more drawings, and be shown no more. Those that it made stay."""
    former = _at_version(conn, wish.template_id, wish.wanted)
    _write(conn, former, active=False, edition=former.edition + 1, updated_at=now, deleted_at=now)
    record(conn, _action("delete", former, before=template_shape(former)), wish.origin, now)


def made(template_id: TemplateId, day: date, drawing_id: DrawingId, edition: int, now: datetime) -> Insert:
    """A day has its drawing, for ever: the primary key makes it the only one."""
    return insert(template_drawings).values(
        template_id=template_id, day=day, drawing_id=drawing_id, edition=edition, created_at=now
    )


def _at_version(conn: Connection, template_id: TemplateId, wanted: Versions) -> Template:
    template = queries.load(conn, template_id)
    if template is None:
        raise NotFound("There is no such template.")
    check_version(str(template.edition), wanted)
    return template


def _write(conn: Connection, former: Template, **columns: Any) -> None:
    """Replace the edition that was read; another node may have been quicker."""
    table = drawing_templates
    this = table.c.template_id == former.template_id, table.c.edition == former.edition
    if conn.execute(update(table).where(*this).values(**columns)).rowcount != 1:
        raise PreconditionFailed


def _check(template: Template) -> None:
    if errors := list(faults(template)):
        raise Validation("The template cannot be like this.", errors=errors)


def _columns(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "description": template.description,
        "ticket_cost_points": template.ticket_cost_points,
        "user_type": template.eligibility.user_type,
        "min_account_age_days": template.eligibility.min_account_age_days,
        "auto_execute": template.auto_execute,
        "free_tickets_per_person": template.free_tickets_per_person,
        "sales_open_hours": template.sales_open_hours,
        "lead_days": template.lead_days,
        "prizes": msgspec.json.encode(template.prizes),
        "active": template.active,
        "edition": template.edition,
        "updated_at": template.updated_at,
    }


def _action(verb: str, template: Template, before: State | None = None, after: State | None = None) -> Action:
    return Action(
        name=f"drawing-template.{verb}",
        subject_type="drawing_template",
        subject_id=template.template_id,
        before=before,
        after=after,
    )
