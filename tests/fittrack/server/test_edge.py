"""What every answer carries: ids, headers, problems, compression, versions, figures."""

import gzip
import json

import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import generate_latest

from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from tests.fittrack.server import shop
from tests.fittrack.server.test_input import SHOES, refused
from tests.logs import lines

__all__ = ["lines"]

SHOE = f"{SHOES}/0190b5b0-0000-7000-8000-000000000000"


@pytest.mark.parametrize("path", [SHOES, SHOE, "/nowhere", "/api/v1/stumble", "/api/v1/me"])
async def test_every_answer_carries_the_security_headers(client, path):
    headers = (await client.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Server"] == "FitTrack"
    assert "Strict-Transport-Security" not in headers


async def test_a_request_id_is_kept_when_it_is_harmless(client):
    given = "trace-1.b_7"
    assert (await client.get(SHOES, headers={"X-Request-ID": given})).headers["X-Request-ID"] == given


@pytest.mark.parametrize("harmful", ["a b", "<script>", "x" * 65, "", "é", "---"])
async def test_a_harmful_request_id_is_replaced(client, harmful):
    answered = (await client.get(SHOES, headers={"X-Request-ID": harmful})).headers["X-Request-ID"]
    assert answered != harmful
    assert answered.isascii()


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize("version", ["00-{}-00f067aa0ba902b7-01", "cc-{}-00f067aa0ba902b7-01-more"])
async def test_a_trace_names_the_request_and_its_lines_in_the_log(client, lines, version):
    response = await client.get("/api/v1/stumble", headers={"traceparent": version.format(TRACE)})
    assert response.headers["X-Request-ID"] == (await response.json())["request_id"] == TRACE
    assert lines()[0]["trace_id"] == TRACE


async def test_a_request_id_goes_before_a_trace(client):
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-ID": "mine"}
    assert (await client.get(SHOES, headers=headers)).headers["X-Request-ID"] == "mine"


@pytest.mark.parametrize(
    "unreadable",
    [
        "00-4bf92f35-00f067aa0ba902b7-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-00f067aa0ba902b7-01-more",
    ],
)
async def test_what_is_no_trace_is_ignored(client, unreadable):
    answer = await client.get(SHOES, headers={"traceparent": unreadable})
    assert TRACE not in answer.headers["X-Request-ID"].lower()


async def test_what_is_on_its_way_out_says_so(client):
    answer = await client.get(f"{SHOES}/former")
    assert answer.headers["Deprecation"] == "@1767225600"
    assert answer.headers["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert answer.headers["Link"] == f'<{SHOES}>; rel="successor-version"'
    assert "Deprecation" not in (await client.get(SHOES)).headers


async def test_a_problem_names_the_request_and_what_it_is_about(client):
    response = await client.post(f"{SHOES}/buy", headers={"X-Request-ID": "r1"})
    assert await refused(response, 409, "sold-out") == {
        "type": "/problems/sold-out",
        "title": "No such shoe is left",
        "status": 409,
        "detail": "Every shoe of that size was bought",
        "instance": f"{SHOES}/buy",
        "code": "sold-out",
        "request_id": "r1",
        "retryable": False,
        "after_ms": 1500,
    }
    assert response.headers["Retry-After"] == "2"
    assert response.headers["Cache-Control"] == "no-store"


async def test_what_is_unexpected_is_internal_and_tells_nothing(client):
    response = await client.get("/api/v1/stumble")
    problem = await refused(response, 500, "internal")
    assert "love" not in json.dumps(problem)
    assert "Traceback" not in json.dumps(problem)


async def test_unknown_addresses_and_methods_are_problems_too(client):
    await refused(await client.get("/nowhere"), 404, "not-found")
    response = await client.delete(SHOES)
    await refused(response, 405, "method-not-allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


async def test_head_is_a_get_without_its_body(client):
    response = await client.head(SHOE)
    assert response.status == 200
    assert await response.read() == b""
    assert response.headers["ETag"].startswith('"7')


# --- Other origins ---


async def test_pages_of_allowed_origins_may_read(client):
    response = await client.get(SHOES, headers={"Origin": "https://app.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "Origin" in response.headers.getall("Vary")


async def test_pages_of_other_origins_may_not(client):
    response = await client.get(SHOES, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_browsers_that_ask_first_are_answered(client):
    ask = {"Access-Control-Request-Method": "POST"}
    yes = await client.options(SHOES, headers={"Origin": "https://app.example", **ask})
    assert yes.status == 204
    assert "POST" in yes.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in yes.headers["Access-Control-Allow-Headers"]
    no = await client.options(SHOES, headers={"Origin": "https://evil.example", **ask})
    assert "Access-Control-Allow-Methods" not in no.headers


# --- Compression ---


async def raw(client, path: str, **headers: str):
    return await client.request("POST" if "sign-in" in path else "GET", path, headers=headers)


async def test_long_answers_are_compressed_for_who_takes_it(client):
    session = client.session
    session._auto_decompress = False
    packed = await raw(client, SHOE, **{"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == '"7-gzip"'
    assert json.loads(gzip.decompress(await packed.read()))["size"] == 40
    for takes in ("*", "gzip;q=0.5", "GZIP ; Q=1", "br;q=0, *;q=0.1", "identity;q=0.5, gzip"):
        packed = await raw(client, SHOE, **{"Accept-Encoding": takes})
        assert packed.headers["Content-Encoding"] == "gzip", takes
    for refuses in (
        "identity",
        "gzip;q=0, identity",
        "br",
        "*, gzip;q=0",
        "gzip;q=0.000",
        "gzip;q=0.2, identity",
        "gzip;q=nonsense",
        "*;q=0",
    ):
        plain = await raw(client, SHOE, **{"Accept-Encoding": refuses})
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in plain.headers.getall("Vary")


async def test_short_answers_are_not_compressed(client):
    response = await raw(client, f"{SHOES}/by-color/red", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers


async def test_answers_with_tokens_are_neither_compressed_nor_stored(client):
    response = await raw(client, "/api/v1/sign-in", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


# --- Versions ---


@pytest.mark.parametrize("known", ['"7"', 'W/"7"', '"7-gzip"', '"1", "7"', "*"])
async def test_who_has_this_version_is_not_sent_it_again(client, known):
    response = await client.get(SHOE, headers={"If-None-Match": known})
    assert response.status == 304
    assert await response.read() == b""
    assert response.headers["ETag"].startswith('"7')


async def test_a_change_of_another_version_is_refused(client):
    lace = {"color": "red"}
    changed = await client.patch(SHOE, json=lace, headers={"If-Match": '"7"'})
    assert changed.status == 204
    assert (await client.patch(SHOE, json=lace)).status == 204
    stale = await client.patch(SHOE, json=lace, headers={"If-Match": '"6"'})
    await refused(stale, 412, "precondition-failed")


# --- Figures ---


async def test_requests_are_counted_by_route_and_status(client, metrics):
    await client.get(f"{SHOES}?limit=1")
    await client.get(f"{SHOES}?limit=0")
    await client.get(SHOE)
    await client.get("/nowhere")
    text = generate_latest(metrics).decode()
    assert 'fittrack_http_requests_total{method="GET",route="/api/v1/shoes",status="200"} 1.0' in text
    assert 'fittrack_http_requests_total{method="GET",route="/api/v1/shoes",status="400"} 1.0' in text
    assert 'fittrack_http_requests_total{method="GET",route="/api/v1/shoes/{id}",status="200"} 1.0' in text
    assert 'fittrack_http_requests_total{method="*",route="*",status="404"} 1.0' in text
    assert 'fittrack_http_request_duration_seconds_count{method="GET",route="/api/v1/shoes"} 2.0' in text


async def test_in_production_browsers_are_told_to_stay_with_https(authenticator, clock):
    policy = HeaderPolicy(https_only=True)
    app = make_application(shop.ROUTES, authenticator=authenticator, clock=clock, policy=policy)
    async with TestClient(TestServer(app)) as client:
        for path in (SHOES, "/nowhere"):
            headers = (await client.get(path)).headers
            assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
