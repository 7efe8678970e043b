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


def page_routes() -> list[Route]:
    """Every page, what it is made of, and the client."""
    return [
        *(Asset.of_file(STATIC / folder / "index.html").at(path) for path, folder in PAGES.items()),
        *folder_routes("/pages", STATIC),
        *folder_routes("/client", CLIENT),
    ]
