"""What a node shows of itself: documents of its API, and its pages."""

from fittrack import __version__
from fittrack.clients.metadata import server_metadata
from fittrack.config import Settings
from fittrack.kit.problems import Problem
from fittrack.pages.routes import page_routes
from fittrack.server.routes import Route
from fittrack.server.site import site_routes
from fittrack.server.token_keys import TokenKeys
from protocol.asyncapi import asyncapi


def document_routes(settings: Settings, routes: list[Route], token_keys: TokenKeys) -> list[Route]:
    """Documents that describe `routes` and the live protocol; the pages."""
    url = settings.public_url
    documents: dict[str, object] = {
        "/asyncapi.json": asyncapi(
            version=__version__,
            host=url.partition("://")[2],
            secure=url.startswith("https"),
            problems=Problem.catalogue.values(),
        ),
        "/.well-known/oauth-authorization-server": server_metadata(url, settings.jwt_algorithm),
    }
    if settings.jwt_algorithm == "RS256":
        documents["/.well-known/jwks.json"] = token_keys.jwks()
    return [
        *site_routes(routes, version=__version__, documents=documents),
        *page_routes(deployed=settings.app_env.deployed),
    ]
