"""The guide for third parties: every command of it is run, as it stands."""

from tests.docs.pages import blocks, text_of
from tests.generated.conftest import Served
from tests.generated.tools import TOGETHER, run
from tests.world import ADMIN_PASSWORD

pytestmark = TOGETHER

SERVER, ADMIN, PASSWORD = "http://127.0.0.1:8000", "admin@fittrack.example", "FitTrack-Demo-2026!"
"""As `make run` has them."""

STRICT = """set -euo pipefail
curl() { command curl --fail-with-body --show-error "$@"; }
"""


def test_every_command_does_what_the_guide_says(served: Served) -> None:
    script = "\n".join(block.text for block in blocks(text_of("docs/rest.md")) if block.language == "sh")
    here = {SERVER: served.url, ADMIN: "admin@test.example", PASSWORD: ADMIN_PASSWORD}
    for shown, real in here.items():
        assert shown in script, "the guide speaks of `make run`"
        script = script.replace(shown, real)
    told = run("bash", "-c", STRICT + script, cwd=served.folder)
    assert told.returncode == 0, told.stdout[-3_000:] + told.stderr[-3_000:]
    assert '"contact_name":"Ben Miller"' in told.stdout
    assert '"next_cursor"' in told.stdout
    assert '"requests":' in told.stdout
