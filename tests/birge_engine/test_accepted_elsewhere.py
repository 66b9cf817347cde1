"""What others have written independently of us takes our trees, proofs and checkpoints, and refuses changed ones."""

import base64
import hashlib
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pymerkle import ConsistencyProof, InclusionProof, InmemoryTree, InvalidProof, verify_consistency, verify_inclusion
from pymerkle.core import _consistency_path_layout, _inclusion_path_layout
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint, verify_checkpoint
from sigstore._internal.trust import Keyring
from sigstore.errors import VerificationError
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails

from birge_engine.merkle import (
    Frontier,
    ProofError,
    check_consistency,
    check_inclusion,
    consistency_proof,
    hash_leaf,
    hash_node,
    inclusion_proof,
)
from birge_engine.note import Checkpoint, Note, checkpoint_open, key_of, note_cosign, note_sign

MOST = 40
ENTRIES = [f"entry {number}".encode() for number in range(MOST)]
THEIRS = InmemoryTree.init_from_entries(ENTRIES)
NODES, ROOTS = {}, [Frontier().root()]
frontier = Frontier()
for entry in ENTRIES:
    frontier.append(hash_leaf(entry), lambda level, index, node: NODES.update({(level, index): node}))
    ROOTS.append(frontier.root())

INDEXES = [(index, size) for size in range(1, MOST + 1) for index in range(size)]
PAIRS = [(first, size) for size in range(1, MOST + 1) for first in range(1, size + 1)]

ORIGIN = "birge.test/log"
PRIVATE, WITNESS = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
KEY = key_of(ORIGIN, PRIVATE)


def node(level, index):
    return NODES[level, index]


def changed(data, place=0):
    return bytes(each ^ (number == place) for number, each in enumerate(data))


def inclusion_for_them(index, size, leaf, proof):
    rule, _ranges = _inclusion_path_layout(index + 1, size)
    return InclusionProof("sha256", True, size, index + 1, rule, [leaf, *proof])


def consistency_for_them(first, size, path):
    rule, subset, _ranges = _consistency_path_layout(first, size)
    return ConsistencyProof("sha256", True, size, first, rule, subset, path)


def consistency_for_us(first, size, path):
    """Make a proof of RFC 6962 of one of theirs.

    Theirs is the way of the leaf `first`: as far as that leaf is the leftmost one, the RFC has the hash of them all.
    """
    if first == size:
        return []
    _rule, _subset, ranges = _consistency_path_layout(first, size)
    leftmost, rest = path[0], list(zip(path[1:], ranges[1:], strict=True))
    while rest and rest[0][1][0] > first:
        leftmost = hash_node(leftmost, rest.pop(0)[0])
    if rest and rest[0][1][0] == 0:  # the whole of the earlier tree, whose root is known
        rest.pop(0)
        return [leftmost, *(each for each, _range in rest)]
    return [*(each for each, _range in rest[:1]), leftmost, *(each for each, _range in rest[1:])]


def is_taken(check, *arguments, **named):
    try:
        check(*arguments, **named)
    except (InvalidProof, VerificationError, ProofError):
        return False
    return True


def test_pymerkle_has_our_roots():
    assert [THEIRS.get_root(size) for size in range(MOST + 1)] == ROOTS


def test_pymerkle_takes_our_inclusion_proofs():
    for index, size in INDEXES:
        leaf, proof = hash_leaf(ENTRIES[index]), inclusion_proof(index, size, node)
        good = inclusion_for_them(index, size, leaf, proof)
        verify_inclusion(leaf, ROOTS[size], good, index=index + 1, size=size, algorithm="sha256")
        assert good.serialize() == THEIRS.prove_inclusion(index + 1, size).serialize()
        assert not is_taken(verify_inclusion, changed(leaf), ROOTS[size], good)
        assert not is_taken(verify_inclusion, leaf, changed(ROOTS[size]), good)
        for place in range(len(proof)):
            bad = [*proof[:place], changed(proof[place], 31), *proof[place + 1 :]]
            assert not is_taken(verify_inclusion, leaf, ROOTS[size], inclusion_for_them(index, size, leaf, bad))


def test_we_take_the_inclusion_proofs_of_pymerkle():
    for index, size in INDEXES:
        leaf, *proof = THEIRS.prove_inclusion(index + 1, size).path
        root = THEIRS.get_root(size)
        check_inclusion(index, size, leaf, proof, root)
        assert not is_taken(check_inclusion, index, size, changed(leaf), proof, root)
        assert not is_taken(check_inclusion, index, size, leaf, proof, changed(root))


def test_pymerkle_takes_our_consistency_proofs_where_they_have_the_same_hashes():
    taken = 0
    for first, size in PAIRS:
        if first == size or (first % 2 == 0 and first != size - 1):
            continue  # theirs has more hashes than that of the RFC
        proof = consistency_proof(first, size, node)
        is_whole = first & (first - 1) == 0
        path = [proof[0], ROOTS[first], *proof[1:]] if is_whole else [proof[1], proof[0], *proof[2:]]
        good = consistency_for_them(first, size, path)
        verify_consistency(ROOTS[first], ROOTS[size], good, first, size, algorithm="sha256")
        assert not is_taken(verify_consistency, changed(ROOTS[first]), ROOTS[size], good)
        assert not is_taken(verify_consistency, ROOTS[first], changed(ROOTS[size]), good)
        for place in range(len(path)):
            bad = [*path[:place], changed(path[place], 31), *path[place + 1 :]]
            assert not is_taken(verify_consistency, ROOTS[first], ROOTS[size], consistency_for_them(first, size, bad))
        taken += 1
    assert taken > MOST * MOST / 5


