"""Letters leave once they are due, come back when they must wait, and never get lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select, update

from fittrack.db.tables.accounts import users
from fittrack.db.tables.messages import mail_outbox
from fittrack.doctor.queries import letters
from fittrack.integrations.smtp import MailDelayed, Mailer, MailFolder, MailRefused, SmtpServer
from fittrack.kit.sealing import Sealer
from fittrack.mail.postbox import Postbox
from fittrack.mail.worker import AGE_MAX, ATTEMPTS_MAX, LEASE, RETRY_MAX, MailWorker, retry_delay
from tests.fittrack.accounts.house import House, a_registration, build, tear_down


class Server:
    """An SMTP server that takes, delays or refuses what it is told to."""

    def __init__(self) -> None:
        self.verdict = "250 taken"
        self.received: list[str] = []
        self.port = 0

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode():
            match line.split()[0].upper():
                case "EHLO":
                    writer.write(b"250 hello\r\n")
                case "RCPT":
                    writer.write(f"{self.verdict}\r\n".encode())
                case "DATA":
                    writer.write(b"354 go on\r\n")
                    self.received.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                    writer.write(b"250 taken\r\n")
                case "QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                case _:
                    writer.write(b"250 fine\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def smtp() -> AsyncIterator[Server]:
    server = Server()
    listening = await server.start()
    yield server
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = await build(tmp_path)
    yield built
    await tear_down(built)


def worker_of(house: House, mailer: Mailer) -> MailWorker:
    postbox = Postbox(Sealer({"k1": bytes(32)}))
    return MailWorker(
        house.journal,
        postbox,
        mailer,
        sender="FitTrack <no-reply@fittrack.example>",
        public_url="https://fittrack.example",
    )


def a_message() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "no-reply@fittrack.example", "ada@example.com"
    message["Subject"], message["Message-ID"] = "Hello", "<1@fittrack.example>"
    message.set_content("Hello\n")
    return message


async def test_a_letter_is_handed_to_the_smtp_server_once(house: House, smtp: Server) -> None:
    await house.register()
    worker = worker_of(house, SmtpServer("127.0.0.1", smtp.port, tls=False))
    assert await worker.deliver_due(house.clock.now()) == 1
    assert await worker.deliver_due(house.clock.now() + LEASE) == 0
    [letter] = smtp.received
    assert "To: Ada@Example.com" in letter
    assert "multipart/alternative" in letter


async def test_a_letter_links_to_the_page_that_takes_its_code(house: House, smtp: Server) -> None:
    await house.register()
    mailer = SmtpServer("127.0.0.1", smtp.port, tls=False)
    await worker_of(house, mailer).deliver_due(house.clock.now())
    link = re.search(
        r"^https://fittrack\.example/#verify=(fte_[\w-]+)&email=Ada%40Example\.com\r$",
        smtp.received[0],
        re.MULTILINE,
    )
    assert link, smtp.received[0]
    assert (await house.post("/auth/verify-email", {"token": link[1]}))[0] == 200


@pytest.mark.parametrize(
    ("verdict", "problem"), [("550 no such mailbox", MailRefused), ("451 come back later", MailDelayed)]
)
async def test_a_server_may_refuse_for_ever_or_for_now(
    smtp: Server, verdict: str, problem: type[Exception]
) -> None:
    smtp.verdict = verdict
    with pytest.raises(problem, match=verdict[:3]):
        await SmtpServer("127.0.0.1", smtp.port, tls=False).send(a_message())


async def test_a_server_that_is_not_there_delays_the_mail(smtp: Server) -> None:
    gone = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = gone.sockets[0].getsockname()[1]
    gone.close()
    await gone.wait_closed()
    with pytest.raises(MailDelayed):
        await SmtpServer("127.0.0.1", port, tls=False).send(a_message())


async def test_a_password_is_never_sent_without_tls(smtp: Server) -> None:
    with pytest.raises(MailDelayed):
        await SmtpServer("127.0.0.1", smtp.port, tls=False, username="u", password="p").send(a_message())
    assert smtp.received == []


async def test_a_delayed_letter_comes_back_under_the_same_message_id(house: House, smtp: Server) -> None:
    await house.register()
    worker = worker_of(house, SmtpServer("127.0.0.1", smtp.port, tls=False))
    smtp.verdict = "451 later"
    await worker.deliver_due(house.clock.now())
    with house.engine.connect() as connection:
        row = connection.execute(select(mail_outbox)).one()
    assert row.next_due_at == house.clock.now() + retry_delay(0)
    assert row.last_error == "SMTP 451"
    smtp.verdict = "250 taken"
    assert await worker.deliver_due(row.next_due_at) == 1
    assert f"<{row.mail_id}@fittrack.example>" in smtp.received[0]


async def test_a_letter_is_given_up_after_so_many_attempts_and_what_it_said_is_erased(
    house: House, smtp: Server
) -> None:
    await house.register()
    worker = worker_of(house, SmtpServer("127.0.0.1", smtp.port, tls=False))
    smtp.verdict = "451 later"
    now = house.clock.now()
    rounds = 0
    while await worker.deliver_due(now):
        rounds += 1
        now += RETRY_MAX
    with house.engine.connect() as connection:
        row = connection.execute(select(mail_outbox)).one()
    assert rounds == ATTEMPTS_MAX
    assert (row.sealed_letter, row.next_due_at, row.delivered_at) == (None, None, None)
    assert row.failed_at is not None


async def test_a_letter_that_could_not_leave_for_days_is_a_dead_one(house: House, smtp: Server) -> None:
    await house.register()
    worker = worker_of(house, SmtpServer("127.0.0.1", smtp.port, tls=False))
    await worker.deliver_due(house.clock.now() + AGE_MAX + timedelta(seconds=1))
    assert smtp.received == []
    with house.engine.connect() as connection:
        found = letters(connection, house.clock.now())
    assert (found.failed, found.last_error, found.due_since) == (1, "too old", None)
    assert (worker.metrics.delivered, worker.metrics.failed) == (0, 1)


class Stuck:
    """A mailer that begins and never comes back."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def send(self, message: EmailMessage) -> None:
        self.begun.set()
        await asyncio.Event().wait()


