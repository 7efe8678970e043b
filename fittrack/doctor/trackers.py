"""Trackers' providers: whether we are known to them as we are set up to be."""

import aiohttp

from fittrack.config import Settings
from fittrack.connections.catalogue import catalogue
from fittrack.doctor.diagnosis import Diagnosis, ill, well
from fittrack.integrations.trackers.google_health_data import FITBIT, GOOGLE_HEALTH
from fittrack.integrations.trackers.provider import Provider
from fittrack.integrations.trackers.trouble import ConsentGone, TrackerTrouble
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import SystemClock

NO_CODE = "a-code-that-nobody-was-given"


async def examine_trackers(settings: Settings) -> list[Diagnosis]:
    """One for each OAuth client that something was set up for."""
    wanted = {
        GOOGLE_HEALTH: bool(settings.google.client_secret or settings.trackers.redirect_uris),
        FITBIT: bool(settings.fitbit.client_id),
    }
    async with aiohttp.ClientSession() as session:
        clock, calendar = SystemClock(), PlatformCalendar(settings.platform_tz)
        providers = catalogue(settings, session, clock, calendar)
        return [
            await _examine(settings, providers.named(name)) for name, is_wanted in wanted.items() if is_wanted
        ]


async def _examine(settings: Settings, provider: Provider) -> Diagnosis:
    what, url = f"tracker {provider.name}", settings.trackers.google_token_url
    if provider.oauth is None:
        remedy = "Set what is missing (docs/trackers.md); until then nobody connects."
        return ill(what, f"{provider.why[0].upper()}{provider.why[1:]}.", remedy)
    try:
        await provider.oauth.exchange(
            code=NO_CODE, verifier=NO_CODE * 2, redirect_uri=provider.oauth.redirect_uris[0]
        )
    except ConsentGone:  # it knows us, and not the code
        return well(what, f"{url} knows the OAuth client.")
    except TrackerTrouble as trouble:
        return ill(
            what,
            f"{url}: {trouble.sentence}.",
            "Check client id, secret and redirect URI, and whether it can be reached from here.",
        )
    return ill(what, f"{url} takes any code for consent.", "Check GOOGLE_TOKEN_URL: that is not Google.")
