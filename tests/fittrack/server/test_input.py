"""Bodies, parameters and addresses: what is read, and how what is wrong is told."""

import asyncio
import json

import pytest

from fittrack.server import parse

SHOES = "/api/v1/shoes"
REGISTER = "/api/v1/register"


async def refused(response, status: int, code: str) -> dict:
    problem = json.loads(await response.read())
    assert (response.status, problem["code"]) == (status, code), problem
    assert response.content_type == "application/problem+json"
    assert problem["type"] == f"/problems/{code}"
    assert problem["status"] == status
    return problem


def told(problem: dict) -> dict[str, str]:
    return {error["pointer"]: error["detail"] for error in problem["errors"]}


async def test_a_right_body_is_read(client, bearer):
    response = await client.post(SHOES, json={"name": "Runner", "size": 42}, headers=bearer())
    assert response.status == 201
    assert await response.json() == {"name": "Runner", "size": 42, "made_at": "2026-03-01T12:00:00.000Z"}


async def test_everything_that_is_wrong_with_a_body_is_told_at_once(client, bearer):
    body = {
        "size": 99,
        "color": "pink",
        "smell": "new",
        "laces": [{"color": "red"}, {"color": "blue", "length": -1}, 7],
    }
    problem = await refused(await client.post(SHOES, json=body, headers=bearer()), 422, "validation")
    assert told(problem) == {
        "/name": "This field is required.",
        "/size": "Must be at most 50.",
        "/color": "Must be one of: black, red.",
        "/laces/1/color": "Must be one of: black, red.",
        "/laces/1/length": "Must be more than 0.0.",
        "/laces/2": "Must be an object.",
        "/smell": "There is no such field.",
    }


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({"name": "x", "size": 40}, "/name", "Must have at least 2 characters."),
        ({"name": 5, "size": 40}, "/name", "Must be a text."),
        ({"name": "ok", "size": "40"}, "/size", "Must be a whole number."),
        ({"name": "ok", "size": 40, "laces": [{"color": "red"}] * 5}, "/laces", "Must have at most 4 items."),
        ([], "", "Must be an object."),
    ],
)
async def test_a_mistake_is_a_sentence_at_its_place(client, bearer, body, pointer, detail):
    problem = await refused(await client.post(SHOES, json=body, headers=bearer()), 422, "validation")
    assert told(problem) == {pointer: detail}


async def test_a_thousand_mistakes_are_not_all_told(client):
    body = {"shoes": [{"name": "x", "size": 0}] * 500}
    problem = await refused(await client.post(f"{SHOES}/batch", json=body), 422, "validation")
    assert len(problem["errors"]) == 50


async def test_one_and_many_are_told_apart_by_a_field(client):
    one = {"name": "Runner", "size": 42}
    assert len(await (await client.post(f"{SHOES}/batch", json=one)).json()) == 1
    assert len(await (await client.post(f"{SHOES}/batch", json={"shoes": [one, one]})).json()) == 2


async def test_registration_answers_400_to_what_is_invalid(client):
    problem = await refused(await client.post(REGISTER, json={}), 400, "validation")
    assert set(told(problem)) == {"/name", "/size"}
    problem = await refused(await client.post(REGISTER, json={"name": "ok", "size": 40}), 400, "validation")
    assert told(problem) == {"/name": "Is a weak name."}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 200_000, b'{"a":' * 100_000],
)
async def test_what_is_not_json_is_malformed(client, body):
    headers = {"Content-Type": "application/json"}
    response = await client.post(f"{SHOES}/batch", data=body, headers=headers)
    assert response.status in {400, 422}
    assert (await response.json())["code"] in {"malformed", "validation"}


async def test_a_body_that_is_not_json_by_its_type_is_refused(client):
    await refused(await client.post(REGISTER, data=b"{}"), 415, "unsupported-media-type")


async def test_a_compressed_body_is_refused(client):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    await refused(await client.post(REGISTER, data=b"{}", headers=headers), 415, "unsupported-media-type")


async def test_a_body_above_a_mebibyte_is_refused_whether_announced_or_not(client):
    headers = {"Content-Type": "application/json"}

    async def trickle():
        for _ in range(20):
            yield b" " * 65_536

    big = b" " * (1024 * 1024 + 1)
    await refused(await client.post(REGISTER, data=big, headers=headers), 413, "body-too-large")
    await refused(await client.post(REGISTER, data=trickle(), headers=headers), 413, "body-too-large")


async def test_a_body_that_does_not_arrive_is_not_waited_for(client, monkeypatch):
    monkeypatch.setattr(parse, "BODY_WITHIN_S", 0)
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head = (
        f"POST {REGISTER} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    )
    writer.write(head.encode() + b'{"name"')
    answer = await reader.readuntil(b"}")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"did not arrive in time" in answer
    writer.close()


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=101", "?page=x", "?page=1&page=2", "?fruit=1", "?color=pink"]
)
async def test_wrong_parameters_are_malformed(client, query):
    await refused(await client.get(SHOES + query), 400, "malformed")


async def test_all_wrong_parameters_are_told(client):
    problem = await refused(await client.get(f"{SHOES}?limit=0&page=0&fruit=1"), 400, "malformed")
    assert set(told(problem)) == {"/limit", "/page", "/fruit"}


async def test_a_list_says_where_it_stands(client):
    answer = await (await client.get(f"{SHOES}?page=2&limit=10")).json()
    assert answer["pagination"] == {"page": 2, "limit": 10, "total_items": 45, "total_pages": 5}
    assert len(answer["items"]) == 10


async def test_an_id_that_is_no_uuid_is_malformed(client):
    for wrong in ("7", "z190b5b0-0000-7000-8000-000000000000", "0190b5b0000070008000000000000000"):
        await refused(await client.get(f"{SHOES}/{wrong}"), 400, "malformed")


async def test_a_choice_in_the_address_that_does_not_exist_is_not_found(client):
    assert (await client.get(f"{SHOES}/by-color/red")).status == 200
    await refused(await client.get(f"{SHOES}/by-color/pink"), 404, "not-found")


async def test_of_a_name_that_is_given_twice_the_last_value_counts(client, bearer):
    body = b'{"name": "First", "size": 42, "name": "Last"}'
    headers = {"Content-Type": "application/json", **bearer()}
    assert (await (await client.post(SHOES, data=body, headers=headers)).json())["name"] == "Last"


async def test_a_body_in_a_coding_that_is_not_undone_is_refused(client):
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "gzip, chunked"}
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head = f"POST {REGISTER} HTTP/1.1\r\nHost: x\r\n" + "".join(f"{n}: {v}\r\n" for n, v in headers.items())
    writer.write(head.encode() + b"\r\n2\r\n{}\r\n0\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 415")
    writer.close()
