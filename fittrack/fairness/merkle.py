"""Merkle trees of the shape of RFC 9162, section 2.1, over leaf hashes.

That shape equals folding each level pairwise and promoting an unpaired last node unchanged, which is
how it is computed here: level by level in blocks, since a call per leaf would cost more than the hash.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice

BLOCK_HEIGHT = 10
"""Leaves are folded in blocks of 2**10: large enough to be fast, small enough to be held (32 KiB)."""

_BLOCK = 1 << BLOCK_HEIGHT

EMPTY_ROOT = hashlib.sha256().digest()
"""The root of the tree without leaves."""

_NODE = hashlib.sha256(b"\x01")  # only ever copied


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    node = _NODE.copy()
    node.update(left + right)
    return node.digest()


def next_level(nodes: Sequence[bytes]) -> list[bytes]:
    """The level above `nodes`."""
    paired = len(nodes) & ~1
    above = []
    for at in range(0, paired, 2):
        node = _NODE.copy()
        node.update(nodes[at] + nodes[at + 1])
        above.append(node.digest())
    above.extend(nodes[paired:])
    return above


def root_of(nodes: Sequence[bytes]) -> bytes:
    """The root of the tree over `nodes`."""
    while len(nodes) > 1:
        nodes = next_level(nodes)
    return nodes[0] if nodes else EMPTY_ROOT


class RootBuilder:
    """Computes the root of a growing tree in O(log n) memory. Leaves come one by one or many at once."""

    __slots__ = ("_pending", "_subtrees", "size")

    def __init__(self) -> None:
        self.size = 0
        self._pending: list[bytes] = []  # fewer than a block
        self._subtrees: list[tuple[int, bytes]] = []  # (height, root), heights strictly falling

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        rest = iter(leaves)
        while chunk := list(islice(rest, _BLOCK - len(self._pending))):
            self._pending += chunk
            self.size += len(chunk)
            if len(self._pending) == _BLOCK:
                self._close_block()

    def root(self) -> bytes:
        """The root over the leaves so far. More may follow."""
        roots = [root for _, root in self._subtrees]
        if self._pending:
            roots.append(root_of(self._pending))
        if not roots:
            return EMPTY_ROOT
        root = roots.pop()
        while roots:
            root = node_hash(roots.pop(), root)
        return root

    def _close_block(self) -> None:
        height, root = BLOCK_HEIGHT, root_of(self._pending)
        self._pending = []
        while self._subtrees and self._subtrees[-1][0] == height:
            root = node_hash(self._subtrees.pop()[1], root)
            height += 1
        self._subtrees.append((height, root))


def inclusion_path(index: int, nodes: Sequence[bytes]) -> list[bytes]:
    """The siblings that lead from `nodes[index]` up to the root (RFC 9162, section 2.1.3.1)."""
    if not 0 <= index < len(nodes):
        raise IndexError("no such leaf")
    path = []
    while len(nodes) > 1:
        if (sibling := index ^ 1) < len(nodes):
            path.append(nodes[sibling])
        nodes, index = next_level(nodes), index >> 1
    return path


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which `path` leads from leaf number `index` (from 0) of `size`; `None`: not such a path.

    The algorithm of RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    node, position, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    return node if last == 0 else None


class PathFinder:
    """Finds inclusion paths in a large tree without holding it: one root per block is enough.

    A path costs hashing one block again (about a millisecond); the tree costs 32 bytes per 1,024 leaves.
    """

    __slots__ = ("_block_roots", "size")

    def __init__(self, size: int, block_roots: Sequence[bytes]) -> None:
        """`block_roots`: the root over each consecutive block of leaves, the last possibly incomplete."""
        assert len(block_roots) == -(-size // _BLOCK), "one root per block of leaves"
        self.size, self._block_roots = size, block_roots

    def root(self) -> bytes:
        """The root of the whole tree."""
        return root_of(self._block_roots)

    def block_of(self, index: int) -> range:
        """The numbers of the leaves (from 0) whose hashes `path` needs."""
        if not 0 <= index < self.size:
            raise IndexError("no such leaf")
        first = index // _BLOCK * _BLOCK
        return range(first, min(first + _BLOCK, self.size))

    def path(self, index: int, block: Sequence[bytes]) -> list[bytes]:
        """The siblings from leaf `index` to the root, given the leaf hashes of its block."""
        within = inclusion_path(index % _BLOCK, block)
        return within + inclusion_path(index // _BLOCK, self._block_roots)
