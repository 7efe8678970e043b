"""A drand chain of our own, whose key the tests hold, and a server that publishes its rounds."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from aiohttp import web
from aiohttp.test_utils import TestServer
from py_arkworks_bls12381 import G2Point, Scalar

from fittrack.fairness.beacon import Beacon, Chain
from fittrack.fairness.beacon_signature import signed_point

_SECRET = Scalar(0xF17_7AC4)

OWN_CHAIN = Chain(
    chain_hash=sha256(b"a chain for tests").hexdigest(),
    genesis=datetime(2023, 8, 23, 15, 9, 27, tzinfo=UTC),
    period=timedelta(seconds=3),
    public_key=(G2Point() * _SECRET).to_compressed_bytes(),
)
OWN_CHAINS = {OWN_CHAIN.chain_hash: OWN_CHAIN}

ROUND_1000 = Beacon(
    1000,
    bytes.fromhex(
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
    ),
)
ROUND_657413 = Beacon(
    657413,
    bytes.fromhex(
        "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b"
    ),
)
"""Rounds as drand's quicknet published them."""


def signed(round_number: int) -> Beacon:
    """A round of our own chain."""
    return Beacon(round_number, (signed_point(round_number) * _SECRET).to_compressed_bytes())


def as_published(beacon: Beacon) -> bytes:
    """A round as drand's HTTP interface writes it."""
    fields = {
        "round": beacon.round,
        "randomness": beacon.randomness.hex(),
        "signature": beacon.signature.hex(),
    }
    return json.dumps(fields).encode()


class FakeDrand:
    """Publishes every round that is asked for, unless told to do something else."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.is_down = False
        self.says: bytes | None = None
        """Instead of the round."""
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        number = int(request.match_info["round"])
        self.asked.append(number)
        if self.is_down or request.match_info["chain"] != OWN_CHAIN.chain_hash:
            raise web.HTTPServiceUnavailable
        body = as_published(signed(number)) if self.says is None else self.says
        return web.Response(body=body, content_type="application/json")


@asynccontextmanager
async def a_drand() -> AsyncIterator[FakeDrand]:
    """A server on the loopback, for one test."""
    drand = FakeDrand()
    app = web.Application()
    app.router.add_get("/{chain}/public/{round}", drand.answer)
    async with TestServer(app) as server:
        drand.url = str(server.make_url("/"))
        yield drand
