"""The systemd unit runs commands that exist, and gives a drain its time."""

import configparser

from fittrack.server.drain import DRAIN_MAX_S
from fittrack.workers.limits import END_WITHIN_S
from tests.docs.pages import text_of
from tests.docs.test_commands import leaves

UNIT = configparser.ConfigParser(interpolation=None, strict=True)
UNIT.optionxform = str  # type: ignore[assignment,method-assign]
UNIT.read_string(text_of("deploy/systemd/fittrack.service"))
SERVICE = UNIT["Service"]


def test_it_runs_commands_that_exist():
    for key in ("ExecStartPre", "ExecStart"):
        program, command, *_ = SERVICE[key].split()
        assert program.endswith("/bin/fittrack") and command in leaves()


def test_it_waits_longer_than_a_drain_and_does_not_repeat_what_cannot_work():
    assert int(SERVICE["TimeoutStopSec"]) > max(DRAIN_MAX_S, END_WITHIN_S)
    assert SERVICE["Restart"] == "on-failure" and SERVICE["RestartPreventExitStatus"] == "2"


def test_it_writes_nowhere_but_where_its_data_is():
    assert SERVICE["ProtectSystem"] == "strict"
    assert SERVICE["ReadWritePaths"] == f"{SERVICE['WorkingDirectory']}/var"
