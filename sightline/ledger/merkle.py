"""Hash trees as Certificate Transparency builds them (RFC 6962, section 2.1), and their proofs.

Leaf: SHA-256(0x00 ‖ data). Node: SHA-256(0x01 ‖ left ‖ right). The left part of a tree of n leaves
holds the largest power of two below n. All functions take leaf hashes, 32 bytes each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import iter_unpack

SIZE = 32
SLICE = 2**15
"""Leaves of a slice: of a large tree a perfect subtree, which can be checked by itself.

The root over the roots of all slices is the root of the tree."""

EMPTY_ROOT = sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\0" + data).digest()


def root(leaves: bytes) -> bytes:
    """The root over leaf hashes that stand one behind the other."""
    if not leaves:
        return EMPTY_ROOT
    level = leaves
    while len(level) >= 2 * SIZE:
        level = _above(level)
    return level


def inclusion_path(leaves: bytes, index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root, lowest first (RFC 6962, 2.1.1)."""
    path = []
    level = leaves
    while len(level) >= 2 * SIZE:
        sibling = (index ^ 1) * SIZE
        if sibling < len(level):
            path.append(level[sibling : sibling + SIZE])
        level, index = _above(level), index // 2
    return path


def _above(level: bytes) -> bytes:
    """The level above: pairs joined, a last one without partner carried up as it is."""
    whole = len(level) - len(level) % (2 * SIZE)
    begun, joined = sha256(b"\1").copy, []  # a copy costs a quarter less than a hash from scratch
    for (pair,) in iter_unpack(f"{2 * SIZE}s", memoryview(level)[:whole]):
        node = begun()
        node.update(pair)
        joined.append(node.digest())
    joined.append(level[whole:])
    return b"".join(joined)


@dataclass(frozen=True, slots=True)
class Range:
    """A growing tree by its perfect subtrees, largest first: all that is needed to append to it."""

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Range:
        """The tree with one more leaf."""
        roots, size = [*self.roots, leaf], self.size
        while size % 2:
            right, left = roots.pop(), roots.pop()
            roots.append(sha256(b"\1" + left + right).digest())
            size //= 2
        return Range(self.size + 1, tuple(roots))

    def root(self) -> bytes:
        """The root of the whole tree."""
        return _joined(self.roots) if self.roots else EMPTY_ROOT


def _joined(roots: Sequence[bytes]) -> bytes:
    joined = roots[-1]
    for left in reversed(roots[:-1]):
        joined = sha256(b"\1" + left + joined).digest()
    return joined
