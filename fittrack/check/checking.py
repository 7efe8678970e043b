"""Runs all checks on a database, owner by owner, so that memory holds a chunk of players or one drawing at a
time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from functools import partial
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from fittrack.audit import queries as audit_queries
from fittrack.audit import verification
from fittrack.check import player_queries, queries
from fittrack.check.book import check_ledger
from fittrack.check.chains import check_log, check_positions
from fittrack.check.days import check_days
from fittrack.check.draws import (
    Entered,
    check_closing,
    check_draw,
    check_followed,
    check_opened,
    check_promises,
)
from fittrack.check.figures import check_figures
from fittrack.check.findings import Finding, Invariant, Report, drawing, player
from fittrack.check.free import check_evidence, check_limits
from fittrack.check.life import check_life
from fittrack.check.pace import Pace
from fittrack.check.player_queries import IdRange, id_ranges
from fittrack.check.prizes import check_prizes
from fittrack.check.recounting import Window, recount
from fittrack.check.reviews import check_reviews
from fittrack.check.rules_texts import check_rules_texts
from fittrack.check.tickets import check_purchases, check_refunds
from fittrack.check.trackers import check_trackers
from fittrack.check.webhooks import check_webhooks
from fittrack.config.published import DEVELOPMENT_TOKEN_KEYS
from fittrack.db.handles import Connection, Engine, Table
from fittrack.db.reads import snapshot
from fittrack.db.tables.accounts import users
from fittrack.db.tables.drawings import drawings
from fittrack.db.tables.logs import drawing_log, user_log
from fittrack.drawings import commitment, draw, winner_queries
from fittrack.drawings import queries as drawing_queries
from fittrack.drawings.model import DrawingStatus
from fittrack.fairness.beacon import CHAINS, Chain
from fittrack.fairness.entries import BrokenEntries
from fittrack.fairness.rules_text import read_rules
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.ids import DrawingId
from fittrack.kit.sealing import SealBroken, Sealer

PLAYERS_PER_CHUNK: Final = 100
"""Two years of a busy player are some 20,000 activities, about 20 MB: a chunk fits a small machine."""

DRAWINGS_PER_CHUNK: Final = 1
"""One may have a million entries."""

NEW_YORK: Final = PlatformCalendar(ZoneInfo("America/New_York"))
"""The platform's zone where no other is configured."""

T = TypeVar("T")

_BOTH_IN_LOG = (Invariant.LOGS, Invariant.KEYS)


def check_database(
    engine: Engine,
    sealer: Sealer | None = None,
    *,
    settled: bool = False,
    chains: Mapping[str, Chain] = CHAINS,
    calendar: PlatformCalendar = NEW_YORK,
) -> list[Finding]:
    """Every violation of an invariant; none in a sound database. See `examine`.

    `sealer` opens the drawings' secrets; without one, the keys of development do.
    """
    sealer = sealer or Sealer.from_text(DEVELOPMENT_TOKEN_KEYS)
    return examine(engine, sealer, settled=settled, chains=chains, calendar=calendar).findings


def examine(
    engine: Engine,
    sealer: Sealer,
    *,
    settled: bool = False,
    step: Callable[[str], None] = lambda name: None,
    chains: Mapping[str, Chain] = CHAINS,
    calendar: PlatformCalendar = NEW_YORK,
    figures: Window = Window(),  # noqa: B008 - it is a tuple
    pace: Pace | None = None,
) -> Report:
    """Check everything that is committed at this moment. `step` is told what comes next.

    At a `pace` it takes its time: it rests between rows, and sees each part at a moment of its own.

    `chains`: the public beacons by hash, with whose keys the rounds must be signed. `calendar` is the
    platform's; of the figures kept by day those of the days of `figures` are counted again.

    Beside a running server use an engine for reading. When `settled`, refunds must not wait any more.
    """
    report = Report() if pace is None else Report(pace)
    with _one_snapshot(engine) if pace is None else _snapshots(engine) as part:
        with part() as conn:
            players = list(id_ranges(conn, users.c.user_id, PLAYERS_PER_CHUNK))
            each_drawing = list(id_ranges(conn, drawings.c.drawing_id, DRAWINGS_PER_CHUNK))
            report.refunds_waiting = queries.refunds_waiting(conn)
        step("logs, ledgers and inboxes of players")
        _go_through(part, players, report, _check_histories)
        step("logs and lives of drawings, free entries")
        _go_through(part, each_drawing, report, _check_drawings)
        step("tickets, refunds, awards and reviews of players")
        _go_through(part, players, report, partial(_check_players, settled=settled))
        step("official rules")
        with part() as conn:
            report.add(check_limits(queries.free_tickets_beyond(conn)))
            _check_rules_texts(conn, report)
        step("draws")
        with part() as conn:
            frozen = list(queries.frozen_drawings(conn))
        for drawing_id in frozen:
            with part() as conn:
                report.add(_check_draw(conn, drawing_id, sealer, chains, report))
            report.count(Invariant.DRAWS, 1)
            report.breathe()
        step("trackers and webhooks")
        with part() as conn:
            _check_trackers(conn, report)
            report.add(check_webhooks(_counted(queries.webhooks(conn), report, Invariant.WEBHOOKS)))
        step("figures")
        with part() as conn:
            _check_figures(conn, calendar, figures, report)
        step("audit log")
        with part() as conn:
            _check_audit_log(conn, report)
    return report


