"""Why a connection ends, and whether the client should come back."""

from enum import IntEnum

_OWN_CODES = range(4000, 5000)
_FIRST_STOP = 4500


class CloseCode(IntEnum):
    """The codes the server closes with: 10xx and 40xx mean reconnect and resume, 45xx mean stop."""

    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    GOING_AWAY = 4001
    SLOW_READER = 4003
    NO_HEARTBEAT = 4004
    TOKEN_EXPIRED = 4005
    BAD_TOKEN = 4500
    VERSION = 4501
    MALFORMED = 4502
    REVOKED = 4503
    REPLACED = 4504

    @property
    def reason(self) -> str:
        """A few words for the close frame; at most 123 bytes (RFC 6455, 5.5)."""
        return self.name.lower().replace("_", " ")


def may_reconnect(code: int) -> bool:
    """Whether a client may come back after `code`.

    Only the server's own 45xx say stop: what networks and proxies do to a connection (1006, 1011, 1012 and
    whatever comes) never means that the player was sent away. A 45xx unknown to this version stops too.
    """
    return not (code in _OWN_CODES and code >= _FIRST_STOP)
