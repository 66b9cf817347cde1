"""The Merkle tree of RFC 6962 and RFC 9162: hashing, proofs, and whether a proof holds.

Hashes are 32 bytes (SHA-256). A tree of `size` leaves numbers them from zero. A *node* (level, index) is the root of
the complete subtree over the leaves index·2^level up to, but without, (index + 1)·2^level; level zero are the leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

LEAF, NODE = b"\x00", b"\x01"
EMPTY = hashlib.sha256(b"").digest()
NodeOf = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof that does not prove what it claims."""


def hash_leaf(data: bytes) -> bytes:
    """Return the hash under which a leaf stands in the tree."""
    return hashlib.sha256(LEAF + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours together."""
    return hashlib.sha256(NODE + left + right).digest()


class Frontier:
    """The right edge of a tree that grows: all that is needed to append leaves and to know the root.

    `hashes` are the roots of the complete subtrees, the largest first: one for each bit set in `size`.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees")

    def append(self, leaf_hash: bytes, completed: Callable[[int, int, bytes], None] | None = None) -> None:
        """Append one leaf; report each subtree that it completes as (level, index, hash), the leaf itself included."""
        node, index, level = leaf_hash, self.size, 0
        if completed is not None:
            completed(0, index, node)
        while index & 1:
            node = hashlib.sha256(NODE + self.hashes.pop() + node).digest()
            index >>= 1
            level += 1
            if completed is not None:
                completed(level, index, node)
        self.hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves appended so far."""
        if not self.hashes:
            return EMPTY
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = hash_node(left, node)
        return node


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over these leaves, read once."""
    frontier = Frontier()
    for each in leaf_hashes:
        frontier.append(each)
    return frontier.root()


def range_root(start: int, end: int, node: NodeOf) -> bytes:
    """Return the root over the leaves from `start` up to, but without, `end`.

    `start` must be a multiple of the smallest power of two that is not below `end - start`, as it is wherever RFC 6962
    splits a tree.
    """
    frontier: list[bytes] = []
    while start < end:
        level = min((start & -start).bit_length() - 1 if start else end.bit_length(), (end - start).bit_length() - 1)
        frontier.append(node(level, start >> level))
        start += 1 << level
    if not frontier:
        return EMPTY
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = hash_node(left, root)
    return root


def inclusion_proof(index: int, size: int, node: NodeOf) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the tree of `size` (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} has no leaf {index}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + _largest_power_below(end - start)
        if index < split:
            proof.append(range_root(split, end, node))
            end = split
        else:
            proof.append(range_root(start, split, node))
            start = split
    return proof[::-1]


def consistency_proof(first: int, size: int, node: NodeOf) -> list[bytes]:
    """Return the hashes that prove the tree of `first` to be the beginning of the tree of `size` (RFC 9162, 2.1.4.1).

    Empty for `first` zero or equal to `size`.
    """
    if not 0 <= first <= size:
        raise ProofError(f"a tree of {first} is not the beginning of a tree of {size}")
    if first in (0, size):
        return []
    proof: list[bytes] = []
    start, end, whole = 0, size, True
    while first != end:
        split = start + _largest_power_below(end - start)
        if first <= split:
            proof.append(range_root(split, end, node))
            end = split
        else:
            proof.append(range_root(start, split, node))
            start, whole = split, False
    if not whole:
        proof.append(range_root(start, end, node))
    return proof[::-1]


def check_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless the leaf stands at `index` in the tree of `size` with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} has no leaf {index}")
    _check_lengths([leaf_hash, root, *proof])
    here, last, node = index, size - 1, leaf_hash
    for each in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if here & 1 or here == last:
            node = hash_node(each, node)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = hash_node(node, each)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    if node != root:
        raise ProofError("the proof leads to another root: the entry is not in this tree at this place")


def check_consistency(first: int, size: int, first_root: bytes, root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofError unless the tree of `size` begins with the tree of `first` (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= size:
        raise ProofError(f"a tree of {first} is not the beginning of a tree of {size}")
    _check_lengths([first_root, root, *proof])
    if first in (0, size):
        if proof or (first == size and first_root != root) or (first == 0 and first_root != EMPTY):
            raise ProofError("the two trees are not one: they have other roots for the same entries")
        return
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        raise ProofError("the proof is too short")
    here, last = first - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for each in path[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if here & 1 or here == last:
            old, new = hash_node(each, old), hash_node(each, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = hash_node(new, each)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    if old != first_root or new != root:
        raise ProofError("the later tree does not begin with the earlier one: history was changed")


def _check_lengths(hashes: Iterable[bytes]) -> None:
    # Two neighbours are hashed as one text: cut at another place, they would prove something else.
    if any(len(each) != len(EMPTY) for each in hashes):
        raise ProofError("a hash has a wrong length")


def _largest_power_below(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)
