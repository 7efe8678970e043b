"""The way out of one connection, byte by byte."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from fittrack.server.flusher import Flusher
from fittrack.server.outbox import OUTBOX_BYTES_MAX, Outbox
from fittrack.server.ws_frames import BINARY, build_frame
from protocol.codec import JSON
from tests.fittrack.server.websocket.wire import Transport


class Owner:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def room_again(self) -> None:
        self.calls.append("room again")

    def reader_blocked(self) -> None:
        self.calls.append("blocked")

    def reader_too_slow(self) -> None:
        self.calls.append("too slow")

    def failed(self) -> None:
        self.calls.append("failed")


def an_outbox() -> tuple[Outbox, Transport, Owner]:
    transport, owner = Transport(), Owner()
    return Outbox(transport, JSON, Flusher(), owner), transport, owner


def broadcast(text: str) -> bytes:
    return build_frame(BINARY, text.encode())


def payloads(transport: Transport) -> list[str]:
    return [payload.decode() for _, payload in transport.take()]


async def test_frames_of_one_turn_travel_together_in_the_next() -> None:
    outbox, transport, _ = an_outbox()
    outbox.send(b"1")
    outbox.send(b"2")
    assert payloads(transport) == []
    await asyncio.sleep(0)
    assert payloads(transport) == ["[1,2]"]


async def test_a_broadcast_does_not_overtake_what_was_gathered() -> None:
    outbox, transport, _ = an_outbox()
    outbox.send(b"1")
    assert not outbox.direct
    outbox.offer("tick", broadcast("2"))
    outbox.send(b"3")
    await asyncio.sleep(0)
    assert payloads(transport) == ["1", "2", "3"]
    assert outbox.direct


async def test_while_the_socket_is_full_only_the_latest_of_a_key_is_kept() -> None:
    outbox, transport, owner = an_outbox()
    outbox.pause()
    outbox.offer("tick", broadcast("tick 1"))
    outbox.offer("result", broadcast("result"))
    outbox.send(b"reply")
    await asyncio.sleep(0)
    outbox.offer("tick", broadcast("tick 2"))
    outbox.note("streak", b"streak 1")
    outbox.note("streak", b"streak 2")
    assert payloads(transport) == []
    outbox.resume()
    assert payloads(transport) == ["result", "reply", "tick 2", "streak 2"]
    assert owner.calls == ["blocked", "room again"]
    assert outbox.direct


async def test_a_socket_that_fills_up_again_keeps_the_rest() -> None:
    outbox, transport, owner = an_outbox()
    outbox.pause()
    for number in range(3):
        outbox.offer(number, broadcast(str(number)))
    transport.on_write = outbox.pause
    outbox.resume()
    assert payloads(transport) == ["0"]
    assert not outbox.room
    assert "room again" not in owner.calls


async def test_more_than_the_bound_is_too_slow() -> None:
    outbox, _, owner = an_outbox()
    outbox.pause()
    for number in range(4):
        outbox.offer(number, bytes(OUTBOX_BYTES_MAX // 4))
    assert owner.calls == ["blocked"]
    outbox.offer("one more", b"x")
    assert owner.calls == ["blocked", "too slow"]


async def test_a_shut_outbox_drops_everything() -> None:
    outbox, transport, owner = an_outbox()
    outbox.send(b"1")
    outbox.shut()
    outbox.send(b"2")
    outbox.offer("tick", broadcast("3"))
    outbox.note("streak", b"4")
    outbox.pause()
    outbox.resume()
    await asyncio.sleep(0)
    assert payloads(transport) == []
    assert owner.calls == []
    assert outbox.waiting_bytes == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, 3)),
        st.tuples(st.just("offer"), st.integers(0, 3)),
        st.tuples(st.just("note"), st.integers(0, 3)),
        st.tuples(st.sampled_from(("pause", "resume", "turn")), st.just(0)),
    ),
    max_size=60,
)


@given(STEPS)
async def test_nothing_overtakes_nothing_is_lost_and_the_last_of_each_key_arrives(
    steps: list[tuple[str, int]],
) -> None:
    outbox, transport, _ = an_outbox()
    said: list[tuple[str, int]] = []
    for number, (step, key) in enumerate(steps):
        match step:
            case "send":
                outbox.send(f"{number}".encode())
                said.append(("must", number))
            case "offer":
                outbox.offer(key, broadcast(f"{number}"))
                said.append((f"offer {key}", number))
            case "note":
                outbox.note(("note", key), f"{number}".encode())
                said.append((f"note {key}", number))
            case "pause":
                outbox.pause()
            case "resume":
                outbox.resume()
            case _:
                await asyncio.sleep(0)
    outbox.resume()
    await asyncio.sleep(0)
    arrived = [int(part) for text in payloads(transport) for part in text.strip("[]").split(",")]
    assert arrived == sorted(arrived)
    assert {number for kind, number in said if kind == "must"} <= set(arrived)
    assert set({kind: number for kind, number in said if kind != "must"}.values()) <= set(arrived)
