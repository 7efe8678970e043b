"""The systemd unit runs commands that exist, and gives a drain its time."""

import configparser
import shlex
import subprocess
import sys

from fittrack.server.drain import DRAIN_MAX_S
from fittrack.workers.limits import END_WITHIN_S
from tests.docs.pages import text_of
from tests.docs.test_commands import leaves

UNIT = configparser.ConfigParser(interpolation=None, strict=True)
UNIT.optionxform = str  # type: ignore[assignment,method-assign]
UNIT.read_string(text_of("deploy/systemd/fittrack.service"))
SERVICE = UNIT["Service"]


PROGRAM = "/opt/fittrack/bin/fittrack"
HANGS_UP = "import os, signal; os.kill(os.getpid(), signal.SIGHUP); print('goes on')"


def test_it_runs_commands_that_exist():
    for key in ("ExecStartPre", "ExecStart"):
        command, *_ = SERVICE[key].partition(f"{PROGRAM} ")[2].split()
        assert command in leaves()


def test_a_reload_ends_no_server_that_has_not_begun_yet():
    *shell, script = shlex.split(SERVICE["ExecStart"])
    before, program, _ = script.partition(PROGRAM)
    assert program, "what it runs is Python, which knows nothing of its own before its first line"
    begun = shlex.join([sys.executable, "-c", HANGS_UP])
    ended = subprocess.run([*shell, before + begun], capture_output=True, text=True, check=False)
    assert ended.stdout == "goes on\n" and ended.returncode == 0


def test_it_waits_longer_than_a_drain_and_does_not_repeat_what_cannot_work():
    assert int(SERVICE["TimeoutStopSec"]) > max(DRAIN_MAX_S, END_WITHIN_S)
    assert SERVICE["Restart"] == "on-failure" and SERVICE["RestartPreventExitStatus"] == "2"


def test_it_writes_nowhere_but_where_its_data_is():
    assert SERVICE["ProtectSystem"] == "strict"
    assert SERVICE["ReadWritePaths"] == f"{SERVICE['WorkingDirectory']}/var"
