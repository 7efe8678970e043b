"""Trees of the shape of RFC 9162."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.fairness.merkle import (
    BLOCK_HEIGHT,
    EMPTY_ROOT,
    PathFinder,
    RootBuilder,
    inclusion_path,
    root_from_path,
    root_of,
)
from tests.fittrack.fairness.reference import merkle_root

BLOCK = 1 << BLOCK_HEIGHT

# The eight leaves, and the roots over the first n, of the tests of Certificate Transparency (RFC 6962).
CT_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(number: int) -> list[bytes]:
    return [sha256(index.to_bytes(4, "big")).digest() for index in range(number)]


@pytest.mark.parametrize("number", range(1, 9))
def test_roots_are_those_of_certificate_transparency(number: int) -> None:
    hashed = [sha256(b"\0" + bytes.fromhex(leaf)).digest() for leaf in CT_LEAVES[:number]]
    assert root_of(hashed).hex() == CT_ROOTS[number - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert RootBuilder().root() == root_of([]) == EMPTY_ROOT == sha256(b"").digest()


@given(st.integers(0, 300))
def test_folding_levels_gives_the_recursive_root(number: int) -> None:
    assert root_of(leaves(number)) == merkle_root(leaves(number))


@pytest.mark.parametrize("number", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 5 * BLOCK + 7])
def test_a_root_can_be_built_leaf_by_leaf(number: int) -> None:
    builder = RootBuilder()
    builder.extend(leaves(number))
    assert builder.size == number
    assert builder.root() == merkle_root(leaves(number))


def test_a_growing_tree_tells_its_root_at_any_time() -> None:
    builder = RootBuilder()
    for number, leaf in enumerate(leaves(2 * BLOCK + 2), 1):
        builder.append(leaf)
        if number % 97 == 0:
            assert builder.root() == merkle_root(leaves(number))


@given(st.integers(1, 200), st.data())
def test_a_path_leads_to_the_root_and_from_nowhere_else(size: int, data: st.DataObject) -> None:
    nodes = leaves(size)
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    path = inclusion_path(index, nodes)
    assert root_from_path(nodes[index], index, size, path) == root_of(nodes)
    if other != index:
        assert root_from_path(nodes[other], index, size, path) != root_of(nodes)
        assert root_from_path(nodes[index], other, size, path) != root_of(nodes)


@given(st.integers(1, 200), st.data())
def test_a_path_too_long_or_too_short_proves_nothing(size: int, data: st.DataObject) -> None:
    nodes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, nodes)
    assert root_from_path(nodes[index], index, size, [*path, bytes(32)]) is None
    if path:
        assert root_from_path(nodes[index], index, size, path[:-1]) != root_of(nodes)


@pytest.mark.parametrize(("index", "size"), [(-1, 1), (1, 1), (0, 0)])
def test_leaves_outside_the_tree_have_no_proof(index: int, size: int) -> None:
    assert root_from_path(bytes(32), index, size, []) is None
    with pytest.raises(IndexError):
        inclusion_path(index, leaves(size))


@pytest.mark.parametrize("size", [1, BLOCK, BLOCK + 1, 2 * BLOCK + 500, 7 * BLOCK])
def test_paths_of_large_trees_need_one_block_of_leaves(size: int) -> None:
    nodes = leaves(size)
    finder = PathFinder(size, [root_of(nodes[at : at + BLOCK]) for at in range(0, size, BLOCK)])
    assert finder.root() == merkle_root(nodes)
    for index in {0, size // 2, size - 1}:
        block = finder.block_of(index)
        assert finder.path(index, nodes[block.start : block.stop]) == inclusion_path(index, nodes)
    with pytest.raises(IndexError):
        finder.block_of(size)
