"""The public log: each check of it finds what was changed behind the back of the sequencer and its signer."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from birge_engine.merkle import Frontier, hash_leaf
from birge_engine.note import Checkpoint as Head
from birge_engine.note import Note, note_sign
from funds.ledger.checks import Fault, check_ledger
from funds.ledger.models import Checkpoint, LogHead, LogLeaf, LogNode, Outbox, StatementLine
from funds.ledger.sequencing import sequence, sequence_all
from funds.ledger.signing import Signer
from tests.factories.ledger import PROMISED, PROMISOR, VILLAGE, K, draft, posted
from tests.factories.tampering import account, change, checks_that_find, found, key, without_triggers

pytestmark = [pytest.mark.django_db, pytest.mark.plants_faults]
OTHER = b"\x07" * 32  # a hash of nothing in particular


def tell(statements):
    """Run statements, each with its parameters, without triggers."""
    with without_triggers(), connection.cursor() as cursor:
        for sql, *parameters in statements:
            cursor.execute(sql, parameters)


def of(size):
    return Checkpoint.objects.get(pk=size)


def signed(text, private, origin="birge.test/ledger"):
    return str(Note(text, (note_sign(text, origin, private),)))


@pytest.fixture
def private(signer):
    """The log's own key, as a thief would have it."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode((signer.folder / "key").read_text()))


def test_a_log_that_nobody_touched_agrees(in_log, signer):
    assert Outbox.objects.count() == 8
    assert LogNode.objects.count() == 6 + 3 + 1
    assert check_ledger() == []
    sequence_all(signer=signer)
    assert not Outbox.objects.exists()
    assert check_ledger() == []


def test_the_checks_of_the_log_ask_no_more_for_many_entries_than_for_few(in_log, signer, django_assert_max_num_queries):
    sequence(signer=signer)
    with django_assert_max_num_queries(1000) as few:
        check_ledger()
    posted(*[draft(K.PLEDGE_CONFIRMED, (PROMISED, 5), (PROMISOR, -5)) for _n in range(100)])
    sequence(signer=signer)
    with django_assert_max_num_queries(len(few)):
        assert check_ledger() == []


# Places


def test_a_leaf_that_is_missing_at_the_end(in_log):
    change("DELETE FROM ledger_logleaf WHERE idx = 12")
    assert found("log") == {str(in_log[12].pk), "13"}
    assert checks_that_find() == {"log", "tree", "statement"}


def test_a_leaf_that_is_missing_in_between(in_log):
    change("DELETE FROM ledger_logleaf WHERE idx = 5")
    assert found("log") == {str(in_log[5].pk), "5"}
    assert checks_that_find() == {"log", "tree", "statement"}


def test_an_entry_that_is_missing_in_the_log_and_waits_for_it(in_log):
    tell(
        [
            ("DELETE FROM ledger_logleaf WHERE idx = 12",),
            ("INSERT INTO ledger_outbox (entry_id) VALUES (%s)", key(in_log[12])),
        ]
    )
    assert found("log") == {"13"}


def test_a_gap_between_places(in_log):
    change("UPDATE ledger_logleaf SET idx = 13 WHERE idx = 12")
    assert [fault for fault in check_ledger() if fault.check == "log"] == [
        Fault("log", "12", "nothing stands at this place")
    ]


def test_a_log_that_does_not_begin_at_the_beginning(in_log):
    change("UPDATE ledger_logleaf SET idx = -1 WHERE idx = 0")
    assert found("log") == {"0"}


def test_an_entry_that_stands_in_the_log_and_waits_for_it(in_log):
    change("INSERT INTO ledger_outbox (entry_id) VALUES (%s)", key(in_log[3]))
    assert check_ledger() == [Fault("log", str(in_log[3].pk), "stands in the public log and waits for it too")]


@pytest.mark.parametrize("size", [0, 7, 12, 14])
def test_a_head_of_another_size(in_log, size):
    change("UPDATE ledger_loghead SET size = %s", size)
    assert check_ledger() == [Fault("log", str(size), "is not as many entries as have a place")]


# The tree


def test_a_leaf_with_another_hash(in_log):
    change("UPDATE ledger_logleaf SET hash = %s WHERE idx = 3", OTHER)
    assert check_ledger() == [Fault("tree", "3", "its hash is not that of the entry")]


def test_an_entry_whose_leaf_was_changed_after_it_was_published(in_log):
    change("UPDATE ledger_entry SET leaf = %s WHERE id = %s", bytes(in_log[4].leaf), key(in_log[3]))
    assert {"3", "7", "13"} <= found("tree")


def test_entries_that_changed_their_places(in_log):
    """Their hashes stay where they were: the tree looks as it was signed."""
    hashes = dict(LogLeaf.objects.filter(index__in=(3, 9)).values_list("index", "hash"))
    tell([*swapped(3, 9), *(("UPDATE ledger_logleaf SET hash = %s WHERE idx = %s", hashes[at], at) for at in hashes)])
    assert {"3", "9", "7", "13"} <= found("tree")
    assert checks_that_find() == {"tree", "statement"}


