"""Reading templates and the days that they made drawings for."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Select, func, select

from fittrack.db.chunks import in_chunks
from fittrack.db.tables.drawings import sponsors
from fittrack.db.tables.prizes import drawing_templates, template_drawings
from fittrack.drawings.model import DrawingType, Eligibility, UserType
from fittrack.kit.ids import SponsorId, TemplateId
from fittrack.schedule.model import Template, TemplatePrize
from fittrack.schedule.schemas import TemplatesQuery

_read_prizes: Final = msgspec.json.Decoder(tuple[TemplatePrize, ...]).decode
_PRESENT: Final = drawing_templates.c.deleted_at.is_(None)


def load(conn: Connection, template_id: TemplateId) -> Template | None:
    """One template, unless it was deleted."""
    wanted = select(drawing_templates).where(drawing_templates.c.template_id == template_id, _PRESENT)
    row = conn.execute(wanted).one_or_none()
    return None if row is None else _template(row)


def active(conn: Connection) -> list[Template]:
    """The templates that make drawings."""
    rows = conn.execute(
        select(drawing_templates)
        .where(drawing_templates.c.active == 1, _PRESENT)
        .order_by(drawing_templates.c.template_id)
    )
    return [_template(row) for row in rows]


def find(conn: Connection, query: TemplatesQuery) -> tuple[list[Template], int]:
    """A page of templates, the latest first, and how many there are."""
    matching = _matching(query.type, query.active)
    total = conn.execute(select(func.count()).select_from(matching.subquery())).scalar_one()
    rows = conn.execute(
        matching.order_by(drawing_templates.c.created_at.desc(), drawing_templates.c.template_id)
        .offset(query.offset)
        .limit(query.limit)
    )
    return [_template(row) for row in rows], total


def _matching(drawing_type: DrawingType | None, is_active: bool | None) -> Select[Any]:
    matching = select(drawing_templates).where(_PRESENT)
    if drawing_type is not None:
        matching = matching.where(drawing_templates.c.drawing_type == drawing_type)
    if is_active is not None:
        matching = matching.where(drawing_templates.c.active == int(is_active))
    return matching


def days_made(conn: Connection, template_id: TemplateId, first: date) -> set[date]:
    """The days from `first` on for which there is, or was, a drawing."""
    made = template_drawings.c
    rows = conn.execute(select(made.day).where(made.template_id == template_id, made.day >= first))
    return set(rows.scalars())


def sponsor_names(
    conn: Connection, sponsor_ids: Iterable[SponsorId], *, active_only: bool = False
) -> dict[SponsorId, str]:
    """Names of the sponsors that there are."""
    found: dict[SponsorId, str] = {}
    for chunk in in_chunks(sorted(set(sponsor_ids))):
        known = select(sponsors.c.sponsor_id, sponsors.c.name).where(sponsors.c.sponsor_id.in_(chunk))
        if active_only:
            known = known.where(sponsors.c.active == 1)
        found.update((SponsorId(sponsor_id), name) for sponsor_id, name in conn.execute(known))
    return found


def _template(row: Row[Any]) -> Template:
    return Template(
        template_id=TemplateId(row.template_id),
        drawing_type=DrawingType(row.drawing_type),
        name=row.name,
        description=row.description,
        ticket_cost_points=row.ticket_cost_points,
        eligibility=Eligibility(
            user_type=UserType(row.user_type), min_account_age_days=row.min_account_age_days
        ),
        auto_execute=row.auto_execute,
        free_tickets_per_person=row.free_tickets_per_person,
        sales_open_hours=row.sales_open_hours,
        lead_days=row.lead_days,
        prizes=_read_prizes(row.prizes),
        active=row.active,
        edition=row.edition,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
