"""Pages and documents that the server itself shows."""

import re

import pytest
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from fittrack.kit.problems import Problem
from fittrack.pages.routes import PAGES, PAGES_FOR_DEVELOPERS, page_routes
from fittrack.server.headers import HeaderPolicy
from fittrack.server.http import make_application
from fittrack.server.site import STATIC, site_routes
from tests.fittrack.server import shop


@pytest.fixture
async def site(authenticator, clock):
    routes = [
        *shop.ROUTES,
        *site_routes(shop.ROUTES, version="1.2", documents={"/asyncapi.json": {"asyncapi": "3.0.0"}}),
        *page_routes(deployed=False),
    ]
    app = make_application(routes, authenticator=authenticator, clock=clock, policy=HeaderPolicy())
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_the_openapi_document_is_served_and_valid(site):
    response = await site.get("/openapi.json")
    document = await response.json()
    validate(document)
    assert document["info"]["version"] == "1.2"
    assert "/problems/{code}" in document["paths"]
    assert "/docs" not in document["paths"]


async def test_further_documents_are_served(site):
    assert await (await site.get("/asyncapi.json")).json() == {"asyncapi": "3.0.0"}


@pytest.mark.parametrize("page", [*PAGES, *PAGES_FOR_DEVELOPERS, "/docs", "/docs/live"])
async def test_pages_load_nothing_inline_and_nothing_from_elsewhere(site, page):
    response = await site.get(page)
    text = await response.text()
    assert response.content_type == "text/html"
    assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]
    assert "<style" not in text
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert address.startswith("/"), address
        if address.startswith(("/static/", "/pages/")):
            assert (await site.get(address)).status == 200, address


def test_pages_for_developers_are_not_deployed():
    deployed = {route.path for route in page_routes(deployed=True)}
    here = {route.path for route in page_routes(deployed=False)}
    assert here - deployed == {"/dev", "/pages/dev/index.html", "/pages/dev/main.js", "/pages/dev/dev.css"}


async def test_files_are_compressed_once_and_asked_for_again_cheaply(site):
    bundle = "/static/vendor/swagger-ui/swagger-ui-bundle.js"
    first = await site.get(bundle)
    assert first.content_type == "text/javascript"
    assert first.headers["Content-Encoding"] == "gzip"
    assert "public" in first.headers["Cache-Control"]
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    again = await site.get(bundle, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize(
    "path", ["/static/../site.py", "/static/%2e%2e/site.py", "/static/", "/static//etc/passwd"]
)
async def test_only_the_files_of_the_site_are_served(site, path):
    assert (await site.get(path)).status == 404


def test_vendored_files_carry_their_licences():
    vendored = STATIC / "vendor" / "swagger-ui"
    assert "Apache License" in (vendored / "LICENSE.txt").read_text()


async def test_every_type_of_problem_has_an_address_that_explains_it(site):
    listed = await (await site.get("/problems")).json()
    assert {kind["code"] for kind in listed} == set(Problem.catalogue)
    for kind in listed:
        assert await (await site.get(f"/problems/{kind['code']}")).json() == kind
    assert (await site.get("/problems/boredom")).status == 404


async def test_a_page_of_a_problem_shows_what_is_code_as_code(site):
    answer = await site.get("/problems/insufficient-scope", headers={"Accept": "text/html"})
    page = await answer.text()
    assert "<code>WWW-Authenticate</code>" in page and "`" not in page
