"""The WebSockets of a node."""

from collections.abc import Callable
from dataclasses import replace

from fittrack import __version__
from fittrack.app.parts import Parts
from fittrack.channels import Channels
from fittrack.config import Settings
from fittrack.gateway import Gateway
from fittrack.ops.room import OpsRoom
from fittrack.server.open_files import connections_that_fit
from fittrack.server.websocket import WebSockets, WebSocketSettings
from protocol.limits import Limits


def make_gateway(parts: Parts, ops_room: Callable[[], OpsRoom]) -> Gateway:
    """What commands and subscriptions of sockets go through. `ops_room` is asked for when it is watched."""
    registry, reads, base = parts.actors.registry, parts.storage.reads, parts.base
    position = parts.actors.outlet.position
    channels = Channels(registry, reads, base.clock, base.calendar, position=position, ops_room=ops_room)
    return Gateway(registry, reads, parts.identity.authenticator, channels, base.clock)


def make_sockets(parts: Parts, gateway: Gateway) -> WebSockets:
    """The connections of this node, within what the settings and its open files allow."""
    base, links = parts.base, parts.links
    settings = _websocket_settings(base.settings, links.node)
    return WebSockets(gateway, links.broker, base.clock, settings, links.shared)


def _websocket_settings(settings: Settings, node: str) -> WebSocketSettings:
    budgets = settings.websocket
    return WebSocketSettings(
        node=node,
        server=f"fittrack/{__version__}",
        origins=frozenset({*settings.cors_origins, settings.public_url}),
        caps=replace(budgets.caps, connections=connections_that_fit(budgets.caps.connections)),
        per_account_max=budgets.connections_per_account,
        drain_spread_s=budgets.drain_spread_s,
        limits=Limits(
            commands_per_second=budgets.commands_per_second,
            commands_burst=budgets.commands_burst,
            commands_in_flight=budgets.commands_in_flight,
        ),
    )
