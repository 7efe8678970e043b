"""Who may come in: accounts and their sessions, API clients."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from fittrack.accounts.passwords import Passwords
from fittrack.accounts.services import AccountServices
from fittrack.accounts.social.signing_in import APPLE, GOOGLE
from fittrack.app.base import Base
from fittrack.app.storage import Storage
from fittrack.clients.services import ClientServices, load_standing
from fittrack.clients.usage import UsageCounter
from fittrack.config import Settings
from fittrack.db.reads import Reads
from fittrack.integrations.jwks import RemoteKeySet
from fittrack.integrations.oidc import IdTokens, Issuer
from fittrack.kit.clock import Clock
from fittrack.kit.ids import SessionId
from fittrack.mail.postbox import Postbox
from fittrack.pubsub.broker import Broker
from fittrack.server.api_clients import ApiClients
from fittrack.server.auth import Authenticator
from fittrack.server.client_tokens import ClientTokens
from fittrack.server.principal import Standing
from fittrack.server.token_keys import TokenKeys
from fittrack.server.tokens import AccessTokens
from fittrack.sessions import queries as session_queries
from fittrack.sessions.watch import SessionWatch, inform

AUDIENCE: Final = "fittrack-api"
"""Whom access tokens are for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Knows who asks. `accounts` and `clients` are what their routes lean on."""

    passwords: Passwords
    token_keys: TokenKeys
    tokens: AccessTokens
    authenticator: Authenticator
    postbox: Postbox
    accounts: AccountServices
    clients: ClientServices


def recognise(
    base: Base, storage: Storage, *, broker: Broker, watch: SessionWatch, passwords: Passwords
) -> Identity:
    """Tokens under the keys of the settings, and what those who hold them may do as it is stored."""
    settings, clock = base.settings, base.clock
    keys, postbox = settings.make_token_keys(), Postbox(base.sealer)
    tokens = AccessTokens(keys, issuer=settings.public_url, audience=AUDIENCE, clock=clock)
    authenticator = Authenticator(tokens, partial(_load_standing, storage.reads, clock), clock)
    inform(authenticator, broker)
    return Identity(
        passwords=passwords,
        token_keys=keys,
        tokens=tokens,
        authenticator=authenticator,
        postbox=postbox,
        accounts=AccountServices(
            clock=clock,
            calendar=base.calendar,
            journal=storage.journal,
            reads=storage.reads,
            passwords=passwords,
            access_tokens=tokens,
            postbox=postbox,
            sealer=base.sealer,
            watch=watch,
            id_tokens=_id_tokens(base),
            excluded_states=settings.excluded_states,
            pepper=settings.secret_key.encode(),
            mail_hint=_mail_hint(settings),
        ),
        clients=_make_clients(base, storage, keys),
    )


def _make_clients(base: Base, storage: Storage, keys: TokenKeys) -> ClientServices:
    clock = base.clock
    tokens = ClientTokens(keys, issuer=base.settings.public_url, audience=AUDIENCE, clock=clock)
    return ClientServices(
        clock=clock,
        calendar=base.calendar,
        reads=storage.reads,
        tokens=tokens,
        known=ApiClients(tokens, partial(load_standing, storage.reads, clock), clock),
        usage=UsageCounter(storage.journal, clock, base.calendar),
    )


def _id_tokens(base: Base) -> dict[str, IdTokens]:
    """Of the providers to whom our apps are known."""
    settings, found = base.settings, {}
    for name, provider in ((GOOGLE, settings.google_sign_in), (APPLE, settings.apple_sign_in)):
        if provider.client_ids:
            issuer = Issuer(
                name=name, spellings=provider.spellings, client_ids=frozenset(provider.client_ids)
            )
            keys = RemoteKeySet(base.outgoing, provider.jwks_url, base.clock)
            found[name] = IdTokens(issuer, keys, base.clock)
    return found


async def _load_standing(reads: Reads, clock: Clock, session_id: SessionId) -> Standing | None:
    return await reads.run(session_queries.standing, session_id, clock.now())


def _mail_hint(settings: Settings) -> str:
    return "" if settings.smtp_url else f"In development it is a file in {settings.mail_dir}."
