"""Whatever the channels are told of a drawing's life can be told again from the database, word for word."""

from datetime import timedelta

from fittrack.drawings.commands import CancelDrawing, OpenDrawing
from fittrack.drawings.model import Eligibility, UserType
from fittrack.drawings.visibility import ORDINARY, PREMIUM
from fittrack.kit.ids import DrawingId, SessionId, uuid7
from fittrack.kit.standing import AccountStatus, Role
from fittrack.pubsub.messages import ChannelEvent
from fittrack.server.principal import Principal
from protocol.channels import DrawingChannel, DrawingsChannel
from protocol.frames import Payload
from protocol.outbound import DrawingsSnapshot
from tests.actors.house import House

Told = tuple[str, str, str, Payload]
"""Channel, audience, what it is, its words."""


def told(events: list[ChannelEvent]) -> list[Told]:
    return [(event.channel, event.audience, event.once, event.payload) for event in events if event.lasting]


async def found(house: House, since: timedelta, drawing_id: DrawingId | None = None) -> list[Told]:
    """What a node finds that looks so far back; of one drawing's own channel, or of them all."""
    looked = await house.node.server.gateway.lasting_since(house.clock.now() - since)
    own = "drawings" if drawing_id is None else str(DrawingChannel(drawing_id))
    return told([event for _, event in looked if event.channel == own])


async def test_a_life_that_ends_with_winners(house: House) -> None:
    ordinary, premium = house.overhear(ORDINARY), house.overhear(PREMIUM)
    player = await house.player()
    drawing_id = await house.drawing(opened=False)
    own = house.listen(drawing_id)

    async def is_found_as_told() -> None:
        """The latest word of all three."""
        everywhere = await found(house, timedelta(minutes=2))
        assert everywhere[-2:] == [told(ordinary)[-1], told(premium)[-1]]
        assert (await found(house, timedelta(minutes=2), drawing_id))[-1:] == told(own)[-1:]

    assert await found(house, timedelta(minutes=2)) == [*told(ordinary), *told(premium)]
    await house.run(drawing_id, OpenDrawing())
    await is_found_as_told()
    await house.buy(player, drawing_id, 3)
    await house.pass_time(minutes=60)
    await is_found_as_told()
    await house.pass_time(minutes=5)
    await is_found_as_told()
    kinds = [event.once.split()[0] for event in ordinary]
    assert kinds == ["drawing.added", "drawing.opened", "drawing.closed", "drawing.completed"]
    all_of_it = [once for _, _, once, _ in await found(house, timedelta(hours=2), drawing_id)]
    assert all_of_it == [once for _, _, once, _ in told(own)]


async def test_what_happened_before_is_not_looked_for(house: House) -> None:
    drawing_id = await house.drawing()
    own = house.listen(drawing_id)
    await house.pass_time(minutes=61)
    assert await found(house, timedelta(minutes=2), drawing_id) == told(own)
    assert [each[2].split()[0] for each in told(own)] == ["drawing.closed"]
    await house.pass_time(minutes=3)
    assert await found(house, timedelta(minutes=1)) == []


async def test_a_cancellation_with_its_reason_and_only_to_who_may_see_the_drawing(house: House) -> None:
    ordinary, premium = house.overhear(ORDINARY), house.overhear(PREMIUM)
    drawing_id = await house.drawing(
        eligibility=Eligibility(user_type=UserType.PREMIUM, min_account_age_days=0)
    )
    own = house.listen(drawing_id)
    await house.run(drawing_id, CancelDrawing("The sponsor left."))
    assert await found(house, timedelta(minutes=1)) == told(premium)
    assert await found(house, timedelta(minutes=1), drawing_id) != told(
        own
    )  # the opening, before we listened
    assert (await found(house, timedelta(minutes=1), drawing_id))[-1:] == told(own)
    assert not ordinary


async def test_what_a_cancelled_drawing_had_sold_is_shown_in_the_list(house: House) -> None:
    player, drawing_id = await house.player(), await house.drawing()
    await house.buy(player, drawing_id, 3)
    await house.run(drawing_id, CancelDrawing("The sponsor left."))
    looks = Principal(
        user_id=player,
        session_id=SessionId(uuid7()),
        role=Role.USER,
        status=AccountStatus.ACTIVE,
        profile_complete=True,
        expires_at=house.clock.now() + timedelta(hours=1),
    )
    shown = await house.node.server.gateway.snapshot(looks, DrawingsChannel())
    assert isinstance(shown.payload, DrawingsSnapshot)
    [drawing] = shown.payload.drawings
    assert (drawing.status, drawing.total_tickets, drawing.entrants) == ("cancelled", 3, 1)


async def test_a_quiet_drawing_is_told_how_it_stands(house: House) -> None:
    later = house.clock.now() + timedelta(hours=3)  # within the last hour it ticks often anyway
    drawing_id = await house.drawing(ticket_sales_close=later, drawing_time=later + timedelta(hours=1))
    own = house.listen(drawing_id)
    player = await house.player()
    await house.buy(player, drawing_id, 3)
    await house.pass_time(seconds=30)
    last = [event for event in own if event.payload.TYPE == "drawing.tick"][-1]
    channel = str(DrawingChannel(drawing_id))
    assert not await house.node.server.gateway.missed(channel, house.node.actors.outlet.position())
    [tick] = await house.node.server.gateway.missed(channel, last.seq)
    assert tick.seq > last.seq
    assert (tick.payload.tickets, tick.payload.status) == (3, "open")  # type: ignore[attr-defined]