def test_pymerkle_takes_the_way_of_the_next_leaf_as_a_consistency_proof():
    for first, size in PAIRS:
        path = [ROOTS[size]]
        if first < size:
            path = [hash_leaf(ENTRIES[first]), *inclusion_proof(first, size, node)]
        verify_consistency(ROOTS[first], ROOTS[size], consistency_for_them(first, size, path), first, size)


def test_we_take_the_consistency_proofs_of_pymerkle():
    for first, size in PAIRS:
        proof = consistency_for_us(first, size, THEIRS.prove_consistency(first, size).path)
        before, after = THEIRS.get_root(first), THEIRS.get_root(size)
        assert proof == consistency_proof(first, size, node)
        check_consistency(first, size, before, after, proof)
        assert not is_taken(check_consistency, first, size, changed(before), after, proof)
        assert not is_taken(check_consistency, first, size, before, changed(after), proof)


def entry_for_sigstore(index, size, *, envelope=None, **other):
    named = {"log_index": index, "tree_size": size, "root_hash": ROOTS[size]}
    named |= {"hashes": inclusion_proof(index, size, node), "checkpoint": SimpleNamespace(envelope=envelope)}
    body = other.pop("canonicalized_body", ENTRIES[index])
    log_id = SimpleNamespace(key_id=KEY.id)
    proof = SimpleNamespace(**(named | other))
    return SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=body, log_id=log_id))


def keyring(private):
    encoded = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Keyring([PublicKey(raw_bytes=base64.b64encode(encoded), key_details=PublicKeyDetails.PKIX_ED25519)])


def envelope(size=MOST, root=None):
    text = Checkpoint(ORIGIN, size, ROOTS[size] if root is None else root).text()
    return str(Note(text, (note_cosign(text, "watcher.test", WITNESS, 7), note_sign(text, ORIGIN, PRIVATE))))


def test_sigstore_takes_our_inclusion_proofs():
    for index, size in INDEXES:
        verify_merkle_inclusion(entry_for_sigstore(index, size))
        proof = inclusion_proof(index, size, node)
        bad = [
            {"canonicalized_body": b"another entry"},
            {"root_hash": changed(ROOTS[size])},
            {"hashes": [*proof, hashlib.sha256().digest()]},
            {"hashes": proof[1:] if proof else [ROOTS[size]]},
            *({"hashes": [*proof[:at], changed(proof[at]), *proof[at + 1 :]]} for at in range(len(proof))),
            *({"log_index": index ^ 1} for _once in proof[:1]),
        ]
        for each in bad:
            assert not is_taken(verify_merkle_inclusion, entry_for_sigstore(index, size, **each)), each


@pytest.mark.parametrize("size", [0, 1, MOST])
def test_sigstore_reads_our_checkpoints(size):
    signed = SignedCheckpoint.from_text(envelope(size))
    read = signed.checkpoint
    assert (read.origin, read.log_size, read.log_hash, read.other_content) == (ORIGIN, size, ROOTS[size].hex(), [])
    assert [each.name for each in signed.signed_note.signatures] == ["watcher.test", ORIGIN]
    assert signed.signed_note.signatures[1].sig_hash == KEY.id
    signed.signed_note.verify(keyring(PRIVATE), KEY.id)
    assert checkpoint_open(envelope(size), KEY) == Checkpoint(ORIGIN, size, ROOTS[size])


@pytest.mark.parametrize(
    ("text", "private", "key_id"),
    [
        (envelope().replace("\n40\n", "\n41\n"), PRIVATE, KEY.id),
        (envelope().replace(ORIGIN, "birge.test/gol"), PRIVATE, KEY.id),
        (envelope(), WITNESS, KEY.id),
        (envelope(), PRIVATE, key_of("birge.test/gol", PRIVATE).id),
    ],
    ids=["another size", "another origin", "another key", "another name"],
)
def test_sigstore_refuses_a_changed_checkpoint(text, private, key_id):
    note = SignedCheckpoint.from_text(text).signed_note
    with pytest.raises(VerificationError):
        note.verify(keyring(private), key_id)


def test_sigstore_takes_an_entry_with_our_proof_and_our_checkpoint():
    good = entry_for_sigstore(12, MOST, envelope=envelope())
    verify_merkle_inclusion(good)
    verify_checkpoint(keyring(PRIVATE), good)
    for bad in (envelope(root=changed(ROOTS[MOST])), envelope(MOST - 1), envelope().replace("\n40\n", "\n41\n")):
        with pytest.raises(VerificationError):
            verify_checkpoint(keyring(PRIVATE), entry_for_sigstore(12, MOST, envelope=bad))
