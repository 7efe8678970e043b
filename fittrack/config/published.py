"""Defaults that let a fresh machine start. Everybody knows them, so nothing that is deployed may use them."""

from typing import Final

DEVELOPMENT_SECRET: Final = "only-for-development-never-for-production"  # noqa: S105
DEVELOPMENT_TOKEN_KEYS: Final = "dev:ZGV2ZWxvcG1lbnQga2V5LCBvcGVuIHRvIGFueWJvZHk="  # noqa: S105
PUBLISHED_SECRETS: Final = (DEVELOPMENT_SECRET, "changeme", "change-me", "secret", "your-secret-key")
