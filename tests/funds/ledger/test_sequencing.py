"""Entries get their place in the public log: in order, once, without a gap, whatever is killed in between."""

import base64

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from birge_engine.leaf import leaf_decode
from birge_engine.merkle import ProofError, check_consistency, check_inclusion, hash_leaf, root_of
from birge_engine.note import checkpoint_open, key_parse
from funds.ledger.leaves import LeafMismatch
from funds.ledger.models import Checkpoint, Entry, LogKey, LogLeaf, Outbox, StatementLine
from funds.ledger.proofs import proof_of_consistency, proof_of_inclusion
from funds.ledger.sequencing import sequence, sequence_all
from funds.ledger.signing import Signer, SigningRefused
from tests.factories.ledger import BANK, HELD, K, one, openings, posted, received, sample, undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def signer(tmp_path):
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    signer.key_make()
    return signer


def logged():
    return [bytes(leaf) for leaf in LogLeaf.objects.order_by("index").values_list("entry__leaf", flat=True)]


def test_entries_wait_until_they_are_taken_and_are_then_covered_by_a_signed_checkpoint(signer):
    entries = [received(100), received(200)]
    assert Outbox.objects.count() == 2
    assert not Checkpoint.objects.exists()
    done = sequence(signer=signer)
    assert (done.taken, done.size) == (2, 2)
    assert not Outbox.objects.exists()
    assert list(LogLeaf.objects.order_by("index").values_list("index", "entry_id")) == [
        (0, entries[0].pk), (1, entries[1].pk)
    ]  # fmt: skip
    signed = checkpoint_open(Checkpoint.objects.get().note, signer.key())
    assert (signed.size, signed.root) == (2, root_of(map(hash_leaf, logged())))


def test_nothing_new_means_no_new_checkpoint(signer):
    assert sequence(signer=signer).size == 0
    received(100)
    sequence(signer=signer)
    before = Checkpoint.objects.get().note
    assert sequence(signer=signer).taken == 0
    assert Checkpoint.objects.get().note == before


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6), at_once=st.integers(1, 30))
@settings(max_examples=8, deadline=None)
def test_the_tree_is_the_same_however_it_was_cut_and_every_proof_holds(sizes, at_once, tmp_path_factory):
    signer = Signer(tmp_path_factory.mktemp("signer"), "birge.test/ledger")
    signer.key_make()
    with transaction.atomic():
        for count in sizes:
            for _n in range(count):
                received(7)
            while sequence(signer=signer, at_once=at_once).taken:
                pass
        roots = {each.size: bytes(each.root) for each in Checkpoint.objects.all()}
        hashes = [hash_leaf(leaf) for leaf in logged()]
        assert len(hashes) == sum(sizes)
        assert roots == {size: root_of(hashes[:size]) for size in roots}
        size = max(roots)
        for index in range(0, size, 7):
            check_inclusion(index, size, hashes[index], proof_of_inclusion(index, size), roots[size])
        for first in roots:
            check_consistency(first, size, roots[first], roots[size], proof_of_consistency(first, size))
        transaction.set_rollback(True)


def test_no_checkpoint_divides_a_command(signer):
    posted(*[received_draft(n) for n in range(1, 6)])
    posted(*[received_draft(n) for n in range(1, 4)])
    received(7)
    assert sequence(signer=signer, at_once=2).size == 5
    assert sequence(signer=signer, at_once=3).size == 8
    assert sequence(signer=signer, at_once=1).size == 9


def test_proofs_of_a_log_that_is_deeper_than_what_is_kept_in_one_level(signer):
    posted(*[received_draft(n) for n in range(1, 700)])
    sequence_all(signer=signer, at_once=300)
    hashes = [hash_leaf(leaf) for leaf in logged()]
    for index in (0, 255, 256, 511, 512, 698):
        check_inclusion(index, 699, hashes[index], proof_of_inclusion(index, 699), root_of(hashes))
    for first in (1, 255, 256, 300, 511, 512, 600, 698):
        proof = proof_of_consistency(first, 699)
        check_consistency(first, 699, root_of(hashes[:first]), root_of(hashes), proof)


def received_draft(amount):
    from tests.factories.ledger import draft

    return draft(K.PAYMENT_RECEIVED, (BANK, amount), (HELD, -amount))


def test_nothing_is_proved_about_what_no_checkpoint_covers(signer):
    received(100)
    sequence(signer=signer)
    with pytest.raises(ProofError):
        proof_of_inclusion(0, 2)
    with pytest.raises(ProofError):
        proof_of_inclusion(1, 1)


