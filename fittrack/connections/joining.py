"""From a wish to a connection: consent is asked for, brought back, and made tokens (SPEC 7)."""

import secrets
from datetime import timedelta
from typing import Final, NamedTuple

from fittrack.connections import queries, rules, schemas, state_queries, tokens
from fittrack.connections.commands import ConnectTracker
from fittrack.connections.problems import (
    ConsentRefused,
    RedirectNotAllowed,
    TrackerNotConfigured,
    TrackerSunset,
    TrackerTaken,
    TrackerUnreachable,
)
from fittrack.connections.services import ConnectionServices
from fittrack.integrations.trackers.provider import Availability, Grant, OAuthFlow, Provider
from fittrack.integrations.trackers.trouble import ConsentGone, TrackerTrouble
from fittrack.kit import seal_contexts
from fittrack.kit.ids import ConnectionId, UserId, uuid7
from fittrack.kit.intention import Intention
from fittrack.server.asking import USER
from fittrack.sessions.tokens import hash_token, new_token
from protocol.shapes import instant

STATE_LIFETIME: Final = timedelta(minutes=10)
"""Time to sign in at the provider and read what is asked for."""

STATE_PREFIX: Final = "fts_"
VERIFIER_BYTES: Final = 48
"""64 characters: RFC 7636 wants 43 to 128."""


async def initiate(
    services: ConnectionServices, user_id: UserId, provider: Provider, redirect_uri: str | None
) -> schemas.Initiated:
    """Where the person goes to give consent; what lives on the phone is connected at once.

    Raises `TrackerNotConfigured`, `TrackerSunset` or `RedirectNotAllowed`.
    """
    _refuse_closed(provider)
    if provider.pushes:
        connection = await _ask_to_connect(services, user_id, _pushed(services, provider))
        return schemas.Initiated(provider=provider.name, connection=connection)
    state, verifier = new_token(STATE_PREFIX), secrets.token_urlsafe(VERIFIER_BYTES)
    uri = _redirect_uri(provider.oauth, redirect_uri)
    now = services.clock.now()
    expires_at = now + STATE_LIFETIME
    state_hash = hash_token(state)
    await services.journal.transact(
        state_queries.keep_state,
        state_hash,
        user_id=user_id,
        provider=provider.name,
        sealed_verifier=services.sealer.seal(verifier.encode(), seal_contexts.pkce_verifier(state_hash)),
        redirect_uri=uri or "none",
        now=now,
        expires_at=expires_at,
    )
    url = None
    if provider.oauth is not None and uri is not None:
        url = provider.oauth.authorization_url(state=state, verifier=verifier, redirect_uri=uri)
    return schemas.Initiated(
        provider=provider.name, authorization_url=url, state=state, expires_at=instant(expires_at)
    )


def _refuse_closed(provider: Provider) -> None:
    if provider.availability is Availability.DISABLED:
        raise TrackerNotConfigured
    if provider.availability is Availability.SUNSET:
        raise TrackerSunset


def _redirect_uri(flow: OAuthFlow | None, wanted: str | None) -> str | None:
    if flow is None:
        return None
    if wanted is not None and wanted not in flow.redirect_uris:
        raise RedirectNotAllowed("Redirect URIs are registered with the provider, and set up here")
    return wanted or flow.redirect_uris[0]


async def complete(
    services: ConnectionServices, user_id: UserId, provider: Provider, form: schemas.Callback
) -> schemas.Connection:
    """Make tokens of what the person came back with. The state works once, whatever comes of it.

    Raises `InvalidState`, `ConsentRefused`, `TrackerUnreachable`, `TrackerTaken`, or what `initiate` does.
    """
    state_hash = hash_token(form.state)
    names = services.catalogue.names_of(provider.service)
    state = await services.journal.transact(
        state_queries.use_state, state_hash, names, services.clock.now(), user_id
    )
    begun = services.catalogue.named(state.provider)
    _refuse_closed(begun)
    if begun.oauth is None or begun.reader is None:
        raise TrackerNotConfigured
    verifier = services.sealer.open(state.sealed_verifier, seal_contexts.pkce_verifier(state_hash))
    try:
        grant = await begun.oauth.exchange(
            code=form.code, verifier=verifier.decode(), redirect_uri=state.redirect_uri
        )
        account = await begun.reader.identify(grant.access_token, services.quota(state_hash.hex()))
    except ConsentGone as gone:
        raise ConsentRefused from gone
    except TrackerTrouble as trouble:
        raise TrackerUnreachable(f"{trouble.sentence}; connect again") from trouble
    connection = await _ask_to_connect(services, user_id, _granted(services, begun, grant, account))
    services.sync_due()
    services.revocation_due()
    return connection


async def connect_aggregated(
    services: ConnectionServices, provider: Provider, account: str, reference: str
) -> schemas.Connection:
    """Connect who consented at an aggregator, by the state we handed out. Raises `InvalidState`."""
    state = await services.journal.transact(
        state_queries.use_state, hash_token(reference), [provider.name], services.clock.now()
    )
    command = _pushed(services, provider, account)
    return await _ask_to_connect(services, state.user_id, command)


async def _ask_to_connect(
    services: ConnectionServices, user_id: UserId, command: ConnectTracker
) -> schemas.Connection:
    if command.account_key is not None:
        holder = await services.reads.run(queries.find_by_account, command.account_key)
        if holder is not None and holder.user_id != user_id:
            raise TrackerTaken
    answer = await services.registry.ref(USER, user_id).ask(Intention(command))
    connection: schemas.Connection = answer.body
    return connection


class _Account(NamedTuple):
    name: str | None
    key: bytes | None


def _account(service: str, account: str | None) -> _Account:
    return _Account(account, None if account is None else rules.account_key(service, account))


def _pushed(services: ConnectionServices, provider: Provider, account: str | None = None) -> ConnectTracker:
    known = _account(provider.service, account)
    return ConnectTracker(
        connection_id=ConnectionId(uuid7()),
        provider=provider.name,
        service=provider.service,
        names=services.catalogue.names_of(provider.service),
        account=known.name,
        account_key=known.key,
    )


def _granted(services: ConnectionServices, provider: Provider, grant: Grant, account: str) -> ConnectTracker:
    connection_id, now = ConnectionId(uuid7()), services.clock.now()
    sealed = tokens.seal(services.sealer, connection_id, grant.access_token, grant.refresh_token)
    known = _account(provider.service, account)
    return ConnectTracker(
        connection_id=connection_id,
        provider=provider.name,
        service=provider.service,
        names=services.catalogue.names_of(provider.service),
        account=known.name,
        account_key=known.key,
        scopes=grant.scopes,
        sealed_access=sealed.access,
        sealed_refresh=sealed.refresh,
        token_expires_at=rules.token_ends(now, grant.expires_in_s),
        next_due_at=rules.at_once(now),
    )
