"""Every provider that the product knows: the one place where a new one is named."""

from collections.abc import Iterable, Iterator

import aiohttp

from fittrack.config import Settings
from fittrack.connections.problems import TrackerNotConfigured
from fittrack.integrations.trackers import google_health, phone, terra
from fittrack.integrations.trackers.google_health import GoogleHealthSettings
from fittrack.integrations.trackers.google_health_data import FITBIT, GOOGLE_FIT, GOOGLE_HEALTH
from fittrack.integrations.trackers.oauth import Endpoints
from fittrack.integrations.trackers.provider import Provider
from fittrack.kit.calendar import PlatformCalendar
from fittrack.kit.clock import Clock


class Catalogue:
    """Providers by name."""

    def __init__(self, providers: Iterable[Provider]) -> None:
        self._providers = {provider.name: provider for provider in providers}

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._providers.values())

    def find(self, name: str) -> Provider | None:
        """The provider of this name."""
        return self._providers.get(name)

    def named(self, name: str) -> Provider:
        """The provider of this name. Raises `TrackerNotConfigured`."""
        provider = self._providers.get(name)
        if provider is None:
            raise TrackerNotConfigured("There is no provider of that name")
        return provider

    def names_of(self, service: str) -> list[str]:
        """The names under which a service is known."""
        return [provider.name for provider in self if provider.service == service]

    def service_of(self, name: str) -> str:
        """What stands behind a name; one that is no longer known stands for itself."""
        provider = self._providers.get(name)
        return name if provider is None else provider.service

    @property
    def fetched(self) -> dict[str, list[str]]:
        """The services that are asked by us, and the names that can be read at the moment."""
        services: dict[str, list[str]] = {}
        for provider in self:
            if provider.reader is not None and provider.oauth is not None:
                services.setdefault(provider.service, []).append(provider.name)
        return services


def catalogue(
    settings: Settings, session: aiohttp.ClientSession, clock: Clock, calendar: PlatformCalendar
) -> Catalogue:
    """The providers as they are set up here."""
    trackers = settings.trackers
    endpoints = Endpoints(
        authorize=trackers.google_authorize_url,
        token=trackers.google_token_url,
        revoke=trackers.google_revoke_url,
    )

    def google(name: str) -> Provider:
        own = settings.fitbit if name == FITBIT and settings.fitbit.client_id else settings.google
        known = GoogleHealthSettings(
            url=trackers.google_health_url,
            endpoints=endpoints,
            client_id=own.client_id,
            client_secret=own.client_secret,
            redirect_uris=trackers.redirect_uris,
            hook_secret=trackers.google_hook_secret,
        )
        return google_health.make(name, known, session, clock, calendar)

    return Catalogue(
        [
            google(FITBIT),
            google(GOOGLE_FIT),
            google(GOOGLE_HEALTH),
            phone.apple_health(),
            phone.health_connect(),
            terra.make(trackers.terra_signing_secret),
        ]
    )
