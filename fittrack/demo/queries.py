"""What the demo world writes itself, since no command does: sponsors. And whether anybody lives here."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from fittrack.accounts.rules import email_key
from fittrack.db.tables.accounts import users
from fittrack.db.tables.drawings import sponsors
from fittrack.db.tables.messages import mail_outbox
from fittrack.demo.people import ADMIN_EMAIL
from fittrack.demo.sponsors import Brand
from fittrack.kit.ids import SponsorId


def count_accounts(conn: Connection) -> int:
    """How many accounts there are."""
    return int(conn.execute(select(func.count()).select_from(users)).scalar_one())


def has_demo_admin(conn: Connection) -> bool:
    """Whether a demo world was loaded to its end: its admin is made last."""
    found = conn.execute(select(users.c.user_id).where(users.c.email_key == email_key(ADMIN_EMAIL)))
    return found.first() is not None


def add_sponsor(conn: Connection, sponsor_id: SponsorId, brand: Brand, now: datetime) -> None:
    """An active sponsor."""
    conn.execute(
        insert(sponsors).values(
            sponsor_id=sponsor_id,
            name=brand.name,
            contact_name=brand.contact_name,
            contact_email=brand.contact_email,
            website_url=f"https://{brand.website}",
            active=True,
            created_at=now,
            updated_at=now,
        )
    )


def tear_up_letters(conn: Connection) -> None:
    """Nothing is sent to addresses that exist nowhere."""
    conn.execute(delete(mail_outbox))