def test_entries_that_changed_their_places_with_their_hashes(in_log):
    tell(swapped(3, 9))
    assert {"7", "13"} <= found("tree")
    assert not {"3", "9"} & found("tree")
    assert checks_that_find() == {"tree", "statement"}


def swapped(one, other):
    move = "UPDATE ledger_logleaf SET idx = %s WHERE idx = %s"
    return [(move, -1, one), (move, one, other), (move, other, -1)]


@pytest.mark.parametrize(("level", "index"), [(1, 2), (1, 5), (2, 0), (3, 0)])
def test_a_node_that_was_changed_or_taken_away(in_log, level, index):
    fault = Fault("tree", f"({level}, {index})", "a node is not what its leaves make")
    kept = bytes(LogNode.objects.get(pk=(level, index)).hash)
    for node, faults in ((OTHER, [fault]), (kept[:-1], [fault]), (kept, [])):
        change("UPDATE ledger_lognode SET hash = %s WHERE level = %s AND idx = %s", node, level, index)
        assert check_ledger() == faults
    change("DELETE FROM ledger_lognode WHERE level = %s AND idx = %s", level, index)
    assert check_ledger() == [fault]


@pytest.mark.parametrize(("level", "index"), [(1, 6), (2, 3), (4, 0), (9, 9)])
def test_a_node_of_leaves_that_are_not_there(in_log, level, index):
    change("INSERT INTO ledger_lognode (level, idx, hash) VALUES (%s, %s, %s)", level, index, OTHER)
    assert check_ledger() == [Fault("tree", f"({level}, {index})", "a node is not what its leaves make")]


def test_another_right_edge(in_log):
    kept = bytes(LogHead.objects.get().frontier)
    assert len(kept) == 3 * 32
    for edge in (b"", kept[:-1], kept[:-32], kept + OTHER, kept[32:64] + kept[:32] + kept[64:]):
        change("UPDATE ledger_loghead SET frontier = %s", edge)
        assert check_ledger() == [Fault("tree", "13", "the right edge is not what the leaves make")]


# Signed heads


def test_a_checkpoint_with_another_root(in_log):
    change("UPDATE ledger_checkpoint SET root = %s WHERE size = 7", OTHER)
    assert check_ledger() == [
        Fault("tree", "7", "a checkpoint of this size was signed over something else"),
        Fault("checkpoint", "7", "its note says something else"),
    ]


def test_a_checkpoint_with_another_size(in_log):
    change("UPDATE ledger_checkpoint SET size = 8 WHERE size = 7")
    assert found("tree") == {"8"}
    assert found("checkpoint") == {"8"}


def test_a_checkpoint_with_the_note_of_another(in_log):
    change("UPDATE ledger_checkpoint SET note = %s WHERE size = 7", of(13).note)
    assert check_ledger() == [Fault("checkpoint", "7", "its note says something else")]


def test_a_note_whose_text_was_changed(in_log):
    for before, after in (
        ("\n7\n", "\n8\n"),
        (base64.b64encode(of(7).root).decode(), base64.b64encode(OTHER).decode()),
    ):
        note = of(7).note
        assert before in note
        change("UPDATE ledger_checkpoint SET note = %s WHERE size = 7", note.replace(before, after))
        assert check_ledger() == [Fault("checkpoint", "7", "the signature of birge.test/ledger is false")]
        change("UPDATE ledger_checkpoint SET note = %s WHERE size = 7", note)


def test_a_note_whose_signature_is_that_of_another_note(in_log):
    text, others = of(7).note.partition("\n\n")[0], of(13).note.partition("\n\n")[2]
    change("UPDATE ledger_checkpoint SET note = %s WHERE size = 7", f"{text}\n\n{others}")
    assert found("checkpoint") == {"7"}
    assert checks_that_find() == {"checkpoint"}


def test_a_note_that_is_none(in_log):
    text = of(7).note.partition("\n\n")[0]
    for note in ("", "7", f"{text}\n", f"{text}\n\n", of(7).note.replace("7", "seven"), of(7).note + "more"):
        change("UPDATE ledger_checkpoint SET note = %s WHERE size = 7", note)
        assert found("checkpoint") == {"7"}
        assert checks_that_find() == {"checkpoint"}


def test_a_checkpoint_that_a_key_unknown_to_the_log_has_signed(in_log, tmp_path):
    stranger = Signer(tmp_path / "stranger", "birge.test/ledger")
    stranger.key_make()
    note = stranger.sign(Head(stranger.origin, 7, bytes(of(7).root)), lambda _first: ())
    change("UPDATE ledger_checkpoint SET note = %s WHERE size = 7", note)
    assert check_ledger() == [Fault("checkpoint", "7", "is signed by none of the log's keys")]


def test_a_key_that_was_taken_away(in_log):
    change("DELETE FROM ledger_logkey")
    assert found("checkpoint") == {"7", "13"}
    assert checks_that_find() == {"checkpoint"}


