"""Commands in documents that the tests do not run, each with its reason. Anything else in a document is run.

A command is left out when it runs a program of `NOT_HERE`, or begins as an entry of `PROVEN_ELSEWHERE` says,
after assignments and `.venv/bin/`. What can be seen of it without running it, other tests look at: targets of
make, commands and options of `fittrack`, files that are named by their paths.
"""

from typing import Final, NamedTuple

NOT_HERE: Final = {
    "apt-get": "changes the machine",
    "docker": "needs a Docker engine; the image is built and started by the workflow",
    "expdp": "Oracle's own, beside an Oracle server",
    "gh": "speaks to a forge",
    "git": "changes the checkout that is tested",
    "helm": "needs a Kubernetes cluster; `tests/deploy` renders the same chart",
    "kubectl": "needs a Kubernetes cluster",
    "oci": "needs an Oracle cloud tenancy",
    "pip": "reaches for a package index; what it installs is in the `test` group",
    "promtool": "Prometheus' own; `tests/deploy` reads the same rules",
    "redis-cli": "speaks to the Redis of a deployment; there is none at its default address",
    "rman": "Oracle's own, beside an Oracle server",
    "sqlplus": "Oracle's own, and needs a server",
    "sudo": "changes the machine",
    "systemctl": "changes the machine",
    "systemd-run": "needs systemd, and an installation by hand",
    "terraform": "needs its providers and a cloud account",
}
"""Programs that cannot run wherever the tests run."""


class Unrun(NamedTuple):
    """How a command begins, where it is proved instead, and why; `page` and `unless` narrow it down."""

    begins: str
    proof: str
    reason: str
    page: str = ""
    unless: str = ""


PROVEN_ELSEWHERE: Final = (
    Unrun("make run", "tests/docs/conftest.py", "it is the server that all of this runs beside"),
    Unrun("make dev", "tests/docs/conftest.py", "another name of `make run`"),
    Unrun("make demo", "tests/docs/conftest.py", "another name of `make run`"),
    Unrun("make setup", "tests/docs/conftest.py", "made the environment that these tests run in"),
    Unrun("make clean", "tests/docs/test_commands.py", "would take that environment away"),
    Unrun("make lock", "tests/deploy/test_locks.py", "asks a package index for newer versions"),
    Unrun("make db-seed", "tests/docs/conftest.py", "half a minute; `make run` has done it"),
    Unrun("make redis", "tests/redis_server.py", "may install packages"),
    Unrun("make chromium", "tests/browser/chromium.py", "may install packages"),
    Unrun("make test", "Makefile", "is what runs this"),
    Unrun("make test-", "Makefile", "parts of `make test`"),
    Unrun("python -m pytest", "Makefile", "is what runs this"),
    Unrun("make lint", "Makefile", "`make test` begins with it"),
    Unrun("make format", "Makefile", "would change the code; `make lint` looks whether it has to"),
    Unrun("make bench", "tests/benchmarks/test_benchmarks.py", "takes minutes, and a machine of its own"),
    Unrun("make soak", "tests/conftest.py", "takes an hour; its short forms are in `make test`"),
    Unrun("make smoke", "tests/e2e/test_journey.py", "is one of the tests"),
    Unrun("make screenshots", "tests/browser/screenshots.py", "would change the pictures"),
    Unrun("make docker-", "tests/deploy/test_docker_targets.py", "needs a Docker engine"),
    Unrun("python -m tests.benchmarks", "tests/benchmarks/test_benchmarks.py", "takes minutes"),
    Unrun("python -m tests.benchmarks.", "tests/benchmarks/test_benchmarks.py", "takes minutes"),
    Unrun("python docs/images/capture.py", "tests/docs/test_running.py", "would change the picture"),
    Unrun("python receiver.py", "tests/docs/test_webhook_guide.py", "runs there, and takes a message"),
    Unrun("openapi-python-client", "tests/generated/test_python_client.py", "runs there"),
    Unrun("openapi-typescript", "tests/generated/test_typescript_client.py", "runs there"),
    Unrun("fittrack serve --workers", "tests/cluster/test_workers.py", "starts a cluster there"),
    Unrun("fittrack serve", "tests/docs/conftest.py", "serves until it is stopped; `make run` does"),
    Unrun("fittrack seed", "tests/docs/conftest.py", "half a minute; `make run` has done it"),
    Unrun("fittrack migrate", "tests/oracle_net/schema.py", "Oracle migrates", "docs/oracle.md", "--sql"),
    Unrun("fittrack doctor", "tests/fittrack/doctor/test_oracle.py", "Oracle is tried", "docs/oracle.md"),
)
"""The first that fits counts."""


def reason_not_to_run(command: str, page: str, programs: set[str]) -> str:
    """Why a command is not run; nothing where it is."""
    away = [NOT_HERE[program] for program in programs if program in NOT_HERE]
    return (
        away[0] if away else next((each.reason for each in PROVEN_ELSEWHERE if _is(each, command, page)), "")
    )


def _is(each: Unrun, command: str, page: str) -> bool:
    begins = each.begins if each.begins.endswith(("-", ".")) else f"{each.begins} "
    excepted = each.unless and each.unless in command
    return f"{command} ".startswith(begins) and each.page in ("", page) and not excepted
