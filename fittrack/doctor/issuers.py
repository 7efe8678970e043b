"""Those by whose word people sign in: whether their keys can be had."""

import aiohttp

from fittrack.config import OpenIdProvider, Settings
from fittrack.doctor.diagnosis import Diagnosis, ill, well
from fittrack.integrations.jwks import IssuerUnavailable, RemoteKeySet
from fittrack.kit.clock import SystemClock


async def examine_issuers(settings: Settings) -> list[Diagnosis]:
    """One for each provider to whom our apps are known."""
    providers = {"google": settings.google_sign_in, "apple": settings.apple_sign_in}
    return [await _examine(name, provider) for name, provider in providers.items() if provider.client_ids]


async def _examine(name: str, provider: OpenIdProvider) -> Diagnosis:
    async with aiohttp.ClientSession() as session:
        try:
            keys = await RemoteKeySet(session, provider.jwks_url, SystemClock()).fetch()
        except IssuerUnavailable as error:
            return ill(
                name,
                f"{provider.jwks_url} gives no keys: {error}.",
                f"Check {name.upper()}_JWKS_URL, and whether it can be reached from here. "
                "Until then nobody signs in with it.",
            )
    return well(name, f"{provider.jwks_url} gives keys ({keys}) to verify ID tokens with.")
