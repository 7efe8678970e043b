"""What a real SMTP server may say and do, and what becomes of the letter."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from fittrack.integrations import smtp
from fittrack.integrations.smtp import MailDelayed, MailRefused, SmtpServer
from tests.fittrack.mail.test_delivery import a_message


class Handler:
    """Says what it is told to at each step; keeps what it took."""

    def __init__(self, **says: str) -> None:
        self.says = says
        self.taken: list[Envelope] = []

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.says.get("mail", "250 fine")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.says.get("rcpt", "250 fine")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.says.get("data") == "hang up":
            assert server.transport is not None, "somebody is connected"
            server.transport.close()
        self.taken.append(envelope)
        return self.says.get("data", "250 taken")


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[SmtpServer]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="mail.test"), "127.0.0.1", 0)
    try:
        yield SmtpServer("127.0.0.1", server.sockets[0].getsockname()[1], tls=False)
    finally:
        server.close()


async def test_a_letter_that_is_taken_is_taken_once() -> None:
    handler = Handler()
    async with serving(handler) as server:
        await server.send(a_message())
    [envelope] = handler.taken
    assert envelope.rcpt_tos == ["ada@example.com"]


@pytest.mark.parametrize(
    ("step", "says", "problem"),
    [
        ("rcpt", "550 5.1.1 no such mailbox", MailRefused),
        ("rcpt", "450 4.2.0 greylisted", MailDelayed),
        ("data", "554 5.7.1 looks like spam", MailRefused),
        ("data", "451 4.3.0 later", MailDelayed),
        ("mail", "550 5.7.1 you may not send as this", MailDelayed),
        ("data", "hang up", MailDelayed),
    ],
)
async def test_what_is_against_the_letter_is_for_ever_what_is_against_us_for_now(
    step: str, says: str, problem: type[Exception]
) -> None:
    async with serving(Handler(**{step: says})) as server:
        with pytest.raises(problem):
            await server.send(a_message())


@pytest.fixture
async def silent() -> AsyncIterator[SmtpServer]:
    """A server that takes the connection and says nothing."""
    open_connections: list[asyncio.StreamWriter] = []
    keep: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None] = lambda _, writer: (  # noqa: E731
        open_connections.append(writer)
    )
    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    yield SmtpServer("127.0.0.1", server.sockets[0].getsockname()[1], tls=False)
    for writer in open_connections:
        writer.close()
    server.close()


async def test_a_server_that_says_nothing_delays_the_letter(
    silent: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SEND_WITHIN_S", 0.05)
    with pytest.raises(MailDelayed):
        await silent.send(a_message())
