"""The pages and their files. Every file is a route of its own, held in memory."""

from pathlib import Path
from typing import Final

import protocol
from fittrack.server.assets import Asset, folder_routes
from fittrack.server.routes import Route

STATIC: Final = Path(__file__).parent / "static"
CLIENT: Final = Path(protocol.__file__).parent / "js"
"""The client for browsers: pages use it as any app would."""

PAGES: Final = {"/": "player", "/ops": "ops", "/verify": "verify"}
PAGES_FOR_DEVELOPERS: Final = {"/dev": "dev"}
"""Nowhere where anything is deployed, nor are their files."""


def page_routes(*, deployed: bool) -> list[Route]:
    """Every page, what it is made of, and the client."""
    pages = PAGES if deployed else PAGES | PAGES_FOR_DEVELOPERS
    withheld = tuple(f"/pages/{folder}/" for folder in PAGES_FOR_DEVELOPERS.values()) if deployed else ()
    return [
        *(Asset.of_file(STATIC / folder / "index.html").at(path) for path, folder in pages.items()),
        *(route for route in folder_routes("/pages", STATIC) if not route.path.startswith(withheld)),
        *folder_routes("/client", CLIENT),
    ]
