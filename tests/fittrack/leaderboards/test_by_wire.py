"""A board over a real WebSocket: the snapshot, then the top and one's own rank as they change."""

from pathlib import Path
from uuid import uuid4

from tests.contracts import things
from tests.contracts.town import a_town
from tests.wire import wired

CHANNEL = "leaderboard:daily:OPEN"


async def test_what_is_earned_over_the_wire_shows_on_the_board_and_in_ones_rank(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        player, watcher = await town.caller("player"), await town.caller("admin")
        async with wired(town.address, watcher.token) as watching, wired(town.address, player.token) as own:
            await watching.send({"t": "sub", "id": "sub", "ch": CHANNEL})
            snapshot = await watching.until("snapshot")
            assert snapshot["d"]["board"]["rankings"] == []
            activity = {"activities": [things.an_activity(town)]}
            await own.send({"t": "activity.log", "id": "walk", "key": str(uuid4()), "d": activity})
            await own.answers(["walk"])
            assert (await own.until("rank.changed"))["d"]["rank"] == 1
            await town.house.pass_time(seconds=1)
            board = await watching.until("leaderboard")
            (line,) = board["d"]["rankings"]
            assert (line["user_id"], line["points_earned"]) == (str(player.user_id), 30)
            assert (board["ch"], board["d"]["total_players"]) == (CHANNEL, 1)
            assert board["seq"] > snapshot["seq"]


async def test_a_board_of_no_tier_is_not_found(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        caller = await town.caller("player")
        async with wired(town.address, caller.token) as wire:
            await wire.send({"t": "sub", "id": "sub", "ch": "leaderboard:daily:X-1-Y"})
            assert (await wire.answers(["sub"]))["sub"]["d"]["code"] == "not-found"
