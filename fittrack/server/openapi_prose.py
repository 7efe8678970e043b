"""The words of the OpenAPI document that no declaration holds."""

from collections.abc import Mapping
from typing import Final

from fittrack.server.access import Access

INTRODUCTION: Final = """\
Points for tracked workouts, tickets for points, drawings that anybody can verify.

**Signing in.** People sign in with `POST /api/v1/auth/login` and send the `access_token` as a bearer token.
Programs of third parties get theirs for client credentials (OAuth 2.0) at `POST /api/v1/oauth/token`; each
operation names the scope that lets them in.

**Errors** are problem documents (RFC 9457). The address in `type` is a page that says what to do; `code` is
for programs.

**Repeating.** Send an `Idempotency-Key` with each POST, chosen once per intention: the same key and body
gives the same answer without a second effect, for 7 days.

**Versions.** What can be changed has an `ETag`. Send it back in `If-Match`: `412` means that it changed
since.

**Lists** take `page` and `limit`; long ones also a `cursor`, which goes on where the page ended whatever
was added since. `sort` turns round with a minus.

**Limits.** `RateLimit` and `RateLimit-Policy` tell what is left; `429` says in `Retry-After` when to come
back.

**Webhooks.** Rather than ask again and again, have what happens sent to you: `POST /api/v1/webhooks`, signed
by the Standard Webhooks specification.

**Live.** What happens comes over the WebSocket at `/ws`, described at `/docs/live` and in `/asyncapi.json`.
"""

TAGS: Final[Mapping[str, str]] = {
    "About": "What the server says of itself.",
    "Activities": "Exercise that was logged, and what it earned. Clients send activities, never points.",
    "Admin": "Looking after players: search, status, role, points, the audit log.",
    "Analytics": "Reports by day, week and month, as JSON or CSV.",
    "Auth": "Registration, signing in and out, passwords, second factors.",
    "Clients": "The programs of third parties: credentials, scopes, rates, use.",
    "Connections": "Trackers: connected, synced, disconnected.",
    "Development": "Demo data and migrations, in development alone.",
    "Drawing templates": "From what the schedule makes the coming drawings.",
    "Drawings": "What can be won, tickets, results, and the proof that the draw was fair.",
    "Drawings (admin)": "The life of a drawing: draft, schedule, open, close, execute, cancel.",
    "Fulfillments": "Prizes on their way from the draw to the door.",
    "Leaderboards": "Who earned most, by day, week, month and of all time, by tier.",
    "Notifications": "The inbox, and what is sent there.",
    "Points": "The ledger: balance, transactions, the day, the streak.",
    "Prizes": "What drawings give away.",
    "Profiles": "Who somebody is in the game; age bracket and tier follow from it.",
    "Reviews": "Accounts that look as if they were gaming, decisions and appeals.",
    "Sponsors": "Who gives the prizes.",
    "Third parties": "How programs sign in.",
    "Tiers": "Sex, age bracket and level, with how many players each has.",
    "Webhooks": "Signed messages to servers of third parties, by the Standard Webhooks specification.",
    "Users": "One's own account, and what others see of it.",
}
"""What each tag is about, as far as it is known here."""

WHO: Final[Mapping[Access, str]] = {
    Access.ANYONE: "Open to everybody, without a token.",
    Access.OPTIONAL: "Open to everybody; a token personalises the answer.",
    Access.SIGNED_IN: "For whoever is signed in.",
    Access.PLAYER_READ: "For whoever is signed in.",
    Access.PLAYER: "For players whose profile is complete.",
    Access.ADMIN: "For administrators.",
}
