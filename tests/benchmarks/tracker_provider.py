"""A Google Health API that takes 50 ms for every answer and believes every token: `python -m … PORT`."""

import asyncio
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from aiohttp import web

LATENCY_S: Final = 0.05
STEPS_A_SYNC: Final = 1_000
"""A day's steps grow with each sync, so that each has something to tell."""

_asked: Counter[str] = Counter()


async def roll_up(request: web.Request) -> web.Response:
    """The days asked for: steps, or active minutes."""
    asked = await request.json()
    await asyncio.sleep(LATENCY_S)
    token = request.headers["Authorization"]
    kind = request.match_info["kind"]
    _asked[token + kind] += 1
    first, end = (_day(asked["range"][name]) for name in ("start", "end"))
    days = [first + timedelta(days=number) for number in range((end - first).days)]
    value: dict[str, Any] = {"steps": {"countSum": str(STEPS_A_SYNC * _asked[token + kind])}}
    if kind == "active-minutes":
        levels = [{"activityLevel": "MODERATE", "activeMinutesSum": "20"}]
        value = {"activeMinutes": {"activeMinutesRollupByActivityLevel": levels}}
    return web.json_response({"rollupDataPoints": [{"civilStartTime": _civil(day), **value} for day in days]})


async def exercises(request: web.Request) -> web.Response:
    """One run, two hours ago when the provider began."""
    del request
    await asyncio.sleep(LATENCY_S)
    return web.json_response({"dataPoints": [_RUN]})


def _day(civil: dict[str, Any]) -> date:
    return date(civil["date"]["year"], civil["date"]["month"], civil["date"]["day"])


def _civil(day: date) -> dict[str, Any]:
    return {"date": {"year": day.year, "month": day.month, "day": day.day}}


_began: Final = datetime.now(UTC) - timedelta(hours=2)
_RUN: Final = {
    "name": "users/somebody/dataTypes/exercise/dataPoints/run",
    "dataSource": {"platform": "FITBIT", "recordingMethod": "ACTIVELY_MEASURED"},
    "exercise": {
        "interval": {
            "startTime": _began.isoformat(),
            "endTime": (_began + timedelta(minutes=30)).isoformat(),
        },
        "exerciseType": "RUNNING",
        "activeDuration": "1800s",
        "metricsSummary": {"steps": "4000", "averageHeartRateBeatsPerMinute": "150"},
    },
}


def main() -> None:
    """Serve until ended."""
    app = web.Application()
    app.router.add_post("/users/me/dataTypes/{kind}/dataPoints:dailyRollUp", roll_up)
    app.router.add_get("/users/me/dataTypes/exercise/dataPoints", exercises)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
