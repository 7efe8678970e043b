"""Requests under a key: one effect, one answer."""

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

from fittrack.db.engine import DatabaseSettings, make_engine
from fittrack.db.tables import metadata as product
from fittrack.kit.idempotency import key_from_text
from fittrack.kit.ids import uuid7
from fittrack.kit.problems import Busy, Conflict, FieldError, IdempotencyMismatch, Malformed
from fittrack.privacy.retention.queries import erase_old
from fittrack.server.idempotency import idempotency_key, kept_answer, render_kept, scope_of
from fittrack.server.once import Once, run_once
from tests.fittrack.server.conftest import NOON
from tests.fittrack.server.shop import SoldOut

sold = Table("sold", MetaData(), Column("number", Integer, primary_key=True))


class Receipt(Struct):
    number: int


class TooSmall(Conflict):
    code, status, title = "too-small", 409, "Nothing is that small"

    def __init__(self, *, size: int) -> None:
        super().__init__(f"No shoe is as small as {size}")


@pytest.fixture
def conn(tmp_path: Path):
    engine = make_engine(DatabaseSettings(url=f"sqlite:///{tmp_path}/test.db"))
    product.create_all(engine, [product.tables["idempotency"]])
    sold.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def sell(conn):
    number = 1 + conn.scalar(select(func.count()).select_from(sold))
    conn.execute(insert(sold).values(number=number))
    return kept_answer(Receipt(number), status=201)


def once(**changes) -> Once:
    given = {"scope_id": SCOPE, "key": KEY, "request_hash": b"h" * 16, "now": NOON, **changes}
    return Once(**given)


SCOPE, KEY = uuid7(), uuid7()


def sales(conn) -> int:
    return conn.scalar(select(func.count()).select_from(sold))


def test_the_same_key_gives_the_same_answer_without_a_second_effect(conn):
    first = run_once(conn, once(), sell)
    again = run_once(conn, once(), sell)
    assert (again.status, again.body) == (first.status, first.body) == (201, b'{"number":1}')
    assert (first.replayed, again.replayed) == (False, True)
    assert sales(conn) == 1
    assert render_kept(again).headers["Idempotent-Replayed"] == "true"


def test_without_a_key_every_request_has_its_effect(conn):
    for _ in range(2):
        run_once(conn, once(key=None), sell)
    assert sales(conn) == 2


def test_the_same_key_of_another_account_is_another_key(conn):
    run_once(conn, once(), sell)
    run_once(conn, once(scope_id=uuid7()), sell)
    assert sales(conn) == 2


def test_the_same_key_with_another_body_is_refused(conn):
    run_once(conn, once(), sell)
    with pytest.raises(IdempotencyMismatch):
        run_once(conn, once(request_hash=b"x" * 16), sell)
    assert sales(conn) == 1


def test_a_refusal_undoes_its_effect_and_is_an_answer_too(conn):
    def sell_then_refuse(conn):
        sell(conn)
        raise SoldOut("None is left", errors=[FieldError("/size", "Is gone.")])

    for effect in (sell_then_refuse, sell):
        kept = run_once(conn, once(), effect)
        with pytest.raises(SoldOut, match="None is left") as refusal:
            render_kept(kept)
        assert refusal.value.errors == (FieldError("/size", "Is gone."),)
    assert sales(conn) == 0


def test_what_may_succeed_later_is_no_answer(conn):
    def busy(conn):
        raise Busy

    with pytest.raises(Busy):
        run_once(conn, once(), busy)
    assert run_once(conn, once(), sell).status == 201


def test_a_key_that_another_node_uses_at_the_moment_is_busy(conn):
    def meanwhile(conn):
        run_once(conn, once(), sell)
        return sell(conn)

    with pytest.raises(Busy):
        run_once(conn, once(), meanwhile)


def test_a_problem_that_takes_arguments_comes_back_too(conn):
    def refuse(conn):
        raise TooSmall(size=20)

    run_once(conn, once(), refuse)
    with pytest.raises(TooSmall, match="No shoe is as small as 20"):
        render_kept(run_once(conn, once(), refuse))


def test_answers_are_kept_for_seven_days(conn):
    run_once(conn, once(), sell)
    assert erase_old(conn, "answers to requests", NOON + timedelta(days=7)) == 0
    assert erase_old(conn, "answers to requests", NOON + timedelta(days=7, milliseconds=1)) == 1


# --- Keys ---


def asking(key: str | None):
    return make_mocked_request("POST", "/", headers={} if key is None else {"Idempotency-Key": key})


def test_a_request_without_the_header_has_no_key():
    assert idempotency_key(asking(None)) is None


def test_a_uuid_is_the_key_of_the_websocket_too():
    key = uuid7()
    assert idempotency_key(asking(str(key))) == key
    assert idempotency_key(asking(key.hex)) == key


@pytest.mark.parametrize("wrong", ["", "x" * 256, "tab\there", "\x85"])
def test_keys_are_1_to_255_printable_characters(wrong):
    with pytest.raises(Malformed):
        idempotency_key(asking(wrong))


@given(st.text(min_size=1, max_size=255), st.text(min_size=1, max_size=255))
def test_other_words_are_keys_by_their_hash(one, other):
    one, other = (word.encode("utf-8", "replace").decode() for word in (one, other))
    assert (key_from_text(one) == key_from_text(other)) == (one == other)
    assert (scope_of(one) == scope_of(other)) == (one == other)
