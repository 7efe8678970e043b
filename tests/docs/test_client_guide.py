"""The program of the guide to the browser's client runs as it is shown, in Node, beside `make run`."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from fittrack.demo.people import DEMO_PASSWORD, PLAYER_EMAIL
from tests.docs.conftest import TOGETHER, Running
from tests.docs.pages import ROOT, blocks, text_of
from tests.generated.tools import BIN, done

pytestmark = TOGETHER

SHOWN_ADDRESSES = {
    '"/client/client.js"': json.dumps((ROOT / "protocol/js/client.js").as_uri()),
    '"wss://fittrack.example/ws"': "here.ws",
}
"""What the guide writes, and what it is in Node."""

PAGE = """
const told = {balances: [], connected: []};
let heard;
const paid = new Promise((resolve) => { heard = resolve; });
const show = (balance) => { told.balances.push(balance); heard(); };
const banner = (connected) => told.connected.push(connected);
const explain = (code, message) => { throw new Error(`${code}: ${message}`); };
const {accessToken, userId, drawingId} = here;
const kept = new Map();
const getItem = (name) => kept.get(name) ?? null;
globalThis.localStorage = {getItem, setItem: (name, text) => kept.set(name, text)};
"""
"""The page around the program: what it shows, and a browser's storage."""

END = """
await paid;
client.close();
console.log(JSON.stringify(told));
"""


def asked(url: str, body: dict[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def test_the_program_buys_tickets_and_hears_of_it(running: Running, tmp_path: Path) -> None:
    api = f"{running.url}/api/v1"
    signed_in = asked(f"{api}/auth/login", {"email": PLAYER_EMAIL, "password": DEMO_PASSWORD})
    drawings = asked(f"{api}/drawings?status=open&limit=100")["items"]
    cheapest = min(drawings, key=lambda drawing: drawing["ticket_cost_points"])
    here = {
        "ws": running.url.replace("http", "ws") + "/ws",
        "accessToken": signed_in["access_token"],
        "userId": signed_in["user"]["user_id"],
        "drawingId": cheapest["drawing_id"],
    }
    [shown] = [block.text for block in blocks(text_of("protocol/js/README.md")) if block.language == "js"]
    for written, real in SHOWN_ADDRESSES.items():
        assert written in shown
        shown = shown.replace(written, real)
    program = tmp_path / "program.mjs"
    program.write_text(f"const here = {json.dumps(here)};\n{PAGE}\n{shown}\n{END}")
    told = json.loads(done(BIN / "node", program, cwd=tmp_path))
    before = signed_in["user"]["point_balance"]
    assert told["balances"] == [before - 3 * cheapest["ticket_cost_points"]]
    assert told["connected"][0] is True
