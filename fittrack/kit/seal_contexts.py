"""What each kind of sealed value is sealed for: in another row, or another column, it does not open.

Stored values depend on these bytes for as long as they live.
"""

from uuid import UUID


def drawing_seed(drawing_id: UUID) -> bytes:
    """A drawing's seed (FAIRNESS 1)."""
    return f"drawing/{drawing_id}/seed".encode()


def drawing_key(drawing_id: UUID) -> bytes:
    """The key behind a drawing's pseudonyms (FAIRNESS 1)."""
    return f"drawing/{drawing_id}/drawing-key".encode()


def letter(mail_id: UUID) -> bytes:
    """A letter that waits in the outbox."""
    return b"mail:" + mail_id.bytes


def mfa_secret(user_id: UUID) -> bytes:
    """An account's TOTP secret, whether it waits for its first code or is in force."""
    return b"mfa-secret:" + user_id.bytes


def access_token(connection_id: UUID) -> bytes:
    """A tracker's access token (SPEC 7)."""
    return b"tracker-access:" + connection_id.bytes


def refresh_token(connection_id: UUID) -> bytes:
    """A tracker's refresh token (SPEC 7)."""
    return b"tracker-refresh:" + connection_id.bytes


def pkce_verifier(state_hash: bytes) -> bytes:
    """The verifier that belongs to an OAuth `state` (SPEC 7)."""
    return b"pkce-verifier:" + state_hash


def webhook_secret(endpoint_id: UUID) -> bytes:
    """What signs an endpoint's deliveries, now or while a rotation lasts (SPEC 10)."""
    return b"webhook-secret:" + endpoint_id.bytes


def shipping_address(fulfillment_id: UUID) -> bytes:
    """Where a prize is sent (SPEC 6)."""
    return b"shipping-address:" + fulfillment_id.bytes
