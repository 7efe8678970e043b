"""What happens in the three weeks, day by day; whatever can be compared with the story's own books is."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from fittrack.fairness.verification import verify_file
from tests.rest_house import PASSWORD
from tests.simulation.weeks.people import CALENDAR, EVENING, MONDAY, NIGHT, NOON, PEOPLE
from tests.simulation.weeks.phone import Phone
from tests.simulation.weeks.platform import Platform, drawings_of
from tests.stage import eventually

PERIODS = ("daily", "weekly", "monthly", "alltime")
RESERVE = 200
"""Points that nobody spends: so much a correction may take back."""

BEFORE_CLOSE, AFTER_CLOSE, DRAWN = time(20, 45), time(20, 56), time(21, 1)

GIFT_TO, GIFT, GIVEN_ON = "Eve", 150, MONDAY + timedelta(days=5)
BANNED, BANNED_ON = "Hal", MONDAY + timedelta(days=10)
CALLED_OFF_ON = MONDAY + timedelta(days=12)
"""The eve of the second weekly drawing."""
WRITER, POST_ON = "Gwen", MONDAY + timedelta(days=15)
GONE, GONE_ON = "Finn", MONDAY + timedelta(days=19)


class Story:
    """The three weeks."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self.platform, self._folder = platform, folder
        self._books = platform.books
        self._away: set[str] = set()
        """Who was banned or has left."""
        self._events = {
            GIVEN_ON: self._give,
            CALLED_OFF_ON: self._call_off_the_weekly,
            POST_ON: self._open_the_post,
            GONE_ON: self._leave,
        }
        """What happens on a morning. The ban comes in an evening."""

    @property
    def phones(self) -> list[Phone]:
        """Of those who are still there."""
        return [phone for name, phone in self.platform.phones.items() if name not in self._away]

    async def live(self, day: date) -> None:
        """One day, from midnight to midnight."""
        if day != MONDAY:
            await self.platform.leap(day, time(0, 10))
            await self._boards_begin_anew(day)
        await self.platform.leap(day, time(9))
        await self._morning(day)
        await self.platform.leap(day, NOON)
        await self._sync(day, NOON)
        await self.platform.leap(day, EVENING)
        await self._evening(day)
        await self.platform.leap(day, NIGHT)
        await self._sync(day, NIGHT)
        await self._books_agree(day)

    # --- Players ------------------------------------------------------------------------------------------

    async def _morning(self, day: date) -> None:
        number = (day - MONDAY).days
        for person in PEOPLE:
            if person.joins and person.joins == number:
                await self.platform.welcome(person)
        if event := self._events.get(day):
            await event()

    async def _sync(self, day: date, looked: time) -> None:
        for phone in self.phones:
            async with phone.visit():
                await self._tell(phone, day, looked)

    async def _tell(self, phone: Phone, day: date, looked: time) -> None:
        doings = self.platform.lives[phone.person.name].values()
        await phone.log([sample for doing in doings for sample in doing.told(day, looked)])

    async def _leave(self) -> None:
        """Somebody deletes the account."""
        phone = self.platform.phones[GONE]
        async with phone.visit():
            status, _ = await phone.call("DELETE", "/users/me", {"password": PASSWORD})
        assert status in (200, 204)
        self._away.add(GONE)
        await self.platform.work()

    # --- An evening: buying, closing, drawing -------------------------------------------------------------

    async def _evening(self, day: date) -> None:
        async with self._all_look() as phones:
            tonight = [drawing for drawing in await self._open() if _day_of(drawing) == day]
            for phone in phones:
                await self._tell(phone, day, EVENING)
                for drawing in tonight:
                    await phone.follow(f"drawing:{drawing['drawing_id']}")
                await self._shop(phone, day)
            await self.platform.leap(day, BEFORE_CLOSE)
            if day == BANNED_ON:
                await self._ban(self.platform.phones[BANNED])
            await self.platform.leap(day, AFTER_CLOSE)
            for phone in self.phones:
                assert [await phone.buy(each["drawing_id"], 1) for each in tonight] == ["sales-closed"] * len(
                    tonight
                )
            await self.platform.leap(day, DRAWN)
            await self._draw_by_hand(tonight)
            for phone in self.phones:
                await self._watched(phone, tonight)
            for drawing in tonight:
                await self._results_are_right(drawing["drawing_id"])

    @asynccontextmanager
    async def _all_look(self) -> AsyncIterator[list[Phone]]:
        async with AsyncExitStack() as visits:
            for phone in self.phones:
                await visits.enter_async_context(phone.visit())
            yield self.phones

    async def _open(self) -> list[dict[str, Any]]:
        return await drawings_of(self.platform, "open")

    async def _shop(self, phone: Phone, day: date) -> None:
        """Spend as much as one likes, but never more than one has."""
        name = phone.person.name
        drawings = await self._open()
        dearest = max(drawings, key=lambda drawing: int(drawing["ticket_cost_points"]))
        assert await phone.buy(dearest["drawing_id"], 1_000) in {"insufficient-points", "not-eligible"}
        for drawing in sorted(drawings, key=lambda drawing: -int(drawing["ticket_cost_points"])):
            affordable = max(0, self.platform.owed(name) - RESERVE) // drawing["ticket_cost_points"]
            if not affordable or not self._wants(phone, drawing, day):
                continue
            quantity = self.platform.rng.randint(1, min(affordable, 3))
            code = await phone.buy(drawing["drawing_id"], quantity)
            if self._is_too_new(phone, drawing):
                assert code == "not-eligible"
            else:
                assert code is None
                self._books.buy(name, drawing, quantity)

    def _wants(self, phone: Phone, drawing: dict[str, Any], day: date) -> bool:
        """The diligent save for the dear ones; the others like every draw, a weekly one now and then."""
        if phone.person.diligent:
            return drawing["drawing_type"] in {"monthly", "annual"} and _day_of(drawing) == day
        if drawing["drawing_type"] == "weekly":
            return self.platform.rng.random() < 0.4
        return drawing["drawing_type"] == "daily" and _day_of(drawing) == day

    def _is_too_new(self, phone: Phone, drawing: dict[str, Any]) -> bool:
        age = self.platform.today - (MONDAY + timedelta(days=phone.person.joins))
        return age < timedelta(days=drawing["eligibility"]["min_account_age_days"])

    async def _draw_by_hand(self, tonight: list[dict[str, Any]]) -> None:
        for drawing in tonight:
            if not drawing["auto_execute"]:
                await self.platform.admin_signs_in()
                await self.platform.admin("POST", f"/drawings/{drawing['drawing_id']}/execute")
        await self.platform.work()

    async def _watched(self, phone: Phone, tonight: list[dict[str, Any]]) -> None:
        """The phone saw each drawing close and its result, live."""
        for drawing in tonight:
            channel = f"drawing:{drawing['drawing_id']}"

            def was_seen(channel: str = channel) -> bool:
                kinds = {event.t for event in phone.seen if event.ch == channel}
                return {"drawing.closed", "drawing.result"} <= kinds

            await eventually(was_seen, f"{phone.person.name} seeing {drawing['name']}")

    async def _results_are_right(self, drawing_id: str) -> None:
        sold = self._books.tickets[drawing_id]
        seen = await self.phones[0].get(f"/drawings/{drawing_id}/results")
        assert (seen["total_tickets"], seen["entrants"]) == (sum(sold.values()), len(sold))
        winners = [winner["display_name"].partition(" ")[0] for winner in seen["winners"]]
        assert len(winners) == len(set(winners)) == min(2, len(set(sold) - self._away))
        assert set(winners) <= set(sold) - self._away
        self._books.winners[drawing_id] = winners
        for phone in self.phones:
            my = (await phone.get(f"/drawings/{drawing_id}/results"))["my"]
            name = phone.person.name
            assert my == {"tickets_held": sold[name], "won": name in winners}
        await self._proof_holds(drawing_id)

    async def _proof_holds(self, drawing_id: str) -> None:
        proof = self._folder / "proof.json"
        async with self.platform.house.http.get(f"/api/v1/drawings/{drawing_id}/proof") as response:
            proof.write_bytes(await response.read())
        verification = verify_file(proof)
        assert verification.ok, verification

    # --- The admin ----------------------------------------------------------------------------------------

    async def _give(self) -> None:
        """Points for a watch that failed."""
        await self.platform.admin_signs_in()
        gift = {"amount": GIFT, "reason": "A watch that failed"}
        user_id = self.platform.phones[GIFT_TO].user_id
        await self.platform.admin("POST", f"/admin/users/{user_id}/adjust-points", gift)
        self._books.adjusted[GIFT_TO] += GIFT

    async def _open_the_post(self) -> None:
        """Somebody enters the annual drawing by letter: no purchase necessary."""
        await self.platform.admin_signs_in()
        [annual] = [drawing for drawing in await self._open() if drawing["drawing_type"] == "annual"]
        entry = {
            "email": self.platform.phones[WRITER].person.email,
            "quantity": 2,
            "evidence": "Reno 29/12 1",
        }
        at = f"/drawings/{annual['drawing_id']}/free-entries"
        assert (await self.platform.admin("POST", at, entry))["my_tickets"] == 2
        self._books.tickets[annual["drawing_id"]][WRITER] += 2

    async def _ban(self, phone: Phone) -> None:
        """Somebody cheated, and holds tickets of tonight: the app is closed, the tickets win nothing."""
        await self.platform.admin_signs_in()
        wish = {"status": "banned", "reason": "A watch on a dog"}
        await self.platform.admin("PUT", f"/admin/users/{phone.user_id}/status", wish)
        self._away.add(phone.person.name)
        await eventually(lambda: phone.was_sent_away, "the end of the connection")
        assert (await phone.call("GET", "/points/balance"))[0] == 401

    async def _call_off_the_weekly(self) -> None:
        """The sponsor withdrew: everybody has all points again."""
        await self.platform.admin_signs_in()
        [weekly] = [
            drawing
            for drawing in await self._open()
            if drawing["drawing_type"] == "weekly" and _day_of(drawing) - self.platform.today < timedelta(7)
        ]
        assert self._books.tickets[weekly["drawing_id"]], "somebody has tickets"
        reason = {"reason": "The sponsor withdrew"}
        await self.platform.admin("POST", f"/drawings/{weekly['drawing_id']}/cancel", reason)
        self._books.refunded.add(weekly["drawing_id"])
        await self.platform.work()

    # --- Reckoning ----------------------------------------------------------------------------------------

    async def _boards_begin_anew(self, day: date) -> None:
        begun = {"daily"}
        if day.weekday() == 0:
            begun.add("weekly")
        if day.day == 1:
            begun.add("monthly")
        for period in PERIODS:
            board = await self.phones[0].get(f"/leaderboards/{period}?tier=OPEN")
            assert (board["total_players"] == 0) == (period in begun), f"{period} on {day}"

    async def _books_agree(self, day: date) -> None:
        """Each balance and each board is what the story says."""
        for phone in self.phones:
            assert await phone.balance() == self.platform.owed(phone.person.name), f"{phone.person} on {day}"
        for period, first in _first_days(day).items():
            board = await self.phones[0].get(f"/leaderboards/{period}?tier=OPEN&limit=100")
            ranked = {line["display_name"]: line["points_earned"] for line in board["rankings"]}
            assert ranked == self._ranked_since(first), f"{period} on {day}"
            points = [line["points_earned"] for line in board["rankings"]]
            assert points == sorted(points, reverse=True)
            assert [line["rank"] for line in board["rankings"]] == list(range(1, len(points) + 1))

    def _ranked_since(self, first: date) -> dict[str, int]:
        found = {}
        for phone in self.phones:
            earned = self.platform.earned(phone.person.name)
            points = sum(amount for day, amount in earned.items() if day >= first)
            if points:
                found[phone.person.display_name] = points
        return found


def _day_of(drawing: dict[str, Any]) -> date:
    return CALENDAR.day_of(datetime.fromisoformat(drawing["drawing_time"]))


def _first_days(day: date) -> dict[str, date]:
    """On which day each period began that `day` lies in."""
    return {
        "daily": day,
        "weekly": day - timedelta(days=day.weekday()),
        "monthly": day.replace(day=1),
        "alltime": date.min,
    }
