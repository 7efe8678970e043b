"""Every bound of the protocol: value, unit, reason. What clients must respect is told in `welcome.limits`."""

from dataclasses import dataclass

from msgspec import Struct

KIB = 1024

MESSAGE_BYTES_MAX = 64 * KIB
"""Bytes of one inbound message. Commands are small; whoever sends more is broken or hostile."""

ACTIVITY_MESSAGE_BYTES_MAX = 256 * KIB
"""Bytes of one inbound message that holds an `activity.log`: 500 activities of 400 bytes, and some air."""

UNAUTHENTICATED_MESSAGE_BYTES_MAX = 4 * KIB
"""Bytes of one inbound message before `auth`: a token and nothing else; strangers get little memory."""

FRAMES_PER_MESSAGE_MAX = 64
"""Frames in one message, both ways: enough to pack a commit's replies, bounded work per message."""

FRAME_ID_LENGTH_MAX = 64
"""Characters of a correlation id: it is kept while the command is in flight, and echoed."""

FRAME_TYPE_LENGTH_MAX = 64
"""Characters of `t`; the longest known one has 15."""

CHANNEL_LENGTH_MAX = 128
"""Characters of `ch`; the longest known one has 44."""

CHANNELS_MAX = 50
"""Subscriptions of one connection: each costs memory and a share of the fan-out."""

COMMANDS_PER_SECOND = 20
"""Frames per second that one connection may send for long; people need fewer than one."""

COMMANDS_BURST = 100
"""Frames at once on top: an offline queue and the resubscriptions after a reconnect."""

COMMANDS_IN_FLIGHT_MAX = 64
"""Commands without an answer yet, per connection: more would only wait in the player's mailbox."""

MALFORMED_FRAMES_MAX = 8
"""Unreadable messages of one connection. A bug deserves an answer, a fuzzer does not deserve a thousand."""

ACTIVITIES_PER_COMMAND_MAX = 500
"""Activities in one `activity.log`: some days of a tracker that was offline, one commit."""

TICKETS_PER_PURCHASE_MAX = 1_000_000
"""Tickets in one purchase (SPEC 5): one range, one ledger entry."""

METRICS_MAX = 32
"""Entries of an activity's `metrics`: trackers give four to ten."""

QUANTITY_MAX = 1_000_000_000
"""The largest number of an activity: whatever its unit, nobody moves that much in a day."""

NAME_LENGTH_MAX = 64
"""Characters of a metric's or a source's name."""

FOREIGN_ID_LENGTH_MAX = 128
"""Characters of ids that others made (`external_id`, `device_id`): the width of their columns."""

POSITION_MAX = 2**53 - 1
"""The largest position in a stream: the last whole number that every client and database holds exactly."""

TOKEN_LENGTH_MAX = 3 * KIB
"""Characters of an access token: an RS256 token has about 800, and it must fit the first message."""

REPLAY_EVENTS_MAX = 1_000
"""Missed events that a resume replays; beyond, reading the lists by REST is cheaper for everybody."""

AUTH_WITHIN_S = 10.0
"""Seconds from the upgrade to `auth`: time for a slow radio, not for a slow attacker."""

PING_EVERY_S = 25.0
"""Seconds between the server's WebSocket pings: below the 30 s after which some proxies cut."""

PING_JITTER = 0.1
"""Share of `PING_EVERY_S` by which each ping varies, so that 10,000 clients never beat as one."""

SILENCE_MAX_S = 60.0
"""Seconds without inbound traffic after which a connection is dead: two pings lost, and some air."""

CLIENT_SILENCE_MAX_S = 35.0
"""Seconds without traffic after which a client reconnects: one ping lost, and some air."""

EXPIRING_BEFORE_S = 60.0
"""Seconds before the token's end at which `expiring` goes out."""

EXPIRY_GRACE_S = 25.0
"""Seconds after the token's end in which a `refresh` still saves the connection."""


class Limits(Struct, frozen=True, kw_only=True):
    """What a client must respect on this connection, as told in `welcome.limits`."""

    commands_per_second: int = COMMANDS_PER_SECOND
    commands_burst: int = COMMANDS_BURST
    commands_in_flight: int = COMMANDS_IN_FLIGHT_MAX
    channels: int = CHANNELS_MAX
    frames_per_message: int = FRAMES_PER_MESSAGE_MAX
    message_bytes: int = MESSAGE_BYTES_MAX
    activity_message_bytes: int = ACTIVITY_MESSAGE_BYTES_MAX
    activities_per_command: int = ACTIVITIES_PER_COMMAND_MAX
    tickets_per_purchase: int = TICKETS_PER_PURCHASE_MAX
    replay_events: int = REPLAY_EVENTS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The session's durations, in seconds. Settings may change them; tests shorten them."""

    auth_within: float = AUTH_WITHIN_S
    ping_every: float = PING_EVERY_S
    ping_jitter: float = PING_JITTER
    silence_max: float = SILENCE_MAX_S
    expiring_before: float = EXPIRING_BEFORE_S
    expiry_grace: float = EXPIRY_GRACE_S
