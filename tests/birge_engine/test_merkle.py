"""Our trees are those of RFC 6962 and RFC 9162, and nothing but a true proof is taken for one."""

import hashlib
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from birge_engine.merkle import (
    EMPTY,
    Frontier,
    ProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    hash_leaf,
    hash_node,
    inclusion_proof,
    range_root,
    root_of,
)

# Leaves, roots and proofs of the reference test suites of Certificate Transparency: cpp/merkletree/merkle_tree_test.cc
# in google/certificate-transparency, and proof/verify_test.go in transparency-dev/merkle. There a leaf of an inclusion
# proof is numbered from one.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
FROM_1_TO_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
INCLUSION = [  # leaf, size, proof
    (1, 1, []),
    (1, 8, FROM_1_TO_8),
    (
        6,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        2,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [  # first, size, proof
    (1, 1, []),
    (1, 8, FROM_1_TO_8),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        7,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]
SMALL, LARGE = 300, 100_000
OTHER = b"\xaa" * 32
SIZES = [1, 2, 3, 4, 6, 7, 8, 13]


class Tree:
    """A tree that keeps all its nodes, and the root that it had at each size."""

    def __init__(self, leaves, *, roots=True):
        self.levels, self.frontier, self.roots = [], Frontier(), [EMPTY]
        for leaf in leaves:
            self.frontier.append(leaf, self.completed)
            if roots:
                self.roots.append(self.frontier.root())

    def completed(self, level, index, node):
        if level == len(self.levels):
            self.levels.append([])
        assert index == len(self.levels[level]), "a node comes once, after the one to its left"
        self.levels[level].append(node)

    def node(self, level, index):
        return self.levels[level][index]


KNOWN = Tree(hash_leaf(bytes.fromhex(each)) for each in LEAVES)


@cache
def leaf(index):
    return hashlib.sha256(b"\x00" + str(index).encode()).digest()


@cache
def tree(size):
    return Tree((leaf(each) for each in range(size)), roots=size <= SMALL)


# The definitions of RFC 6962, 2.1, word by word: D[start:end] are the leaves `start` up to, but without, `end`.


def k_of(count):
    k = 1
    while k * 2 < count:
        k *= 2
    return k


@cache
def mth(start, end):
    if start == end:
        return hashlib.sha256().digest()
    if end - start == 1:
        return leaf(start)
    k = k_of(end - start)
    return hashlib.sha256(b"\x01" + mth(start, start + k) + mth(start + k, end)).digest()


def path(m, start, end):
    if end - start == 1:
        return []
    k = k_of(end - start)
    if m < k:
        return [*path(m, start, start + k), mth(start + k, end)]
    return [*path(m - k, start + k, end), mth(start, start + k)]


def subproof(m, start, end, b):
    if m == end - start:
        return [] if b else [mth(start, end)]
    k = k_of(end - start)
    if m <= k:
        return [*subproof(m, start, start + k, b), mth(start + k, end)]
    return [*subproof(m - k, start + k, end, False), mth(start, start + k)]


def way(index, size):
    """Return at which side each hash of an inclusion proof stands."""
    if size == 1:
        return ""
    k = k_of(size)
    return way(index, k) + "r" if index < k else way(index - k, size - k) + "l"


def accepts(check, *arguments):
    try:
        check(*arguments)
    except ProofError:
        return False
    return True


def flipped(data):
    for bit in range(len(data) * 8):
        yield (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


def changed_proofs(proof):
    """Yield proofs with one bit changed, one hash less, one more, two exchanged, or cut at other places."""
    for place, each in enumerate(proof):
        yield from ([*proof[:place], other, *proof[place + 1 :]] for other in flipped(each))
        yield proof[:place] + proof[place + 1 :]
        yield [*proof[:place], each[:-1], *proof[place + 1 :]]
        yield [*proof[:place], each + b"\x00", *proof[place + 1 :]]
    for place in range(len(proof) + 1):
        yield from ([*proof[:place], more, *proof[place:]] for more in (OTHER, EMPTY, b"", *proof))
    for place in range(len(proof) - 1):
        yield [*proof[:place], proof[place + 1], proof[place], *proof[place + 2 :]]
        yield [*proof[:place], proof[place] + proof[place + 1], *proof[place + 2 :]]


def test_published_hashes_of_a_leaf_and_of_a_node():
    assert hash_leaf(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert hash_node(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size):
    assert KNOWN.roots[size].hex() == ROOTS[size]
    assert root_of(map(hash_leaf, map(bytes.fromhex, LEAVES[:size]))).hex() == ROOTS[size]
    assert range_root(0, size, KNOWN.node).hex() == ROOTS[size]


@pytest.mark.parametrize(("number", "size", "proof"), INCLUSION)
def test_published_inclusion_proofs(number, size, proof):
    proof = [bytes.fromhex(each) for each in proof]
    assert inclusion_proof(number - 1, size, KNOWN.node) == proof
    check_inclusion(number - 1, size, KNOWN.node(0, number - 1), proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("first", "size", "proof"), CONSISTENCY)
def test_published_consistency_proofs(first, size, proof):
    proof = [bytes.fromhex(each) for each in proof]
    assert consistency_proof(first, size, KNOWN.node) == proof
    check_consistency(first, size, bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[size]), proof)


def test_every_root_to_300_is_that_of_the_rfc():
    assert tree(SMALL).roots == [mth(0, size) for size in range(SMALL + 1)]
    assert tree(SMALL).roots == [range_root(0, size, tree(SMALL).node) for size in range(SMALL + 1)]


def test_every_leaf_of_every_tree_to_300_is_proven():
    node, roots = tree(SMALL).node, tree(SMALL).roots
    for size in range(1, SMALL + 1):
        for index in range(size):
            check_inclusion(index, size, leaf(index), inclusion_proof(index, size, node), roots[size])


def test_every_pair_of_trees_to_300_is_proven():
    node, roots = tree(SMALL).node, tree(SMALL).roots
    for size in range(SMALL + 1):
        for first in range(size + 1):
            check_consistency(first, size, roots[first], roots[size], consistency_proof(first, size, node))


@settings(max_examples=150, deadline=None)
@given(size=st.integers(1, LARGE), data=st.data())
def test_proofs_in_large_trees_are_those_of_the_rfc(size, data):
    index = data.draw(st.integers(0, size - 1), "index")
    first = data.draw(st.integers(1, size), "first")
    node, root = tree(LARGE).node, mth(0, size)

    assert range_root(0, size, node) == root
    assert inclusion_proof(index, size, node) == path(index, 0, size)
    assert consistency_proof(first, size, node) == subproof(first, 0, size, True)
    check_inclusion(index, size, leaf(index), path(index, 0, size), root)
    check_consistency(first, size, mth(0, first), root, subproof(first, 0, size, True))


@pytest.mark.parametrize("size", SIZES)
def test_a_changed_inclusion_proof_is_refused(size):
    for index in range(size):
        proof, root = inclusion_proof(index, size, tree(SMALL).node), tree(SMALL).roots[size]
        assert accepts(check_inclusion, index, size, leaf(index), proof, root)
        for changed in changed_proofs(proof):
            assert not accepts(check_inclusion, index, size, leaf(index), changed, root)
        for other in (*flipped(leaf(index)), leaf(index)[:-1], leaf(index) + b"\x00", b"", EMPTY):
            assert not accepts(check_inclusion, index, size, other, proof, root)
        for other in (*flipped(root), root[:-1], root + b"\x00", b"", EMPTY, tree(SMALL).roots[size + 1]):
            assert not accepts(check_inclusion, index, size, leaf(index), proof, other)


@pytest.mark.parametrize("size", SIZES)
def test_a_changed_consistency_proof_is_refused(size):
    roots = tree(SMALL).roots
    for first in range(size + 1):
        proof = consistency_proof(first, size, tree(SMALL).node)
        assert accepts(check_consistency, first, size, roots[first], roots[size], proof)
        for changed in changed_proofs(proof):
            assert not accepts(check_consistency, first, size, roots[first], roots[size], changed)
        for other in (*flipped(roots[first]), roots[first][:-1], b"", OTHER, roots[first + 1]):
            assert not accepts(check_consistency, first, size, other, roots[size], proof)
        for other in (*flipped(roots[size]), roots[size][:-1], b"", OTHER, roots[size + 1]):
            # The empty tree is the beginning of every tree.
            assert accepts(check_consistency, first, size, roots[first], other, proof) == (
                first == 0 < size and len(other) == 32
            )


def test_a_leaf_that_is_cut_out_of_its_neighbours_is_refused():
    left, right = leaf(0), leaf(1)
    assert not accepts(check_inclusion, 0, 2, b"", [left + right], hash_node(left, right))
    assert not accepts(check_inclusion, 0, 2, left[:16], [left[16:] + right], hash_node(left, right))


@pytest.mark.parametrize("size", SIZES)
def test_a_proof_that_goes_on_above_the_root_is_refused(size):
    node, roots = tree(SMALL).node, tree(SMALL).roots
    for index in range(size):
        proof = [*inclusion_proof(index, size, node), OTHER]
        assert not accepts(check_inclusion, index, size, leaf(index), proof, hash_node(OTHER, roots[size]))
        assert not accepts(check_inclusion, index, size, leaf(index), proof, hash_node(roots[size], OTHER))
        first, proof = hash_node(OTHER, roots[index]), [*consistency_proof(index, size, node), OTHER]
        assert not accepts(check_consistency, index, size, first, hash_node(OTHER, roots[size]), proof)


def test_another_place_is_refused():
    for size in range(1, 34):
        for index in range(size):
            proof, root = inclusion_proof(index, size, tree(SMALL).node), tree(SMALL).roots[size]
            others = [each for each in range(-2, size + 2) if each != index]
            assert not any(accepts(check_inclusion, each, size, leaf(index), proof, root) for each in others)


def test_another_beginning_is_refused():
    roots = tree(SMALL).roots
    for size in range(2, 34):
        for first in range(1, size + 1):
            proof = consistency_proof(first, size, tree(SMALL).node)
            others = [each for each in range(-2, size + 2) if each not in (0, first)]
            assert not any(accepts(check_consistency, each, size, roots[first], roots[size], proof) for each in others)


def test_another_size_is_refused_unless_the_way_to_the_root_is_the_same():
    # Neither proof binds the size where the way is the same: that is for the checkpoint, which has size and root.
    node, roots = tree(SMALL).node, tree(SMALL).roots
    for size in range(2, 34):
        for index in range(size):
            here, there = inclusion_proof(index, size, node), consistency_proof(index + 1, size, node)
            for other in (each for each in range(36) if each != size):
                same = index < other and way(index, other) == way(index, size)
                assert accepts(check_inclusion, index, other, leaf(index), here, roots[size]) == same
                same = same and index + 1 not in (size, other)
                assert accepts(check_consistency, index + 1, other, roots[index + 1], roots[size], there) == same
            assert not accepts(check_inclusion, index, size * 2, leaf(index), here, roots[size])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 1), (2, 1), (0, -1)])
