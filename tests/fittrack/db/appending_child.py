"""A process that appends without end and says what was acknowledged, until it is killed.

    python -m tests.fittrack.db.appending_child FOLDER STEPS

It kills itself before the STEPS-th step of its journal; with 0 it waits to be killed. Each line of
its output is `PURCHASE-ID` of a unit whose COMMIT it was told.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import Engine

from fittrack.db.journal import Committed, Head, Journal, Outcome
from fittrack.db.journal.writer_thread import WriterThread
from fittrack.db.tables.logs import drawing_log
from fittrack.kit.clock import SystemClock
from fittrack.kit.ids import uuid7
from tests.fittrack.db.faults import Watched, watched_store
from tests.fittrack.db.journal_world import WHOLE_TURNS, a_database, a_purchase

PURCHASES_AT_A_TIME = 20


def killing_itself(engine: Engine, steps: int) -> Watched:
    left = [steps]

    def step(_name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return watched_store(engine, step)


def _end(error: BaseException) -> None:
    raise SystemExit(str(error))


async def main() -> None:
    engine = a_database(Path(sys.argv[1]))
    store = killing_itself(engine, int(sys.argv[2]))
    clock = SystemClock()
    journal = Journal(WriterThread(store, clock), clock, on_fatal=_end, begin_with=WHOLE_TURNS)
    appender = journal.open(drawing_log, uuid7(), Head())
    while True:
        for _ in range(PURCHASES_AT_A_TIME):
            unit = a_purchase(uuid7(), Head())

            def tell(outcome: Outcome, unit_id: object = unit.unit_id) -> None:
                if isinstance(outcome, Committed):
                    os.write(1, f"{unit_id}\n".encode())

            appender.submit(unit, tell)
        await appender.settled()


if __name__ == "__main__":
    asyncio.run(main())
