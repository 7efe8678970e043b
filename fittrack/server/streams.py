"""A player's events to one connection: numbered ones are pumped from the log by a cursor.

An event that is the very next one goes out as it is published. Otherwise, and after a resume, the log is
read page by page as long as the outbox has room; a task exists only for that time. What is unnumbered
waits until nothing is missing: everything missed comes before anything new.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence

import structlog

from fittrack.kit import jitter
from fittrack.kit.clock import Clock
from fittrack.kit.ids import UserId
from fittrack.pubsub.messages import PlayerNote, Stream, StreamEvent
from fittrack.server.outbox import Outbox
from protocol.frames import Payload, frame
from protocol.streams import Offer, StreamCursor

REPLAY_PAGE_EVENTS = 100
"""Events read from the log at a time: about 50 KB, more than the transport takes before it must drain."""

RETRY_FIRST_S, RETRY_MAX_S = 0.2, 5.0
"""Seconds until the log is read again after a failure: doubled each time up to a bound, with jitter."""

ReadStream = Callable[[UserId, Stream, int, int], Awaitable[Sequence[StreamEvent]]]
"""(user, stream, after_seq, limit) → the events that follow, in order, with their payloads. May raise."""

_log = structlog.get_logger(__name__)


class PlayerStreams:
    """Both streams of one connection, and its unnumbered notes. Before `start` only heads are learned."""

    __slots__ = ("_clock", "_inbox", "_ledger", "_notes", "_outbox", "_pump", "_read", "_started", "_user_id")

    def __init__(self, user_id: UserId, outbox: Outbox, read: ReadStream, clock: Clock) -> None:
        self._user_id = user_id
        self._outbox = outbox
        self._read = read
        self._clock = clock
        self._started = False
        self._ledger = StreamCursor(0, 0)
        self._inbox = StreamCursor(0, 0)
        self._pump: asyncio.Task[None] | None = None
        self._notes: dict[Hashable, Payload] | None = None

    def start(self, ledger: StreamCursor, inbox: StreamCursor) -> None:
        """The welcome is in the outbox: go on from these cursors to the heads learned so far and later.

        A client that resumes after its welcome starts a second time, from further back.
        """
        self.stop()
        ledger.learn(self._ledger.head)
        inbox.learn(self._inbox.head)
        self._ledger, self._inbox, self._started = ledger, inbox, True
        self._catch_up()

    def learn(self, *, ledger: int, inbox: int) -> None:
        """The heads are at least these; what is missing is read from the log."""
        self._ledger.learn(ledger)
        self._inbox.learn(inbox)
        self._catch_up()

    def offer(self, event: StreamEvent) -> None:
        """A numbered event was published: send it if it is the next, else read up to it."""
        cursor = self._ledger if event.stream == "ledger" else self._inbox
        payload = event.payload
        if payload is None or not self._started or self._pump is not None or not self._outbox.room:
            cursor.learn(event.seq)
            self._catch_up()
            return
        match cursor.offer(event.seq):
            case Offer.SEND:
                self._send(event.seq, payload)
            case Offer.BEHIND:
                self._catch_up()
            case Offer.DROP:
                return

    def note(self, note: PlayerNote) -> None:
        """Unnumbered state was published: the latest of its type and subject is sent."""
        key = (note.payload.TYPE, note.subject)
        if self._started and not self._behind():
            self._outbox.note(key, self._outbox.codec.encode(frame(note.payload)))
            return
        if self._notes is None:
            self._notes = {}
        self._notes.pop(key, None)
        self._notes[key] = note.payload

    def room_again(self) -> None:
        """The outbox takes more."""
        self._catch_up()

    def stop(self) -> None:
        """The connection is gone."""
        self._started = False
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.cancel()

    def _behind(self) -> StreamCursor | None:
        if self._ledger.behind:
            return self._ledger
        return self._inbox if self._inbox.behind else None

    def _catch_up(self) -> None:
        if not self._started or self._pump is not None:
            return
        if self._behind() is None:
            self._release_notes()
        elif self._outbox.room:
            self._pump = asyncio.get_running_loop().create_task(self._replay())

    async def _replay(self) -> None:
        try:
            while self._outbox.room and (cursor := self._behind()) is not None:
                await self._send_page(cursor)
        except Exception:
            _log.exception("a stream cannot be replayed", user_id=str(self._user_id))
            self._outbox.fail()
            return
        self._pump = None
        self._catch_up()

    async def _send_page(self, cursor: StreamCursor) -> None:
        events = await self._read_patiently(cursor)
        if not events:
            _log.warning("the log ends before its head", user_id=str(self._user_id), head=cursor.head)
            cursor.head = cursor.sent  # the log is right; the next comparison of heads tells again
        for event in events:
            assert event.payload is not None, "the log holds whole events"
            assert event.seq == cursor.sent + 1, "the log has no gaps"
            self._send(event.seq, event.payload)
            cursor.advance(event.seq)
        self._outbox.flush()

    async def _read_patiently(self, cursor: StreamCursor) -> Sequence[StreamEvent]:
        stream: Stream = "ledger" if cursor is self._ledger else "inbox"
        wait = RETRY_FIRST_S
        while True:
            try:
                return await self._read(self._user_id, stream, cursor.sent, REPLAY_PAGE_EVENTS)
            except Exception as error:
                _log.warning("a stream cannot be read, trying again", stream=stream, error=repr(error))
            await self._clock.sleep(jitter.up_to(wait))
            wait = min(wait * 2, RETRY_MAX_S)

    def _send(self, seq: int, payload: Payload) -> None:
        self._outbox.send(self._outbox.codec.encode(frame(payload, seq=seq)))

    def _release_notes(self) -> None:
        notes, self._notes = self._notes, None
        for key, payload in (notes or {}).items():
            self._outbox.note(key, self._outbox.codec.encode(frame(payload)))