async def test_a_worker_that_died_leaves_its_letters_to_the_next_one(house: House, tmp_path: Path) -> None:
    await house.register()
    stuck, now = Stuck(), house.clock.now()
    dying = asyncio.create_task(worker_of(house, stuck).deliver_due(now))
    await stuck.begun.wait()
    dying.cancel()
    other = worker_of(house, MailFolder(tmp_path / "mail"))
    assert await other.deliver_due(now + LEASE - timedelta(seconds=1)) == 0
    assert await other.deliver_due(now + LEASE) == 1


async def test_a_letter_delivered_twice_is_one_file(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mail")
    await folder.send(a_message())
    await folder.send(a_message())
    assert [file.name for file in (tmp_path / "mail").iterdir()] == ["1.eml"]


async def test_a_folder_that_cannot_be_written_delays_the_mail(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(MailDelayed):
        await MailFolder(tmp_path / "mail").send(a_message())


async def test_a_letter_to_a_deleted_account_goes_nowhere(house: House) -> None:
    await house.register()
    with house.engine.begin() as connection:
        connection.execute(update(users).values(email=None, email_key=None))
    assert await house.mail() == []
    with house.engine.connect() as connection:
        assert connection.execute(select(mail_outbox.c.last_error)).scalar_one() == "no address"


async def test_a_letter_that_does_not_open_harms_no_other(house: House) -> None:
    await house.register()
    with house.engine.begin() as connection:
        connection.execute(update(mail_outbox).values(sealed_letter=b"garbage"))
    await house.post("/auth/register", a_registration(email="bob@example.com"))
    [letter] = await house.mail()
    assert letter["To"] == "bob@example.com"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", SmtpServer("mail.example.com", 587, tls=False)),
        ("smtps://mail.example.com", SmtpServer("mail.example.com", 465, tls=True)),
        (
            "smtp://us%40er:p%3Aw@mail.example.com:2525",
            SmtpServer("mail.example.com", 2525, tls=False, username="us@er", password="p:w"),
        ),
    ],
)
def test_the_servers_address_is_read_from_a_url(url: str, server: SmtpServer) -> None:
    assert SmtpServer.from_url(url) == server


@pytest.mark.parametrize("url", ["", "mail.example.com", "http://mail.example.com", "smtp://"])
def test_another_url_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        SmtpServer.from_url(url)
