"""Streams are complete, in order, and resumed wholly or not at all."""

from hypothesis import given
from hypothesis import strategies as st

from protocol.inbound import Resume
from protocol.limits import REPLAY_EVENTS_MAX
from protocol.streams import Offer, StreamCursor, start_from


def test_the_next_event_is_sent_directly() -> None:
    cursor = StreamCursor(sent=4, head=4)
    assert cursor.offer(5) is Offer.SEND
    assert (cursor.sent, cursor.behind) == (5, False)


def test_an_event_that_was_sent_is_dropped() -> None:
    assert StreamCursor(sent=4, head=4).offer(4) is Offer.DROP


def test_an_event_that_skips_others_sends_to_the_log() -> None:
    cursor = StreamCursor(sent=4, head=4)
    assert cursor.offer(6) is Offer.BEHIND
    assert cursor.behind
    cursor.advance(6)
    assert not cursor.behind


def test_while_a_replay_is_under_way_nothing_new_overtakes_it() -> None:
    cursor = StreamCursor(sent=1, head=4)
    assert cursor.offer(5) is Offer.BEHIND
    assert cursor.head == 5


def test_a_publication_only_says_how_far_there_is() -> None:
    cursor = StreamCursor(sent=4, head=4)
    assert not cursor.learn(3)
    assert cursor.learn(9)
    assert (cursor.sent, cursor.head) == (4, 9)


@given(
    head=st.integers(0, 30),
    have=st.integers(0, 30),
    steps=st.lists(st.tuples(st.sampled_from("olp"), st.integers(1, 5))),
)
def test_whatever_the_order_a_client_gets_each_event_once_and_in_order(
    head: int, have: int, steps: list[tuple[str, int]]
) -> None:
    have = min(head, have)
    cursor, client, log = StreamCursor(have, head), have, head
    for kind, number in steps:
        if kind == "o":
            log += 1
            offered = max(1, log + 1 - number)
            if cursor.offer(offered) is Offer.SEND:
                assert offered == client + 1
                client = offered
        elif kind == "l":
            cursor.learn(log)
        elif cursor.behind:
            client = min(cursor.head, cursor.sent + number)
            cursor.advance(client)
        assert cursor.sent == client <= cursor.head <= log
    cursor.learn(log)
    cursor.advance(log)
    assert not cursor.behind


def test_without_positions_a_session_starts_at_the_heads() -> None:
    assert start_from(None, ledger_head=9, inbox_head=4) == (False, 9, 4)


def test_up_to_a_thousand_missed_events_are_replayed_and_one_more_is_not() -> None:
    assert start_from(Resume(ledger=0, inbox=0), ledger_head=600, inbox_head=400) == (True, 0, 0)
    assert start_from(Resume(ledger=0, inbox=0), ledger_head=600, inbox_head=401) == (False, 600, 401)


def test_a_position_that_never_was_is_not_resumed() -> None:
    assert start_from(Resume(ledger=10, inbox=0), ledger_head=9, inbox_head=0) == (False, 9, 0)


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000))
def test_a_replay_is_complete_or_there_is_none(
    ledger: int, inbox: int, ledger_head: int, inbox_head: int
) -> None:
    start = start_from(Resume(ledger=ledger, inbox=inbox), ledger_head=ledger_head, inbox_head=inbox_head)
    if start.resumed:
        assert (start.ledger, start.inbox) == (ledger, inbox)
        assert ledger_head - ledger + inbox_head - inbox <= REPLAY_EVENTS_MAX
    else:
        assert (start.ledger, start.inbox) == (ledger_head, inbox_head)
