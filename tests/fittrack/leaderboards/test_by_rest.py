"""Boards as apps get them: through REST, with points that were really earned."""

from datetime import timedelta
from typing import Any

import pytest

from fittrack.accounts.commands import ChangeRole, ChangeStatus
from fittrack.kit.standing import AccountStatus, Role
from tests.fittrack.leaderboards.earning import a_walk, exercise, log, walk
from tests.rest_house import Person, RestHouse

PERIODS = ("daily", "weekly", "monthly", "alltime")
TIER = "F-30-39-ADV"


async def people(house: RestHouse, *names: str) -> list[Person]:
    return [await house.person(name) for name in names]


def lines(board: Any) -> list[tuple[int, str, int]]:
    return [(line["rank"], line["display_name"], line["points_earned"]) for line in board["rankings"]]


@pytest.mark.parametrize("period", PERIODS)
async def test_a_point_that_was_earned_shows_at_once(house: RestHouse, period: str) -> None:
    ann, bob = await people(house, "ann", "bob")
    assert lines(await house.get(f"/leaderboards/{period}", ann.token)) == []
    await walk(house, ann, 50)
    await walk(house, bob, 70)
    board = await house.get(f"/leaderboards/{period}", ann.token)
    assert lines(board) == [(1, "Player bob", 70), (2, "Player ann", 50)]
    assert board["period"] == period
    assert board["me"] == {"rank": 2, "points_earned": 50, "display_name": "Player ann"}
    assert board["total_players"] == 2
    assert board["pagination"] == {"page": 1, "limit": 20, "total_items": 2, "total_pages": 1}


async def test_the_board_is_that_of_ones_own_tier_unless_another_is_asked_for(house: RestHouse) -> None:
    (ann,) = await people(house, "ann")
    await walk(house, ann, 50)
    for asked, code, name, count in (
        ("", TIER, "Female 30-39 Advanced", 1),
        (f"?tier={TIER.lower()}", TIER, "Female 30-39 Advanced", 1),
        ("?tier=OPEN", "OPEN", "Open", 1),
        ("?tier=M-60%2B-BEG", "M-60+-BEG", "Male 60+ Beginner", 0),
    ):
        board = await house.get(f"/leaderboards/daily{asked}", ann.token)
        assert (board["tier_code"], board["tier_name"], board["total_players"]) == (code, name, count)
    bob = await house.person("bob", complete=False)
    assert (await house.get("/leaderboards/daily", bob.token))["tier_code"] == "OPEN"


@pytest.mark.parametrize("path", ["hourly", "hourly/me", "daily?tier=X-1-Y", "daily/me?tier=X-1-Y"])
async def test_what_is_no_board_is_not_found(house: RestHouse, path: str) -> None:
    (ann,) = await people(house, "ann")
    status, problem = await house.call("GET", f"/leaderboards/{path}", token=ann.token)
    assert (status, problem["status"]) == (404, 404)


async def test_without_points_one_has_no_rank(house: RestHouse) -> None:
    ann, bob = await people(house, "ann", "bob")
    await walk(house, bob, 10)
    own = await house.get("/leaderboards/daily/me", ann.token)
    assert own["me"] == {"rank": None, "points_earned": 0, "display_name": "Player ann"}
    assert (own["total_players"], own["around_me"]) == (1, [])


async def test_one_is_shown_with_ten_ahead_and_ten_behind(house: RestHouse) -> None:
    everybody = await people(house, *(f"p{number:02}" for number in range(25)))
    for number, person in enumerate(everybody):
        await walk(house, person, 10 * (1 + number % 20))
        await house.inner.pass_time(seconds=1)
    board = await house.get("/leaderboards/weekly?limit=100", everybody[0].token)
    ranked = board["rankings"]
    assert [line["rank"] for line in ranked] == list(range(1, 26))
    for person in everybody:
        own = await house.get("/leaderboards/weekly/me", person.token)
        rank = own["me"]["rank"]
        assert ranked[rank - 1]["user_id"] == str(person.user_id)
        assert own["around_me"] == ranked[max(rank - 11, 0) : rank + 10]
    pages = [
        (await house.get(f"/leaderboards/weekly?page={page}&limit=10", everybody[0].token))["rankings"]
        for page in (1, 2, 3, 4)
    ]
    assert pages == [ranked[:10], ranked[10:20], ranked[20:], []]


async def test_who_reached_a_total_first_stays_ahead(house: RestHouse) -> None:
    ann, bob = await people(house, "ann", "bob")
    await walk(house, bob, 30)
    await house.inner.pass_time(seconds=1)
    await walk(house, ann, 30)
    board = await house.get("/leaderboards/daily", ann.token)
    assert lines(board) == [(1, "Player bob", 30), (2, "Player ann", 30)]


async def test_corrections_rank_and_spending_does_not(house: RestHouse) -> None:
    (ann,) = await people(house, "ann")
    drawing_id = await house.inner.drawing()
    await walk(house, ann, 90, name="the walk")
    await house.inner.buy(ann.user_id, drawing_id, 5)
    assert (await house.get("/leaderboards/daily/me", ann.token))["me"]["points_earned"] == 90
    await walk(house, ann, 80, name="the walk")
    for period in PERIODS:
        assert (await house.get(f"/leaderboards/{period}/me", ann.token))["me"]["points_earned"] == 80
    assert (await house.get("/points/balance", ann.token))["balance"] == 30


