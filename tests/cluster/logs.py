"""What servers say of themselves."""

import json
from typing import Any

from tests.server import Server


def lines(server: Server, event: str) -> list[dict[str, Any]]:
    """What the log says under that name, so far."""
    said = (json.loads(line) for line in server.log().splitlines() if line.startswith("{"))
    return [line for line in said if line["event"] == event]
