"""A server whose journal fails at a chosen step: `python -m tests.chaos.faulty_server --at commit:3 …`

The writer's process counts steps from SIGUSR1 on. At the third COMMIT `--do kill` ends it and the node,
`--do kill-writer` only itself, `--do fail` has the COMMIT fail.
"""

import argparse
from functools import partial

import uvloop

from fittrack.cli.serve import run_server
from fittrack.config import load_settings
from fittrack.kit.logging import configure_logging
from tests.chaos.faulty_store import faulty_store


def main() -> None:
    """Serve until the chosen step."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--at", required=True, help="STEP:OCCURRENCE, counted from 1")
    parser.add_argument("--do", choices=("kill", "kill-writer", "fail"), required=True)
    given = parser.parse_args()
    settings = load_settings()
    configure_logging(settings.log_level, settings.log_format)
    name, _, occurrence = given.at.partition(":")
    store = partial(faulty_store, kind=given.do, name=name, occurrence=int(occurrence))
    uvloop.run(run_server(settings, given.host, given.port, store=store))


if __name__ == "__main__":
    main()
