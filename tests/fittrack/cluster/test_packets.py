"""What goes into one packet: few messages, few bytes, whatever there is."""

from msgspec import Raw

from fittrack.cluster.packets import ITEMS_TOGETHER_MAX, PACKET_BYTES_MAX, Item, Moved, Reply, read, write


def _packets(items: list[Item]) -> list[int]:
    """How many items each packet holds; together they are what was given, in order."""
    written = list(write("ada", items))
    received = [read(data) for data, _ in written]
    assert [item for each in received for item in each.items] == items
    assert [list(each.items) for each in received] == [together for _, together in written]
    assert all(len(data) <= PACKET_BYTES_MAX for data, together in written if len(together) > 1)
    return [len(together) for _, together in written]


def _reply(size: int) -> Reply:
    return Reply(1, "notes", Raw(b"\xc6" + (size - 5).to_bytes(4, "big") + bytes(size - 5)))


def test_small_messages_are_bounded_by_their_number() -> None:
    moved: list[Item] = [Moved(number, 1) for number in range(2 * ITEMS_TOGETHER_MAX + 1)]
    assert _packets(moved) == [ITEMS_TOGETHER_MAX, ITEMS_TOGETHER_MAX, 1]
    assert _packets([]) == []


def test_large_messages_are_bounded_by_their_bytes() -> None:
    assert _packets([_reply(PACKET_BYTES_MAX // 4) for _ in range(7)]) == [3, 2, 2]


def test_a_message_above_the_bound_goes_alone() -> None:
    assert _packets([_reply(100), _reply(2 * PACKET_BYTES_MAX), _reply(100)]) == [1, 1, 1]
    assert _packets([_reply(2 * PACKET_BYTES_MAX)]) == [1]
