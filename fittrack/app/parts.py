"""Everything of a node that is behind its door, put together in the order in which one part needs another."""

from collections.abc import Callable
from dataclasses import dataclass

from fittrack.accounts.passwords import Passwords
from fittrack.app.actors import Actors, gather_actors
from fittrack.app.base import Base
from fittrack.app.identity import Identity, recognise
from fittrack.app.links import Links, link
from fittrack.app.partners import Partners, reach
from fittrack.app.storage import Storage, open_storage
from fittrack.db.handles import Engine
from fittrack.db.journal.host import WriterHost
from fittrack.db.journal.store import Store
from fittrack.fairness.beacon import Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What jobs and server lean on."""

    base: Base
    storage: Storage
    links: Links
    actors: Actors
    identity: Identity
    partners: Partners


def put_together(
    base: Base,
    *,
    on_fatal: Callable[[BaseException], None],
    passwords: Passwords,
    writer: WriterHost | None,
    store: Callable[[Engine], Store],
    chain: Chain,
) -> Parts:
    """The parts of one node; none of them runs yet. See `Node` for what is given."""
    storage = open_storage(base, on_fatal=on_fatal, writer=writer, store=store)
    links = link(base)
    actors = gather_actors(base, storage, links, chain)
    identity = recognise(base, storage, broker=links.broker, watch=actors.watch, passwords=passwords)
    partners = reach(base, storage, links, actors, identity.postbox)
    return Parts(base=base, storage=storage, links=links, actors=actors, identity=identity, partners=partners)