def test_a_checkpoint_that_covers_more_than_the_log_has(in_log, signer, private):
    note = signed(Head(signer.origin, 100, OTHER).text(), private)
    change(
        "INSERT INTO ledger_checkpoint (size, root, note, created_at) VALUES (100, %s, %s, '2026-11-28 00:00:00')",
        OTHER,
        note,
    )
    assert check_ledger() == [Fault("tree", "100", "a checkpoint covers more than the log has")]


def test_a_checkpoint_truly_signed_over_another_history(in_log, signer, private):
    note = signed(Head(signer.origin, 10, OTHER).text(), private)
    change(
        "INSERT INTO ledger_checkpoint (size, root, note, created_at) VALUES (10, %s, %s, '2026-11-28 00:00:00')",
        OTHER,
        note,
    )
    assert check_ledger() == [Fault("tree", "10", "a checkpoint of this size was signed over something else")]


def test_a_log_that_was_cut_without_a_trace_but_its_checkpoint(in_log):
    frontier = Frontier()
    for entry in in_log[:7]:
        frontier.append(hash_leaf(bytes(entry.leaf)))
    tell(
        [
            ("DELETE FROM ledger_logleaf WHERE idx >= 7",),
            ("DELETE FROM ledger_statementline WHERE idx >= 7",),
            ("DELETE FROM ledger_lognode WHERE (idx + 1) * (CASE level WHEN 1 THEN 2 WHEN 2 THEN 4 ELSE 8 END) > 7",),
            ("UPDATE ledger_loghead SET size = 7, frontier = %s", b"".join(frontier.hashes)),
            *(("INSERT INTO ledger_outbox (entry_id) VALUES (%s)", key(entry)) for entry in in_log[7:]),
        ]
    )
    assert check_ledger() == [Fault("tree", "13", "a checkpoint covers more than the log has")]


def test_a_truly_signed_checkpoint_of_another_log(in_log, signer, private):
    note = signed(Head("birge.test/another", 7, bytes(of(7).root)).text(), private)
    change("UPDATE ledger_checkpoint SET note = %s WHERE size = 7", note)
    assert found("checkpoint") == {"7"}


# What must be named, and not end the checks


def test_a_log_without_a_head(in_log):
    change("DELETE FROM ledger_loghead")
    assert found("log")


@pytest.mark.parametrize("vkey", ["nonsense", "birge.test/ledger+00000000+AAAA", ""])
def test_a_key_that_is_none(in_log, vkey):
    change("UPDATE ledger_logkey SET vkey = %s", vkey)
    assert found("checkpoint")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("UPDATE ledger_logleaf SET hash = 'x' WHERE idx = 3", "tree"),
        ("UPDATE ledger_entry SET leaf = 'x' WHERE id = (SELECT entry_id FROM ledger_logleaf WHERE idx = 3)", "tree"),
        ("UPDATE ledger_lognode SET hash = 'x' WHERE idx = 3", "tree"),
        ("UPDATE ledger_loghead SET frontier = 'x'", "tree"),
        ("UPDATE ledger_checkpoint SET root = 'x' WHERE size = 7", "checkpoint"),
        ("UPDATE ledger_checkpoint SET note = x'ff00' WHERE size = 7", "checkpoint"),
    ],
)
def test_text_where_bytes_belong_and_bytes_where_text_belongs(in_log, sql, check):
    change(sql)
    assert check in checks_that_find()


# Statements


def lines(index):
    return list(StatementLine.objects.filter(index=index).order_by("account").values_list("account_id", flat=True))


@pytest.mark.parametrize("column", ["amount = amount + 1", "balance = balance + 1", "amount = -amount", "balance = 0"])
@pytest.mark.parametrize("index", [0, 12])
def test_a_statement_that_was_changed(in_log, column, index):
    its = lines(index)[0]
    change(f"UPDATE ledger_statementline SET {column} WHERE idx = %s AND account_id = %s", index, its)
    assert check_ledger() == [Fault("statement", str((index, its)), "is not what the entries make")]


@pytest.mark.parametrize("index", [0, 6, 12])
def test_a_line_that_is_missing(in_log, index):
    its = lines(index)[-1]
    change("DELETE FROM ledger_statementline WHERE idx = %s AND account_id = %s", index, its)
    assert found("statement")
    assert checks_that_find() == {"statement"}


@pytest.mark.parametrize("index", [0, 12, 13])
def test_a_line_too_many(in_log, index):
    stranger = account(VILLAGE)
    assert stranger not in lines(index)
    change("INSERT INTO ledger_statementline (account_id, idx, amount, balance) VALUES (%s, %s, 5, 5)", stranger, index)
    assert found("statement")
    assert checks_that_find() == {"statement"}


def test_a_line_of_another_account(in_log):
    its, stranger = lines(12)[0], account(VILLAGE)
    change("UPDATE ledger_statementline SET account_id = %s WHERE idx = 12 AND account_id = %s", stranger, its)
    assert found("statement")
    assert checks_that_find() == {"statement"}
