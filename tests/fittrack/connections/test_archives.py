"""What the former APIs of Fitbit and Google Fit answered, taken in as activities."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.fittrack.connections.conftest import TrackerHouse
from tests.rest_house import Answer, Person


async def send(house: TrackerHouse, person: Person, provider: str, document: Any, **options: Any) -> Answer:
    path = f"/connections/{provider}/archive"
    return await house.call("POST", path, document, token=person.token, **options)


def millis(moment) -> str:
    return str(int(moment.timestamp() * 1000))


def fitbit_log(house: TrackerHouse, number: int, hours: float = 3, **more: Any) -> dict[str, Any]:
    return {
        "logId": number,
        "activityName": "Run",
        "logType": "tracker",
        "startTime": house.ago(hours=hours).isoformat(),
        "duration": 2_400_000,
        "activeDuration": 1_800_000,
        "steps": 4_000,
        "calories": 300,
        "distance": 5,
        "distanceUnit": "Kilometer",
        "averageHeartRate": 150,
        **more,
    }


async def test_time_series_of_fitbit_are_days(house: TrackerHouse):
    joe = await house.person()
    days = [str(house.today - timedelta(days=back)) for back in range(30)]
    document = {
        "activities-steps": [{"dateTime": day, "value": "5000"} for day in days],
        "activities-minutesVeryActive": [{"dateTime": days[0], "value": "12"}],
        "activities-distance": [{"dateTime": days[0], "value": "3.1"}],
    }
    status, answer = await send(house, joe, "fitbit", document)
    assert (status, answer["accepted"], answer["too_old"], answer["unreadable"]) == (201, 8, 23, 0)
    assert answer["balance"] == 7 * 50 + 12 * 3
    [minutes] = [each for each in await house.activities(joe) if each["activity_type"] != "steps"]
    assert (minutes["source"], minutes["intensity"], minutes["duration_minutes"]) == (
        "fitbit_archive",
        "vigorous",
        12,
    )


async def test_logs_of_fitbit_are_workouts_and_typed_in_ones_manual_entries(house: TrackerHouse):
    joe = await house.person()
    typed = fitbit_log(house, 2, hours=6, logType="manual", distanceUnit="Mile", distance=1)
    status, answer = await send(house, joe, "fitbit", {"activities": [fitbit_log(house, 1), typed]})
    assert (status, answer["accepted"]) == (201, 2)
    told = {each["external_id"]: each for each in await house.activities(joe)}
    assert told["exercise:1"]["metrics"] == {
        "steps": 4_000,
        "calories": 300,
        "distance_meters": 5_000,
        "heart_rate_avg": 150,
    }
    assert told["exercise:1"]["duration_minutes"] == 30
    manual = told["fitbit_archive:exercise:2"]
    assert (manual["source"], manual["metrics"]["distance_meters"]) == ("manual", 1609.344)


async def test_aggregates_and_sessions_of_google_fit_are_activities(house: TrackerHouse):
    joe = await house.person()
    start, end = house.ago(hours=4), house.ago(hours=3)
    nanos = {"startTimeNanos": f"{millis(start)}000000", "endTimeNanos": f"{millis(end)}000000"}
    steps = {"dataTypeName": "com.google.step_count.delta", "value": [{"intVal": 6_000}], **nanos}
    minutes = {
        "dataTypeName": "com.google.active_minutes",
        "originDataSourceId": "raw:com.google.active_minutes:app:user_input",
        "value": [{"intVal": 25}],
        **nanos,
    }
    times = {"startTimeMillis": millis(start), "endTimeMillis": millis(end)}
    document = {
        "bucket": [{"dataset": [{"point": [steps]}, {"point": [minutes]}, {"point": []}]}],
        "session": [
            {"id": "run", "activityType": 8, "activeTimeMillis": "1800000", **times},
            {"id": "nap", "activityType": 72, **times},
        ],
    }
    status, answer = await send(house, joe, "google_fit", document)
    assert (status, answer["accepted"], answer["unreadable"]) == (201, 3, 0)
    told = {each["activity_type"]: each for each in await house.activities(joe)}
    assert told["steps"]["metrics"] == {"steps": 6_000}
    assert told["active_minutes"]["source"] == "manual"
    assert (told["workout"]["source"], told["workout"]["duration_minutes"]) == ("google_fit_archive", 30)
    status, answer = await send(house, joe, "google_fit", {"deletedSession": [{"id": "run", **times}]})
    assert (status, answer["withdrawn"]) == (201, 1)


async def test_what_a_connection_tells_of_the_same_day_counts_once(house: TrackerHouse):
    joe, body = await house.connected()
    body.walk(house.today, 6_000)
    await house.sync()
    await send(house, joe, "fitbit", {"activities-steps": [{"dateTime": str(house.today), "value": 6_000}]})
    assert await house.balance(joe) == 60


async def test_an_archive_that_is_sent_twice_earns_once(house: TrackerHouse):
    joe = await house.person()
    document = {"activities": [fitbit_log(house, 1)]}
    _, first = await send(house, joe, "fitbit", document)
    _, again = await send(house, joe, "fitbit", document)
    assert (again["duplicates"], again["balance"]) == (1, first["balance"])
    headers = {"Idempotency-Key": "import-1"}
    other = {"activities": [fitbit_log(house, 2, hours=6)]}
    answers = [await send(house, joe, "fitbit", other, headers=headers) for _ in range(2)]
    assert answers[0] == answers[1]


async def test_entries_that_cannot_be_read_are_counted_and_the_others_taken(house: TrackerHouse):
    joe = await house.person()
    broken = [{"logId": 9}, {**fitbit_log(house, 8), "startTime": "2026-06-10T07:00:00"}, 7]
    status, answer = await send(house, joe, "fitbit", {"activities": [*broken, fitbit_log(house, 1)]})
    assert (status, answer["accepted"], answer["unreadable"]) == (201, 1, 3)


@pytest.mark.parametrize(
    ("provider", "document"),
    [
        ("fitbit", {"sleep": []}),
        ("fitbit", {"bucket": []}),
        ("google_fit", {"activities": []}),
        ("apple_health", {"activities": []}),
        ("fitbit", []),
    ],
)
async def test_what_is_no_archive_is_refused_in_words(house: TrackerHouse, provider: str, document: Any):
    joe = await house.person()
    status, problem = await send(house, joe, provider, document)
    assert (status, problem["code"]) == (422, "validation"), json.dumps(problem)
