"""What the units of a player's log change of the account: verification, status, role, corrections."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, FromClause, Update, case, exists, update

from fittrack.accounts.rules import email_key
from fittrack.db.tables.accounts import users
from fittrack.kit.ids import UserId
from fittrack.kit.standing import AccountStatus, Role

NO_SUCH_STANDING = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What an administrator makes of an account; without a new email the address stays as it is."""

    status: AccountStatus
    date_of_birth: date
    state: str
    new_email: str | None


def mark_verified(user_id: UserId, status: AccountStatus, now: datetime) -> Update:
    """The email belongs to the account's holder; `status` is what follows from that."""
    return (
        update(users)
        .where(users.c.user_id == user_id)
        .values(email_verified_at=now, status=status.value, standing_changed_at=now)
    )


def change_status(
    user_id: UserId, status: AccountStatus, now: datetime, *, leaving_an_admin: bool = False
) -> list[Executable]:
    """The account's status from now on. `leaving_an_admin`: refused unless there is another active admin."""
    return _change(user_id, {"status": status.value}, now, "status", leaving_an_admin=leaving_an_admin)


def correct(
    user_id: UserId, corrected: Corrected, now: datetime, *, leaving_an_admin: bool = False
) -> list[Executable]:
    """What the account is from now on. `leaving_an_admin`: refused unless there is another active admin."""
    values: dict[str, Any] = {
        "status": corrected.status.value,
        "date_of_birth": corrected.date_of_birth,
        "state_of_residence": corrected.state,
    }
    if corrected.new_email is not None:
        key = email_key(corrected.new_email)
        values |= {"email": corrected.new_email, "email_key": key, "email_verified_at": None}
    return _change(user_id, values, now, "status", leaving_an_admin=leaving_an_admin)


def change_role(
    user_id: UserId,
    role: Role,
    premium_expires_at: datetime | None,
    now: datetime,
    *,
    leaving_an_admin: bool = False,
) -> list[Executable]:
    """The account's role from now on. `leaving_an_admin`: refused unless there is another active admin."""
    values = {"role": role.value, "premium_expires_at": premium_expires_at}
    return _change(user_id, values, now, "role", leaving_an_admin=leaving_an_admin)


def _change(
    user_id: UserId, values: dict[str, Any], now: datetime, decisive: str, *, leaving_an_admin: bool
) -> list[Executable]:
    changed = update(users).where(users.c.user_id == user_id)
    if not leaving_an_admin:
        return [changed.values(**values, standing_changed_at=now)]
    admins = users.alias("admins")
    others = exists().where(*_active_admins(admins), admins.c.user_id != user_id)
    # What no constraint allows, so that the unit fails as a whole. Of two admins who depose each other on two
    # nodes at once, the later one waits for the lock on all of them, and then sees what the first one did.
    allowed = case((others, values[decisive]), else_=NO_SUCH_STANDING)
    lock = update(users).where(*_active_admins(users)).values(role=users.c.role)
    return [lock, changed.values(**{**values, decisive: allowed}, standing_changed_at=now)]


def _active_admins(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    return table.c.role == Role.ADMIN.value, table.c.status == AccountStatus.ACTIVE.value
