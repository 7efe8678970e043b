"""What a phone's own store of health data holds; the app reads it there and pushes it (`POST activities`)."""

from typing import Final

from fittrack.integrations.trackers.provider import Availability, Provider

APPLE_HEALTH: Final = "apple_health"
HEALTH_CONNECT: Final = "health_connect"


def apple_health() -> Provider:
    """HealthKit on iPhones: there is no server to ask."""
    return _on_the_phone(APPLE_HEALTH, "Apple Health")


def health_connect() -> Provider:
    """Health Connect on Android phones."""
    return _on_the_phone(HEALTH_CONNECT, "Health Connect")


def _on_the_phone(name: str, title: str) -> Provider:
    return Provider(name=name, title=title, service=name, availability=Availability.ACTIVE, pushes=True)