Part = Callable[[], AbstractContextManager[Connection]]
"""Opens what one part of the examination reads: what a part compares, it sees at one moment."""


@contextmanager
def _one_snapshot(engine: Engine) -> Iterator[Part]:
    """All parts see the same moment."""
    with snapshot(engine) as conn:
        yield lambda: nullcontext(conn)


@contextmanager
def _snapshots(engine: Engine) -> Iterator[Part]:
    """Each part sees its own moment: a snapshot that is kept for long is dear to a database that goes on."""
    yield lambda: snapshot(engine)


def _go_through(
    part: Part,
    ranges: Iterable[IdRange],
    report: Report,
    check: Callable[[Connection, IdRange, Report], None],
) -> None:
    """Check each range as a part of its own: how long one takes does not depend on how many there are."""
    for ids in ranges:
        with part() as conn:
            check(conn, ids, report)
        report.breathe()


def _check_histories(conn: Connection, players: IdRange, report: Report) -> None:
    _check_logs(conn, user_log, players, player, report)
    for user_id, entries in queries.ledgers(conn, players):
        report.add(check_ledger(player(user_id), _counted(entries, report, Invariant.LEDGER)))
    for user_id, positions in queries.inboxes(conn, players):
        report.add(check_positions(player(user_id), _counted(positions, report, Invariant.LOGS)))


def _check_drawings(conn: Connection, which: IdRange, report: Report) -> None:
    _check_logs(conn, drawing_log, which, drawing, report)
    _check_lives(conn, which, report)
    entries = _counted(queries.free_entries(conn, which), report, Invariant.FREE_ENTRIES)
    report.add(check_evidence(entries))


def _check_players(conn: Connection, players: IdRange, report: Report, *, settled: bool) -> None:
    _check_tickets(conn, players, report, settled=settled)
    _check_awards(conn, players, report)
    _check_reviews(conn, players, report)


def _check_rules_texts(conn: Connection, report: Report) -> None:
    report.add(check_rules_texts(_counted(queries.rules_texts(conn), report, Invariant.RULES)))


def _check_trackers(conn: Connection, report: Report) -> None:
    for each in queries.trackers(conn):
        report.count(Invariant.TRACKERS, each.connections)
        report.add(check_trackers([each]))
        report.breathe()


def _check_logs(
    conn: Connection, log: Table, owners: IdRange, subject: Callable[[UUID], str], report: Report
) -> None:
    for owner, rows in queries.logs(conn, log, owners):
        report.add(check_log(subject(owner), _counted(rows, report, *_BOTH_IN_LOG)))


def _check_lives(conn: Connection, which: IdRange, report: Report) -> None:
    projections = queries.projections(conn, which)
    for drawing_id, rows in queries.lives(conn, which):
        counted = _counted(rows, report, Invariant.ENTRIES)
        report.add(check_life(drawing(drawing_id), counted, projections.pop(drawing_id, None)))
    for drawing_id, projected in projections.items():
        report.add(check_life(drawing(drawing_id), (), projected))


def _counted(rows: Iterator[T], report: Report, *invariants: Invariant) -> Iterator[T]:
    for row in rows:
        for invariant in invariants:
            report.examined[invariant] += 1
        report.breathe()
        yield row