def test_a_leaf_that_is_not_there_has_no_proof(index, size):
    with pytest.raises(ProofError):
        inclusion_proof(index, size, KNOWN.node)
    with pytest.raises(ProofError):
        check_inclusion(index, size, leaf(0), [], leaf(0))


@pytest.mark.parametrize(("first", "size"), [(1, 0), (2, 1), (-1, 1), (-1, -1)])
def test_a_tree_is_not_the_beginning_of_a_smaller_one(first, size):
    with pytest.raises(ProofError):
        consistency_proof(first, size, KNOWN.node)
    with pytest.raises(ProofError):
        check_consistency(first, size, EMPTY, EMPTY, [])


@given(before=st.integers(0, SMALL), after=st.integers(0, 40))
def test_a_restored_frontier_goes_on_as_if_it_had_never_stopped(before, after):
    straight, stopped, seen, again = Frontier(), Frontier(), [], []
    for index in range(before):
        straight.append(leaf(index))
        stopped.append(leaf(index))
    restored = Frontier(stopped.size, tuple(stopped.hashes))
    for index in range(before, before + after):
        straight.append(leaf(index), lambda *node: seen.append(node))
        restored.append(leaf(index), lambda *node: again.append(node))
        assert restored.root() == straight.root() == mth(0, index + 1)
    assert (restored.size, restored.hashes, again) == (straight.size, straight.hashes, seen)


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 0), (1, 2), (3, 1), (4, 2), (-1, 1)])
def test_a_frontier_with_too_few_or_too_many_hashes_is_refused(size, count):
    with pytest.raises(ValueError):
        Frontier(size, [OTHER] * count)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 255, 256, 257])
def test_a_frontier_reports_each_completed_node_exactly_once(size):
    seen, frontier = [], Frontier()
    for index in range(size):
        frontier.append(leaf(index), lambda *node: seen.append(node))
    complete = {
        (level, index): mth(index << level, (index + 1) << level)
        for level in range(size.bit_length())
        for index in range(size >> level)
    }
    assert len(seen) == len(complete)
    assert {(level, index): node for level, index, node in seen} == complete