async def test_late_points_count_in_the_period_of_their_day(house: RestHouse) -> None:
    (ann,) = await people(house, "ann")
    noon = house.inner.clock.now()
    await log(house, ann, a_walk(noon - timedelta(days=1), 10), a_walk(noon - timedelta(days=4), 20))
    earned = {
        period: (await house.get(f"/leaderboards/{period}/me", ann.token))["me"]["points_earned"]
        for period in PERIODS
    }
    assert earned == {"daily": 0, "weekly": 10, "monthly": 30, "alltime": 30}


async def test_points_stay_with_the_tier_they_were_earned_in(house: RestHouse) -> None:
    (ann,) = await people(house, "ann")
    await walk(house, ann, 40)
    form = {"display_name": "Ann", "biological_sex": "female", "fitness_level": "beginner"}
    assert (await house.call("PUT", "/users/me/profile", form, token=ann.token))[0] == 200
    await house.inner.pass_time(minutes=1)
    await walk(house, ann, 20)
    for tier, points in ((TIER, 40), ("F-30-39-BEG", 20), ("OPEN", 60)):
        board = await house.get(f"/leaderboards/daily?tier={tier}", ann.token)
        assert lines(board) == [(1, "Ann", points)]
        assert board["me"]["points_earned"] == points


async def test_a_streak_bonus_ranks_on_the_day_that_completes_it(house: RestHouse) -> None:
    (ann,) = await people(house, "ann")
    noon = house.inner.clock.now()
    await log(house, ann, *(exercise(noon - timedelta(days=back), 30) for back in range(7)))
    assert (await house.get("/leaderboards/daily/me", ann.token))["me"]["points_earned"] == 30 + 250
    assert (await house.get("/leaderboards/alltime/me", ann.token))["me"]["points_earned"] == 210 + 250


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        (ChangeStatus(status=AccountStatus.BANNED, reason="cheated"), ["Player bob"]),
        (ChangeStatus(status=AccountStatus.SUSPENDED, reason="looked at"), ["Player ann", "Player bob"]),
        (ChangeRole(role=Role.ADMIN, reason="hired"), ["Player bob"]),
    ],
)
async def test_who_is_banned_or_an_admin_is_not_shown(
    house: RestHouse, wish: ChangeStatus | ChangeRole, names: list[str]
) -> None:
    ann, bob = await people(house, "ann", "bob")
    await walk(house, ann, 90)
    await walk(house, bob, 10)
    assert (await house.get("/leaderboards/daily/me", bob.token))["me"]["rank"] == 2
    await house.inner.do(ann.user_id, wish)
    for period in PERIODS:
        board = await house.get(f"/leaderboards/{period}", bob.token)
        assert [name for _, name, _ in lines(board)] == names
        assert board["me"]["rank"] == board["total_players"] == len(names)


async def test_who_is_reinstated_is_shown_again(house: RestHouse) -> None:
    ann, bob = await people(house, "ann", "bob")
    await walk(house, ann, 90)
    for status in (AccountStatus.BANNED, AccountStatus.ACTIVE):
        await house.inner.do(ann.user_id, ChangeStatus(status=status, reason="a mistake"))
    assert lines(await house.get("/leaderboards/daily", bob.token)) == [(1, "Player ann", 90)]


async def test_who_leaves_is_gone_from_every_board(house: RestHouse) -> None:
    ann, bob = await people(house, "ann", "bob")
    await walk(house, ann, 90)
    assert len((await house.get("/leaderboards/alltime", bob.token))["rankings"]) == 1
    status, _ = await house.call(
        "DELETE", "/users/me", {"password": "Correct-Horse-7-Battery"}, token=ann.token
    )
    assert status == 204
    await house.inner.node.jobs.apply_effects()
    for period in PERIODS:
        assert lines(await house.get(f"/leaderboards/{period}", bob.token)) == []


async def test_another_name_shows_at_once(house: RestHouse) -> None:
    (ann,) = await people(house, "ann")
    await walk(house, ann, 90)
    assert len((await house.get("/leaderboards/alltime", ann.token))["rankings"]) == 1
    form = {"display_name": "Anna", "biological_sex": "female", "fitness_level": "advanced"}
    assert (await house.call("PUT", "/users/me/profile", form, token=ann.token))[0] == 200
    assert lines(await house.get("/leaderboards/alltime", ann.token)) == [(1, "Anna", 90)]


async def test_the_public_profile_shows_the_rank_of_all_time(house: RestHouse) -> None:
    ann, bob, eve = await people(house, "ann", "bob", "eve")
    await walk(house, ann, 20)
    await walk(house, bob, 30)
    ranks = [
        (await house.get(f"/users/{person.user_id}/public", eve.token))["rank"] for person in (ann, bob, eve)
    ]
    assert ranks == [2, 1, None]