def _check_tickets(conn: Connection, players: IdRange, report: Report, *, settled: bool) -> None:
    entries = player_queries.entries(conn, players)
    spends, refunds = player_queries.spends(conn, players), player_queries.refunds(conn, players)
    purchases = player_queries.purchases(conn, players)
    for user_id in sorted({*entries, *spends, *refunds, *purchases}):
        subject, held = player(user_id), entries.get(user_id, [])
        report.add(check_purchases(subject, held, spends.get(user_id, ()), purchases.get(user_id, ())))
        report.add(check_refunds(subject, held, refunds.get(user_id, ()), settled=settled))
        report.count(Invariant.PURCHASES, len(held))
        report.count(Invariant.REFUNDS, sum(entry.cancelled for entry in held))


def _check_awards(conn: Connection, players: IdRange, report: Report) -> None:
    activities, days = player_queries.accepted(conn, players), player_queries.stored_days(conn, players)
    booked, gone = player_queries.booked(conn, players), player_queries.erased(conn, players)
    kept_from = queries.activities_erased_before(conn)
    for user_id in sorted({*activities, *days, *booked}):
        held, since = days.get(user_id, []), date.max if user_id in gone else kept_from
        known = activities.get(user_id, [])
        report.add(check_days(player(user_id), known, held, booked.get(user_id, {}), since))
        report.count(Invariant.AWARDS, len(held))


def _check_reviews(conn: Connection, players: IdRange, report: Report) -> None:
    reviews, said = player_queries.reviews(conn, players), player_queries.under_review(conn, players)
    for user_id in sorted(reviews.keys() | said):
        held = reviews.get(user_id, [])
        report.add(check_reviews(player(user_id), user_id, user_id in said, held))
        report.count(Invariant.REVIEWS, len(held))


def _check_figures(conn: Connection, calendar: PlatformCalendar, window: Window, report: Report) -> None:
    for day, kept, counted in recount(conn, calendar, window):
        report.add(check_figures(day, kept, counted))
        report.count(Invariant.FIGURES, len(kept))
        report.figures_from = day


def _check_audit_log(conn: Connection, report: Report) -> None:
    verdict = verification.verify(audit_queries.sealed_rows(conn))
    report.count(Invariant.AUDIT, verdict.rows)
    if verdict.broken is not None:
        report.add([Finding(Invariant.AUDIT, "audit log", str(verdict.broken))])


def _check_draw(
    conn: Connection, drawing_id: DrawingId, sealer: Sealer, chains: Mapping[str, Chain], report: Report
) -> Iterator[Finding]:
    subject = drawing(drawing_id)
    stored = drawing_queries.load(conn, drawing_id)
    assert stored is not None, "it was listed in the same snapshot"
    if stored.commitment is None or stored.closing is None:
        yield Finding(Invariant.DRAWS, subject, "it was closed without a commitment")
        return
    try:
        secrets = commitment.open_secrets(sealer, drawing_id, stored.commitment)
        rules = read_rules(stored.commitment.rules)
    except (SealBroken, msgspec.DecodeError) as error:
        yield Finding(Invariant.DRAWS, subject, f"its commitment cannot be read: {error}")
        return
    try:
        entered = Entered(*draw.read_entries(conn, drawing_id, secrets.drawing_key))
    except BrokenEntries as broken:
        yield Finding(Invariant.DRAWS, subject, str(broken))
        return
    passed_over = winner_queries.passed_over_of(conn, drawing_id)
    yield from check_closing(subject, stored, secrets, entered, passed_over)
    yield from check_promises(subject, stored, rules)
    if wrong := list(check_opened(subject, stored, rules)):
        yield from wrong
        return  # no record can be published of this
    if stored.drawing.status is DrawingStatus.COMPLETED:
        prizes = queries.prizes_on_their_way(conn, drawing_id)
        report.count(Invariant.PRIZES, len(prizes))
        winners = winner_queries.winners_of(conn, drawing_id)
        yield from check_draw(subject, draw.publish(conn, stored, secrets), entered, winners, chains)
        yield from check_followed(subject, winners, queries.followed(conn, drawing_id))
        yield from check_prizes(subject, prizes, winners)
