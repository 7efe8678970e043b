"""Whether anybody lives here, and what the demo world takes away."""

from sqlalchemy import Connection, delete, func, select

from fittrack.accounts.rules import email_key
from fittrack.db.tables.accounts import users
from fittrack.db.tables.messages import mail_outbox
from fittrack.demo.people import ADMIN_EMAIL


def count_accounts(conn: Connection) -> int:
    """How many accounts there are."""
    return int(conn.execute(select(func.count()).select_from(users)).scalar_one())


def has_demo_admin(conn: Connection) -> bool:
    """Whether a demo world was loaded to its end: its admin is made last."""
    found = conn.execute(select(users.c.user_id).where(users.c.email_key == email_key(ADMIN_EMAIL)))
    return found.first() is not None


def tear_up_letters(conn: Connection) -> None:
    """Nothing is sent to addresses that exist nowhere."""
    conn.execute(delete(mail_outbox))
