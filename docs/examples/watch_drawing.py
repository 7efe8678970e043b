"""A player's app in a terminal: watches a drawing count down, buys tickets, hears who won.

    python docs/examples/watch_drawing.py http://127.0.0.1:8000 --tickets 25

Takes the open drawing whose sales close next, and ends when it has been drawn.
"""

import argparse
import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import aiohttp
from rich.console import Console

from fittrack.demo.people import DEMO_PASSWORD, PLAYER_EMAIL
from protocol import shapes
from protocol.client import Client
from protocol.frames import Payload
from protocol.outbound import (
    DrawingClosed,
    DrawingResult,
    DrawingSnapshot,
    DrawingTick,
    Notification,
    PointsChanged,
)

NOTICE_WITHIN_S: Final = 3.0
"""Seconds after the result in which a winner hears of it."""

out = Console(highlight=False)


async def sign_in(http: aiohttp.ClientSession, email: str, password: str) -> str:
    """An access token."""
    async with http.post("/api/v1/auth/login", json={"email": email, "password": password}) as answer:
        answer.raise_for_status()
        token: str = (await answer.json())["access_token"]
        return token


async def closing_next(http: aiohttp.ClientSession) -> UUID:
    """The open drawing whose sales close next."""
    async with http.get("/api/v1/drawings", params={"status": "open", "limit": 100}) as answer:
        answer.raise_for_status()
        drawings = (await answer.json())["items"]
    if not drawings:
        raise SystemExit("No drawing is open.")
    return UUID(min(drawings, key=lambda drawing: drawing["ticket_sales_close"])["drawing_id"])


async def watch(url: str, email: str, password: str, tickets: int) -> None:
    """Buy, then follow the drawing to its end."""
    async with aiohttp.ClientSession(url) as http:
        token = await sign_in(http, email, password)
        drawing_id = await closing_next(http)

    async def fresh_token() -> str:
        return token

    async with Client(url.replace("http", "ws", 1) + "/ws", token=fresh_token) as client:
        events = client.events()
        await client.subscribe(f"drawing:{drawing_id}")
        with suppress(TimeoutError):
            async with asyncio.timeout(None) as patience:
                async for event in events:
                    payload = event.payload()
                    if isinstance(payload, DrawingSnapshot):
                        await buy(client, payload.drawing, tickets)
                    tell(payload)
                    if isinstance(payload, DrawingResult):  # a winner's own notice follows
                        patience.reschedule(asyncio.get_running_loop().time() + NOTICE_WITHIN_S)


async def buy(client: Client, drawing: shapes.Drawing, tickets: int) -> None:
    """Buy tickets of the drawing. The client repeats the command under its key until it is answered."""
    say("drawing", f"[b]{drawing.name}[/b], {drawing.ticket_cost_points} points a ticket")
    bought = await client.buy_tickets(drawing.drawing_id, tickets)
    odds = "none yet" if bought.odds is None else f"{bought.odds:.1%}"
    say("bought", f"{bought.quantity} tickets for {bought.points_spent:,} points, odds {odds}")


def tell(payload: Payload) -> None:
    """Say what happened."""
    match payload:
        case DrawingTick():
            say("tick", countdown(payload))
        case PointsChanged(transaction=entry):
            say("points", f"{entry.amount:+,} · {entry.description} · balance {entry.balance_after:,}")
        case DrawingClosed():
            say("closed", f"{payload.tickets:,} tickets under the root {payload.root[:24]}…")
        case DrawingResult():
            for winner in payload.winners:
                say("winner", told(winner))
            say("proof", payload.proof_url)
        case Notification():
            say("inbox", f"[b]{payload.title}[/b] · {payload.body}")


def countdown(tick: DrawingTick) -> str:
    """What a tick says, by the server's own clock."""
    now, closes, draws = map(datetime.fromisoformat, (tick.now, tick.closes_at, tick.draws_at))
    what, left = ("sales close", closes - now) if now < closes else ("drawn", draws - now)
    seconds = round(max(left, timedelta()).total_seconds())
    return (
        f"{what} in {seconds // 60}:{seconds % 60:02} · {tick.tickets:,} tickets of {tick.entrants} players"
    )


def told(winner: shapes.Winner) -> str:
    """A line of the results."""
    return f"{winner.prize_name}: {winner.display_name} with ticket {winner.winning_ticket_number:,}"


def say(what: str, text: str) -> None:
    """One line."""
    out.print(f"  [cyan]{what:>8}[/cyan]  {text}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--tickets", type=int, default=10)
    parser.add_argument("--email", default=PLAYER_EMAIL)
    parser.add_argument("--password", default=DEMO_PASSWORD)
    given = parser.parse_args()
    asyncio.run(watch(given.url, given.email, given.password, given.tickets))


if __name__ == "__main__":
    main()