def test_versions_endings_and_corrections_ascend_in_the_log(signer):
    there = openings()
    for kind in K:
        if kind != K.ENTRY_REVERSED:
            with transaction.atomic():
                posted(sample(kind, there))
                transaction.set_rollback(True)
    undone(received(50))
    sequence_all(signer=signer, at_once=3)
    seen, versions = set(), {}
    for leaf in map(leaf_decode, logged()):
        for name in ("resolves", "reverses"):
            assert leaf.get(name) is None or leaf[name] in seen
        for posting in leaf["postings"]:
            if "version" in posting:
                account = (posting["account"], posting["currency"])
                assert posting["version"] == versions.get(account, 0) + 1
                versions[account] = posting["version"]
        seen.add(leaf["id"])


def test_each_account_has_a_running_balance_along_the_log(signer):
    received(100)
    received(200)
    one(K.FEE_CHARGED, (HELD, 50), (BANK, -50))
    sequence_all(signer=signer, at_once=2)
    lines = StatementLine.objects.order_by("index")
    assert list(lines.filter(account__code=HELD).values_list("amount", "balance")) == [
        (100, 100), (200, 300), (-50, 250)
    ]  # fmt: skip
    assert list(lines.filter(account__code=BANK).values_list("balance", flat=True)) == [100, 300, 250]


def test_a_crash_before_signing_leaves_places_that_the_next_run_signs(signer):
    received(100)
    with pytest.raises(SigningRefused, match="ledger_key"):
        sequence(signer=Signer(signer.folder / "empty", signer.origin))
    assert LogLeaf.objects.count() == 1
    assert not Checkpoint.objects.exists()
    received(200)
    assert sequence(signer=signer).size == 2


def test_a_crash_after_signing_and_before_the_checkpoint_was_kept_gives_the_same_checkpoint_again(signer):
    received(100)
    with transaction.atomic():
        sequence(signer=signer)
        note = Checkpoint.objects.get().note
        transaction.set_rollback(True)
    assert not Checkpoint.objects.exists()
    sequence(signer=signer)
    assert Checkpoint.objects.get().note == note


@pytest.mark.parametrize(
    ("lost", "again", "why"), [(3, 1, "4 entries were signed"), (1, 1, "other roots"), (1, 2, "changed")]
)
def test_a_database_restored_from_an_older_copy_gets_no_signature(signer, lost, again, why):
    received(100)
    sequence(signer=signer)
    with transaction.atomic():
        for _n in range(lost):
            received(200)
        sequence(signer=signer)
        transaction.set_rollback(True)  # as if the database had been put back to yesterday
    for _n in range(again):
        received(300)
    with pytest.raises(SigningRefused, match=why):
        sequence(signer=signer)
    assert Checkpoint.objects.count() == 1


@pytest.mark.plants_faults
def test_an_entry_whose_rows_were_changed_stops_the_log(signer):
    received(100)
    changed = received(200)
    with connection.cursor() as cursor:
        _switch_off_triggers(cursor)
        cursor.execute("UPDATE ledger_entry SET kind = 'fee.charged' WHERE id = %s", [_key(changed)])
    with pytest.raises(LeafMismatch, match=str(changed.pk)):
        sequence(signer=signer)
    assert not LogLeaf.objects.exists()


def _key(entry):
    return entry.pk.hex if connection.vendor == "sqlite" else entry.pk


def _switch_off_triggers(cursor):
    if connection.vendor == "sqlite":
        cursor.execute("DROP TRIGGER ledger_entry_no_update")
    else:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")


def test_an_entry_cannot_stop_waiting_before_it_has_a_place():
    entry = received(100)
    with pytest.raises(DatabaseError), transaction.atomic():
        Outbox.objects.filter(entry=entry).delete()
    assert Outbox.objects.filter(entry=entry).exists()


def test_no_place_in_the_log_is_left_out(signer):
    received(100)
    sequence(signer=signer)
    entry = received(200)
    with pytest.raises(DatabaseError), transaction.atomic():
        LogLeaf.objects.create(index=2, entry=entry, hash=hash_leaf(bytes(entry.leaf)))


def test_the_key_is_published_as_others_can_read_it(signer):
    received(100)
    sequence(signer=signer)
    key = key_parse(LogKey.objects.get().vkey)
    assert key == signer.key()
    assert base64.b64decode(str(key).split("+", 2)[2])[1:] == key.public


def test_every_entry_is_in_the_log_or_waits(signer):
    openings()
    received(5)
    sequence(signer=signer, at_once=5)
    assert LogLeaf.objects.count() == 6  # a whole command
    assert LogLeaf.objects.count() + Outbox.objects.count() == Entry.objects.count()
