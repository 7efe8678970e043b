"""Who runs what: every node comes to the same answer, and little moves when one comes or goes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fittrack.cluster.view import SLOTS, View, slot_of
from fittrack.kit.ids import uuid7

nodes = st.lists(st.text("abcdef0123456789-", min_size=1, max_size=12), min_size=1, max_size=6, unique=True)


@given(nodes, st.randoms())
def test_the_order_in_which_nodes_are_heard_of_does_not_matter(names, random):
    shuffled = list(names)
    random.shuffle(shuffled)
    assert View.of(1, shuffled).owners == View.of(1, names).owners


@given(nodes)
def test_a_node_that_leaves_moves_what_it_had_and_nothing_else(names):
    before, after = View.of(1, [*names, "leaver"]), View.of(2, names)
    for was, will_be in zip(before.owners, after.owners, strict=True):
        assert was in ("leaver", will_be)


def test_shares_are_about_equal():
    shares = Counter(View.of(1, [f"node-{number}" for number in range(4)]).owners)
    assert all(abs(share - SLOTS / 4) < SLOTS / 20 for share in shares.values())


def test_actors_spread_over_the_slots_whatever_their_kind_of_id():
    players = {slot_of("user", uuid7()) * 64 // SLOTS for _ in range(2_000)}
    boards = {
        slot_of("leaderboard", f"daily:2026-06-{day:02}:{tier}") for day in range(30) for tier in range(31)
    }
    assert len(players) == 64
    assert len(boards) > 700


def test_without_nodes_nobody_owns_anything():
    assert View.of(0, []).owners == ()
