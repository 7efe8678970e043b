"""Making administrators from the command line (SPEC 10a)."""

from datetime import date, datetime
from typing import Final

from fittrack.accounts import queries, registration, rules
from fittrack.accounts.passwords import Passwords
from fittrack.audit.action import Action
from fittrack.audit.statements import record
from fittrack.db.handles import Engine
from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.origin import SYSTEM, Origin
from fittrack.kit.problems import Validation
from fittrack.kit.standing import AccountStatus, Role

# Admins neither play nor win: the columns are filled with what no rule will read.
_BIRTH: Final = date(1970, 1, 1)
_STATE: Final = "DC"


async def create_admin(
    engine: Engine, email: str, password: str, *, now: datetime, origin: Origin = SYSTEM
) -> UserId:
    """Make an active, verified admin, and record who did. Raises `Validation` or `EmailTaken`.

    For use beside a running server too: it is one short transaction of its own.
    """
    errors = [*rules.check_email(email), *rules.check_password(password, email=email)]
    if errors:
        raise Validation(" ".join(error.detail + "." for error in errors), errors=errors)
    passwords = Passwords(threads=1)
    try:
        password_hash = await passwords.hash(password)
    finally:
        passwords.stop()
    new = queries.NewAccount(
        user_id=UserId(uuid7()),
        unit_id=uuid7(),
        email=email.strip(),
        email_key=rules.email_key(email),
        password_hash=password_hash,
        date_of_birth=_BIRTH,
        state=_STATE,
        role=Role.ADMIN,
        status=AccountStatus.ACTIVE,
        rules_version=rules.RULES_VERSION,
        now=now,
        email_verified_at=now,
    )
    with engine.begin() as connection:
        registration.create(connection, new)
        record(connection, _action(new), origin, now)
    return new.user_id


def _action(new: queries.NewAccount) -> Action:
    return Action(
        name="admin.create",
        subject_type="user",
        subject_id=new.user_id,
        after={"email": new.email, "role": new.role, "status": new.status},
    )
