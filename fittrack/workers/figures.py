"""What a supervisor tells its workers of all of them: it has no address, and they export it."""

from msgspec import Struct


class Figures(Struct, frozen=True, omit_defaults=True):
    """As JSON, in one line. What another version says besides is skipped, what it does not say is zero."""

    places: int = 0
    empty: int = 0
    """Places where no worker serves."""
    empty_s: float = 0.0
    """Seconds for which that has been so at one of them, the longest."""
    died: int = 0
    """Workers that ended by themselves, or were ended by somebody else, since the supervisor's start …"""
    stuck: int = 0
    """… that were ended since they stood still …"""
    renewed: int = 0
    """… and that have a successor as somebody wanted it."""
    not_renewed: int = 0
    """Successors that there were to be, and that did not come to serve."""
