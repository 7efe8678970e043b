"""Keys are rotated beside servers that write the same rows: whoever is undone for them does it again."""

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import DatabaseError

from fittrack.db.tables.messages import mail_outbox
from fittrack.keys.rotation import Rotated, Rotation
from fittrack.kit import seal_contexts
from fittrack.kit.clock import VirtualClock
from fittrack.kit.ids import uuid7
from fittrack.kit.origin import SYSTEM
from tests.fittrack.db.journal_world import NOON
from tests.fittrack.keys.vault import BOTH, FORMER, LATTER
from tests.oracle_net.conftest import Place

DEADLOCK = "60"
LETTERS = [uuid7() for _ in range(3)]


def put_letters(engine: Engine) -> None:
    with engine.begin() as connection:
        for mail_id in LETTERS:
            sealed = FORMER.seal(mail_id.bytes, seal_contexts.letter(mail_id))
            row = {"template": "welcome", "sealed_letter": sealed, "attempts": 0, "created_at": NOON}
            connection.execute(insert(mail_outbox).values(mail_id=mail_id, **row))


def rotate(engine: Engine) -> Rotated:
    return Rotation(engine, BOTH).run(SYSTEM, VirtualClock(NOON))


@pytest.mark.parametrize(
    ("step", "fault"), [("change", DEADLOCK), ("change", "cut"), ("commit", "cut after")]
)
def test_a_part_that_was_undone_is_sealed_again_and_counted_once(
    place: Place, engine: Engine, step: str, fault: str
) -> None:
    put_letters(engine)
    # The first change is the audit log's, and in the part of letters the second of three fails. The first
    # transactions are those of counting and of the audit log.
    place.arrange(step, fault, after=2)
    rotated = rotate(engine)
    assert (rotated.broken, rotated.complete) == ([], True)
    assert rotated.sealed == (0 if fault == "cut after" else len(LETTERS)), (
        "what a COMMIT had done is left alone"
    )
    with engine.connect() as connection:
        rows = connection.execute(select(mail_outbox.c.mail_id, mail_outbox.c.sealed_letter)).all()
    assert [LATTER.open(sealed, seal_contexts.letter(mail_id)) for mail_id, sealed in rows] == [
        mail_id.bytes for mail_id, _ in rows
    ]


def test_who_is_undone_twice_says_so(place: Place, engine: Engine) -> None:
    put_letters(engine)
    for _ in range(2):
        place.arrange("change", DEADLOCK, after=1)
    with pytest.raises(DatabaseError, match="ORA-00060"):
        rotate(engine)
    assert rotate(engine).complete, "and the next run does the rest"
