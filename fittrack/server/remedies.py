"""What to do about each kind of problem, as the page at its `type` says: one for each kind that there is."""

from collections.abc import Mapping
from typing import Final

REMEDIES: Final[Mapping[str, str]] = {
    # --- The request itself
    "malformed": "Compare the request with /openapi.json: its body must be JSON, its parameters known and "
    "well formed. `detail` says what could not be read; `errors` name the parameters. Sending it again "
    "helps nothing.",
    "invalid-frame": "The WebSocket message is no frame of the protocol. Compare it with /asyncapi.json.",
    "validation": "`errors` names every field that is not right, by JSON pointer, and why. Show them to "
    "whoever filled in the form, or change the program; then send the request under a new Idempotency-Key.",
    "body-too-large": "A body has at most 1 MiB. Send less at once: activities in batches of up to 500.",
    "unsupported-media-type": "Send JSON with `Content-Type: application/json`, uncompressed; the token "
    "endpoint alone takes a form.",
    "method-not-allowed": "The header `Allow` names the methods of this address.",
    "not-found": "There is nothing at this address, or nothing that you may know of. Check the id; list "
    "what there is.",
    "precondition-failed": "Somebody changed it since you read it. Read it again, apply your change to what "
    "it is now, and send it with the new `ETag` in `If-Match`.",
    "idempotency-mismatch": "This Idempotency-Key was used for another request within the last 7 days. "
    "Choose a new key for each new intention, and keep it only to repeat the very same request.",
    "conflict": "`detail` says what it conflicts with. Read what is there, then decide.",
    # --- Who asks
    "unauthenticated": "Get an access token: people with `POST /api/v1/auth/login` or `refresh`, programs "
    "with `POST /api/v1/oauth/token`. Send it as `Authorization: Bearer …`. Tokens end by time and when "
    "access is taken away.",
    "forbidden": "This account or program may not do this, whatever token it gets. `detail` says who may.",
    "insufficient-scope": "The header `WWW-Authenticate` names the scope that is needed. Ask for a token "
    "with it; if the client does not have it, an admin must give it.",
    "profile-incomplete": "Until the profile is complete an account only reads. `GET "
    "/api/v1/users/me/profile/complete` names what is missing, `PUT /api/v1/users/me/profile` takes it.",
    "mfa-required": "Send a code of the authenticator to `POST /api/v1/auth/mfa/verify`, then repeat the "
    "request within ten minutes. Whoever has no authenticator yet enrols one at `mfa/enroll`.",
    "mfa-not-enrolled": "Enrol an authenticator first: `POST /api/v1/auth/mfa/enroll`, then `mfa/confirm`.",
    "wrong-code": "Take the code that the authenticator shows now; each works once. Recovery codes work too.",
    "invalid-credentials": "Check email and password. After five failures signing in is locked for a while. "
    "`POST /api/v1/auth/forgot-password` sends a code to set a new password.",
    "login-locked": "Wait as long as `Retry-After` says, then try once more, or reset the password.",
    "invalid-refresh-token": "The session has ended, or the token was used before. Sign in again; always "
    "keep the newest refresh token.",
    "invalid-token": "Codes from letters work once and for a limited time, and a newer one ends the former. "
    "Ask for another.",
    "invalid-id-token": "Have the person sign in with the provider again and send the fresh ID token at "
    "once; each works once.",
    "account-not-open": "The account is suspended or banned. Its holder may write to support.",
    "fresh-sign-in-required": "Sign in again and repeat the request within ten minutes.",
    "password-required": "Administrators sign in with email and password, never with a provider.",
    "no-password": "The account was opened with a provider. `POST /api/v1/auth/forgot-password` sends a "
    "code to set a password.",
    "registration-required": "Nobody has an account with this identity yet. Send the request again with the "
    "fields that `errors` name.",
    "invitation-open": "The code is one of an invitation: send it to `POST /api/v1/auth/accept-invitation` "
    "with a password.",
    "provider-not-configured": "This server offers no sign-in with that provider. Use another way.",
    "issuer-unreachable": "The provider's keys cannot be had at the moment. Try again after a while.",
    "email-taken": "Somebody has an account with this email. Sign in, or reset its password.",
    "display-name-taken": "Choose another display name; they are compared without regard to case.",
    # --- Playing
    "insufficient-points": "Buy fewer tickets, or earn more points first: `GET /api/v1/points/balance`.",
    "sales-closed": "No tickets are sold now: not before the opening, not after the close. `GET "
    "/api/v1/drawings?status=open` lists where they are.",
    "not-eligible": "`rule` names the first rule of entry that failed, `errors` all of them. Some are "
    "mended by verifying the email or completing the profile, others by time, others not at all.",
    "not-completed": "The drawing has no results yet. Subscribe to its channel, or ask again after its "
    "drawing time.",
    "already-appealed": "A review takes one appeal, and this one has it. An admin will decide.",
    # --- Trackers
    "invalid-state": "Begin anew with `POST /api/v1/connections/{provider}/initiate`; a state works once "
    "and not for long.",
    "consent-refused": "The provider did not accept the code. Begin anew with `initiate`.",
    "redirect-not-allowed": "Use one of the addresses that the operator has registered for apps.",
    "tracker-not-configured": "This server has no client at that provider. Offer another tracker.",
    "tracker-sunset": "The provider takes no new connections. Import its archive, or connect its successor.",
    "tracker-taken": "Another account has connected this very tracker. Disconnect it there first.",
    "tracker-unreachable": "The provider does not answer. Begin anew with `initiate` after a while.",
    "nothing-to-sync": "This tracker is reported by the phone's app: open the app instead of asking for a "
    "sync.",
    "hook-not-authentic": "Only the provider, with its secret or signature, is listened to here.",
    # --- Running drawings and prizes
    "invalid-transition": "It cannot go there from its present state. Read it again; `detail` names the "
    "state.",
    "too-early": "A drawing is executed at its drawing time or later.",
    "not-editable": "It can no longer be changed in its present state. `detail` says what still can.",
    "beacon-pending": "The round of the public beacon that decides is not there yet. The drawing is drawn "
    "by itself when it is.",
    "beacon-required": "Configure `DRAND_URL`, or allow drawings without a beacon by configuration.",
    "beacon-not-genuine": "Round or signature are not those of the beacon that decides this drawing. Fetch "
    "them again from it.",
    "free-tickets-used-up": "This person has all the free tickets that the drawing allows.",
    "evidence-used": "Each piece of evidence makes one entry. Check whether the letter was recorded before.",
    "prize-on-hold": "The winner's account is under review. Decide the review, then ship.",
    "sponsor-name-taken": "Choose another name, or use the sponsor that has it.",
    # --- Looking after accounts and programs
    "last-admin": "Make another account an administrator first.",
    "own-standing": "Have another administrator do it.",
    "status-conflict": "The account cannot take that status from its present one. Read it again.",
    "review-resolved": "Somebody has decided this review already. Read it again.",
    "client-name-taken": "Choose another name; those of deleted clients stay taken, since the audit log "
    "names them.",
    "too-many-secrets": "Revoke one of the two secrets that count, or wait until the former one ends.",
    # --- The server
    "rate-limited": "Wait as long as `Retry-After` says, then send the same request again, under the same "
    "Idempotency-Key. `RateLimit` in every answer tells how many requests are left.",
    "internal": "It is our fault and in our log under `request_id`. Repeat the request under its "
    "Idempotency-Key; tell support the `request_id` if it stays.",
    "busy": "Nothing happened. Repeat the request after `Retry-After`, or after a second, under its "
    "Idempotency-Key.",
    "outcome-unknown": "It may have happened. Repeat the very same request under its Idempotency-Key: the "
    "answer is the one of the first time if it did.",
    # --- Webhooks
    "webhook-inactive": "Nothing is sent to an endpoint that is switched off. `PATCH /api/v1/webhooks/{id}` "
    'with `{"active": true}` switches it on again, and what waited is sent.',
    "too-many-webhooks": "Delete endpoints that nobody needs any more; one may subscribe to every type.",
    "too-many-messages": "Ask for a shorter span: `until` ends it, `since` begins the next one there.",
}
"""By code."""
