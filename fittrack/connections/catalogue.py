"""Every provider that the product knows: the one place where a new one is named."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import aiohttp

from fittrack.config import Settings, SettingsError
from fittrack.config.settings import TrackerSettings
from fittrack.connections.problems import TrackerNotConfigured
from fittrack.integrations.trackers import google_health, phone, terra
from fittrack.integrations.trackers.google_health import GoogleHealthSettings
from fittrack.integrations.trackers.google_health_data import FITBIT, GOOGLE_FIT, GOOGLE_HEALTH
from fittrack.integrations.trackers.oauth import Endpoints
from fittrack.integrations.trackers.provider import Availability, Provider
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
    def synced_sources(self) -> dict[str, list[str]]:
        """By provider, the sources whose activities it delivers itself: all but what phones report."""
        return {
            provider.name: self.names_of(provider.service)
            for provider in self
            if not provider.pushes and provider.availability is not Availability.DISABLED
        }

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
            answer_within_s=trackers.answer_within_ms / 1000,
        )
        return google_health.make(name, known, session, clock, calendar)

    known = [
        google(FITBIT),
        google(GOOGLE_FIT),
        google(GOOGLE_HEALTH),
        phone.apple_health(),
        phone.health_connect(),
        terra.make(trackers.terra_signing_secret),
    ]
    _refuse_unknown_names({provider.name for provider in known}, trackers)
    return Catalogue(_switched(provider, trackers) for provider in known)


def _refuse_unknown_names(known: set[str], trackers: TrackerSettings) -> None:
    switches = {"TRACKERS_SUNSET": trackers.sunset, "TRACKERS_DISABLED": trackers.disabled}
    faults = [
        f"{switch} names {name!r}, which is none of {', '.join(sorted(known))}"
        for switch, names in switches.items()
        for name in names
        if name not in known
    ]
    if faults:
        raise SettingsError(faults)


def _switched(provider: Provider, trackers: TrackerSettings) -> Provider:
    """The provider as operators switched it. Consent can be given back also where nothing is read."""
    if provider.name in trackers.disabled:
        why = "it is named in TRACKERS_DISABLED"
        return replace(provider, availability=Availability.DISABLED, reader=None, hook=None, why=why)
    if provider.name in trackers.sunset and provider.availability is Availability.ACTIVE:
        return replace(provider, availability=Availability.SUNSET, why="it is named in TRACKERS_SUNSET")
    return provider
