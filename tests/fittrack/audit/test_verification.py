"""Whatever is done to the log, verification tells where; what may be done to it leaves the chain whole."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, delete, update

from fittrack.audit import queries
from fittrack.audit.chain import Facts, Head, follow
from fittrack.audit.examination import head_line, read_heads
from fittrack.audit.statements import SealedElsewhere, seal
from fittrack.audit.verification import parse_head
from fittrack.db.handles import IntegrityError
from fittrack.db.tables.operations import audit_log
from fittrack.kit.problems import Malformed
from tests.fittrack.audit.logbook import (
    NOON,
    PLAYER,
    another,
    count,
    erase_addresses,
    erase_content,
    examined,
    fill,
    forge,
    logbook,
    recorded,
    row_at,
    sealed,
    unguard,
)

ROWS = 5


@pytest.fixture
def kept(engine: Engine) -> Head:
    """A log of five sealed rows, and its head as it was kept elsewhere."""
    fill(engine, ROWS)
    return parse_head(head_line(engine).split()[0])


def test_an_untouched_log_holds_up_to_its_head(engine: Engine, kept: Head) -> None:
    verdict, waiting = examined(engine, kept=[kept])
    assert (verdict.broken, verdict.rows, waiting.rows) == (None, ROWS, 0)
    assert verdict.head == kept


def test_an_empty_log_holds(engine: Engine) -> None:
    assert examined(engine).verdict.broken is None
    assert parse_head(head_line(engine)) == Head()


@pytest.mark.parametrize("name", [column.name for column in audit_log.columns])
def test_a_row_that_was_changed_in_any_column_is_found(engine: Engine, kept: Head, name: str) -> None:
    unguard(engine)
    forge(engine, 3, **{name: another(row_at(engine, 3)[name])})
    broken = examined(engine).verdict.broken
    assert broken is not None
    assert broken.seq == 3


@pytest.mark.parametrize("name", [column.name for column in audit_log.columns if column.nullable])
def test_a_row_from_which_anything_was_taken_is_found(engine: Engine, kept: Head, name: str) -> None:
    unguard(engine)
    if name == "chain_seq":  # as if it had never been sealed
        forge(engine, 3, chain_seq=None, prev_hash=None, row_hash=None)
    else:
        forge(engine, 3, **{name: None})
    broken = examined(engine).verdict.broken
    assert broken is not None
    assert broken.seq == 3


def test_a_row_that_was_deleted_is_missed(engine: Engine, kept: Head) -> None:
    unguard(engine)
    with engine.begin() as connection:
        connection.execute(delete(audit_log).where(audit_log.c.chain_seq == 2))
    broken = examined(engine).verdict.broken
    assert broken is not None
    assert (broken.seq, broken.audit_id) == (2, None)
    assert "missing" in broken.sentence


def test_rows_cut_off_at_the_end_are_missed_by_whoever_kept_the_head(engine: Engine, kept: Head) -> None:
    unguard(engine)
    with engine.begin() as connection:
        connection.execute(delete(audit_log).where(audit_log.c.chain_seq > 3))
    assert examined(engine).verdict.broken is None
    broken = examined(engine, kept=[kept]).verdict.broken
    assert broken is not None
    assert "last rows were deleted" in broken.sentence


def test_rows_that_changed_places_are_found(engine: Engine, kept: Head) -> None:
    unguard(engine)
    second, third = row_at(engine, 2)["audit_id"], row_at(engine, 3)["audit_id"]
    with engine.begin() as connection:
        for audit_id, seq in ((second, 1_000), (third, 2), (second, 3)):
            connection.execute(
                update(audit_log).where(audit_log.c.audit_id == audit_id).values(chain_seq=seq)
            )
    broken = examined(engine).verdict.broken
    assert broken is not None
    assert (broken.seq, broken.audit_id) == (2, third)


def test_a_chain_that_was_computed_anew_differs_from_the_head_that_was_kept(
    engine: Engine, kept: Head
) -> None:
    unguard(engine)
    forge(engine, 2, action="drawing.open")
    with engine.begin() as connection:
        head = Head()
        for row in list(queries.sealed_rows(connection)):
            following = follow(head, Facts(*row.facts))
            connection.execute(
                update(audit_log)
                .where(audit_log.c.chain_seq == row.seq)
                .values(prev_hash=head.link, row_hash=following.link)
            )
            head = following
    assert examined(engine).verdict.broken is None
    broken = examined(engine, kept=[kept]).verdict.broken
    assert broken is not None
    assert (broken.seq, "computed anew" in broken.sentence) == (ROWS, True)


def test_of_two_heads_that_contradict_each_other_one_is_not_of_this_chain(engine: Engine, kept: Head) -> None:
    forged = Head(kept.seq, bytes(32))
    assert examined(engine, kept=[forged, kept]).verdict.broken is not None
    assert examined(engine, kept=[kept, forged]).verdict.broken is not None


def test_erased_addresses_leave_the_chain_whole(engine: Engine, kept: Head) -> None:
    assert erase_addresses(engine, NOON + timedelta(minutes=3)) == 3
    assert erase_addresses(engine, NOON + timedelta(minutes=3)) == 0
    verdict = examined(engine, kept=[kept]).verdict
    assert (verdict.broken, verdict.addresses_erased, verdict.contents_erased) == (None, 3, 0)
    assert [row_at(engine, seq)["ip_address"] is None for seq in range(1, 6)] == [True] * 3 + [False] * 2


def test_what_was_said_of_a_player_can_be_erased_and_leaves_the_chain_whole(
    engine: Engine, kept: Head
) -> None:
    assert erase_content(engine, PLAYER) == 1
    verdict = examined(engine, kept=[kept]).verdict
    assert (verdict.broken, verdict.contents_erased) == (None, 1)
    row = row_at(engine, 2)
    assert row["before_state"] is row["after_state"] is row["reason"] is row["content_salt"] is None
    assert row_at(engine, 3)["reason"] is not None


def test_what_is_erased_before_it_is_sealed_leaves_the_chain_whole(engine: Engine) -> None:
    assert erase_content(engine, UUID(recorded(engine).subject_id)) == 1
    assert sealed(engine) == 1
    assert examined(engine).verdict.broken is None


def test_rows_that_are_not_sealed_are_told_apart_from_those_that_hold(engine: Engine, kept: Head) -> None:
    recorded(engine, at=NOON + timedelta(hours=1))
    verdict, waiting = examined(engine, kept=[kept])
    assert (verdict.broken, verdict.rows) == (None, ROWS)
    assert waiting == (1, NOON + timedelta(hours=1))


def test_sealing_goes_on_where_a_crash_left_it(engine: Engine, kept: Head) -> None:
    for minute in range(3):
        recorded(engine, at=NOON + timedelta(hours=1, minutes=minute))
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        assert seal(connection).rows == 3
        raise ZeroDivisionError
    assert examined(engine).waiting.rows == 3
    with engine.begin() as connection:
        assert seal(connection, limit=2).rows == 2
    assert (sealed(engine), sealed(engine)) == (1, 0)
    assert examined(engine, kept=[kept]).verdict.rows == ROWS + 3


def test_rows_are_sealed_in_the_order_of_their_instants(engine: Engine) -> None:
    for minute in (2, 0, 1):
        recorded(engine, at=NOON + timedelta(minutes=minute))
    sealed(engine)
    assert [row_at(engine, seq)["created_at"].minute for seq in (1, 2, 3)] == [0, 1, 2]


def test_of_two_sealers_that_saw_the_same_head_one_seals(engine: Engine, tmp_path: Path) -> None:
    """As on a database where both may read before either writes."""
    recorded(engine)
    with engine.connect() as connection:
        head, waiting = queries.head(connection), queries.unsealed(connection, 10)
    recorded(engine, at=NOON + timedelta(minutes=1))
    assert sealed(engine) == 2
    late = follow(head, waiting[0])
    other = recorded(engine, at=NOON + timedelta(minutes=2))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(
            update(audit_log)
            .where(audit_log.c.audit_id == other.audit_id)
            .values(chain_seq=late.seq, prev_hash=head.link, row_hash=late.link)
        )
    assert sealed(engine) == 1
    assert examined(engine).verdict.rows == 3


def test_sealers_on_several_connections_never_fork_the_chain(engine: Engine, tmp_path: Path) -> None:
    threads = [threading.Thread(target=_record_and_seal, args=(tmp_path, n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed(engine)
    verdict, waiting = examined(engine)
    assert (verdict.broken, verdict.rows, waiting.rows) == (None, count(engine), 0)
    assert verdict.rows == 4 * 25


def _record_and_seal(folder: Path, number: int) -> None:
    engine = logbook(folder)
    for minute in range(25):
        recorded(engine, at=NOON + timedelta(minutes=minute, seconds=number))
        quietly(lambda: sealed(engine))
    engine.dispose()


def quietly(deed: Callable[[], object]) -> None:
    try:
        deed()
    except (SealedElsewhere, IntegrityError):
        return


@pytest.mark.parametrize("text", ["", "12", "x:00", "1:zz", "1:00", "-1:" + "00" * 32])
def test_what_is_no_head_is_a_sentence(text: str) -> None:
    with pytest.raises(Malformed, match=r"no head|hexadecimal|bytes"):
        read_heads([text], None)


def test_heads_are_read_from_a_file_that_was_added_to(tmp_path: Path) -> None:
    file = tmp_path / "heads"
    file.write_text(f"1:{'00' * 32} 2026-03-02T17:00:00.000Z\n\n2:{'11' * 32}\n")
    assert read_heads([f"3:{'22' * 32}"], file) == [
        Head(3, b"\x22" * 32),
        Head(1, bytes(32)),
        Head(2, b"\x11" * 32),
    ]
