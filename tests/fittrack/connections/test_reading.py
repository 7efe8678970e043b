"""What trackers recorded becomes activities like any other, once."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.fittrack.connections.conftest import TrackerHouse

DAY = timedelta(days=1)


def of_type(activities: list[dict], kind: str) -> list[dict]:
    return [each for each in activities if each["activity_type"] == kind]


async def test_the_first_sync_brings_the_last_7_days(house: TrackerHouse):
    joe, body = await house.connected()
    for back in range(10):
        body.walk(house.today - back * DAY, 5_000)
    body.move(house.today, light=10, moderate=20, vigorous=5)
    body.work_out("run-1", house.ago(hours=30), 45)
    await house.sync()
    activities = await house.activities(joe)
    assert len(of_type(activities, "steps")) == 7
    assert {
        (each["intensity"], each["duration_minutes"]) for each in of_type(activities, "active_minutes")
    } == {
        ("light", 10),
        ("moderate", 20),
        ("vigorous", 5),
    }
    [run] = of_type(activities, "workout")
    assert run["metrics"] == {
        "steps": 4000,
        "calories": 300,
        "distance_meters": 5000,
        "heart_rate_avg": 150,
    }
    assert (run["source"], run["external_id"], run["duration_minutes"]) == ("fitbit", "exercise:run-1", 45)
    connection = await house.connection(joe)
    assert (connection["sync_status"], connection["sync_error"]) == ("idle", None)
    assert connection["last_sync_at"] is not None
    assert await house.news(joe) == ["Fitbit is connected"]


async def test_a_synced_day_earns_like_any_other(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 12_345)
    await house.sync()
    today = (await house.rest.get("/activities/summary", joe.token))["today"]
    assert (today["steps"], today["points_earned"]) == (12_345, 120 + 100)
    assert await house.balance(joe) == 220


async def test_a_roll_up_that_grows_is_a_revision_of_the_same_activity(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 3_000)
    await house.sync()
    [before] = await house.activities(joe)
    body.walk(house.today, 8_000)
    await house.later(minutes=15)
    [after] = await house.activities(joe)
    assert after["activity_id"] == before["activity_id"]
    assert after["metrics"] == {"steps": 8_000}
    assert await house.balance(joe) == 80


async def test_a_roll_up_that_shrinks_takes_back_what_it_earned(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 8_000)
    await house.sync()
    body.walk(house.today, 5_000)
    await house.later(minutes=15)
    assert await house.balance(joe) == 50


async def test_what_did_not_change_is_not_told_again(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 3_000)
    await house.sync()
    [before] = await house.activities(joe)
    await house.later(minutes=15)
    await house.later(hours=7)
    assert await house.activities(joe) == [before]


async def test_an_edited_workout_is_revised_and_a_deleted_one_withdrawn(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("run-1", house.ago(hours=3), 30)
    body.work_out("run-2", house.ago(hours=6), 30)
    await house.sync()
    earned = await house.balance(joe)
    body.work_out("run-1", house.ago(hours=3), 40)
    del body.exercises["run-2"]
    await house.later(minutes=15)
    [run] = await house.activities(joe)
    assert (run["external_id"], run["duration_minutes"]) == ("exercise:run-1", 40)
    assert await house.balance(joe) < earned


async def test_what_was_typed_in_counts_as_typed_in(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("typed", house.ago(hours=3), 30, manual=True)
    await house.sync()
    [workout] = await house.activities(joe)
    assert (workout["source"], workout["external_id"]) == ("manual", "fitbit:exercise:typed")


async def test_platforms_are_the_sources_that_clients_know(house: TrackerHouse):
    joe, body = await house.connected(provider="google_health")
    body.walk(house.today, 1_000)
    for number, platform in enumerate(("FITBIT", "FITBIT_WEB_API", "FIT", "HEALTH_CONNECT")):
        body.work_out(f"run-{number}", house.ago(hours=2 * number + 1), 30, platform=platform)
    await house.sync()
    sources = {each["external_id"].partition(":")[2]: each["source"] for each in await house.activities(joe)}
    assert sources == {
        str(house.today): "google_health",
        "run-0": "fitbit",
        "run-1": "fitbit",
        "run-2": "google_fit",
        "run-3": "google_health",
    }


async def test_a_fitbit_counts_what_it_measured_alone(house: TrackerHouse):
    await house.connected()
    await house.sync()
    assert {body.get("dataSourceFamily") for body in house.google.bodies} == {
        "users/me/dataSourceFamilies/google-wearables"
    }


async def test_pages_are_followed_to_the_end(house: TrackerHouse):
    joe, body = await house.connected()
    house.google.exercises_per_page, house.google.roll_ups_per_page = 25, 3
    for number in range(60):
        body.work_out(f"run-{number}", house.ago(hours=2 * number + 1), 30)
    for back in range(7):
        body.walk(house.today - back * DAY, 1_000)
    await house.sync()
    activities = await house.activities(joe)
    assert (len(of_type(activities, "workout")), len(of_type(activities, "steps"))) == (60, 7)
    assert house.google.asked_by("joe-at-google") == 1 + 3 + 1 + 3


async def test_motors_are_no_exercise(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("ride", house.ago(hours=3), 90, kind="MOTORCYCLE")
    await house.sync()
    assert await house.activities(joe) == []


async def test_a_provider_whose_clock_is_ahead_is_heard_again_later(house: TrackerHouse):
    joe, body = await house.connected()
    body.work_out("run-1", house.ago(minutes=-20), 30)
    body.walk(house.today + DAY, 500)
    await house.sync()
    assert await house.activities(joe) == []
    await house.later(hours=1)
    assert len(await house.activities(joe)) == 1


async def test_most_syncs_read_the_last_days_and_some_all_that_counts(house: TrackerHouse):
    await house.connected()
    await house.sync()
    await house.later(minutes=15)
    await house.later(hours=6)
    days = [
        (body["range"]["end"]["date"]["day"] - body["range"]["start"]["date"]["day"])
        for body in house.google.bodies[::2]
    ]
    assert days == [8, 3, 8]


async def test_the_primary_tracker_wins_overlaps_also_of_the_last_days(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 6_000)
    await house.sync()
    await house.call("POST", "/connections/apple_health/initiate", token=joe.token)
    phone = {
        "activity_type": "steps",
        "start_time": house.ago(hours=3).isoformat(),
        "end_time": house.ago(hours=1).isoformat(),
        "duration_minutes": 120,
        "source": "apple_health",
        "external_id": "walk",
        "metrics": {"steps": 9_000},
    }
    await house.call("POST", "/activities", phone, token=joe.token)
    assert await house.balance(joe) == 60
    change = {"is_primary": True}
    status, chosen = await house.call("PATCH", "/connections/apple_health", change, token=joe.token)
    assert (status, chosen["is_primary"]) == (200, True)
    assert await house.balance(joe) == 90
    assert {each["provider"]: each["is_primary"] for each in await house.connections(joe)} == {
        "fitbit": False,
        "apple_health": True,
    }
    await house.call("PATCH", "/connections/fitbit", change, token=joe.token)
    assert await house.balance(joe) == 60


async def test_a_late_workout_far_in_the_west_is_not_missed_for_its_day(house: TrackerHouse):
    """It began at ten in the evening there, which is the next day of the platform."""
    joe, body = await house.connected()
    body.zone = ZoneInfo("America/Los_Angeles")
    body.work_out("run", house.ago(days=2, hours=11), 30)
    await house.sync()
    [run] = await house.activities(joe)
    for _ in range(2):
        await house.later(minutes=15)
        assert await house.activities(joe) == [run]


async def test_a_workout_far_in_the_east_is_read_though_its_day_is_tomorrow(house: TrackerHouse):
    joe, body = await house.connected()
    body.zone = ZoneInfo("Pacific/Auckland")
    body.work_out("run", house.ago(minutes=40), 30)
    await house.sync()
    assert len(await house.activities(joe)) == 1
