"""The signed head: whose it is, what it covers, what came before it, and who outside has seen it."""

import pytest

from birge_engine.note import Checkpoint
from birge_engine.verify.cli import main
from tests.factories.logs import BANK, OTHER, WITNESS, Log, entry, numbered, story, witness_key, witnessed


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def verify(log, tmp_path, capsys):
    """Return what verifies an export: with files exchanged, with options; it returns status and text."""

    def run(*options, of=log, **changed):
        status = main([str(of.export(tmp_path / "export", **changed)), *map(str, options)])
        return status, capsys.readouterr().out

    return run


@pytest.fixture
def old(tmp_path):
    def keep(note):
        (tmp_path / "old").write_text(note)
        return tmp_path / "old"

    return keep


HEADS = {
    "another key": (lambda log: Log(seed=2).checkpoint(), "the checkpoint: not signed by birge.test/ledger"),
    "another name": (lambda log: Log(name="birge.test/other").checkpoint(), "not signed by birge.test/ledger"),
    "another log": (
        lambda log: log.signed(Checkpoint("birge.test/other", 20, log.root()).text()),
        "the checkpoint is of 'birge.test/other', not of 'birge.test/ledger'",
    ),
    "a false signature": (
        lambda log: log.checkpoint().replace("\n20\n", "\n21\n"),
        "the signature of birge.test/ledger is false",
    ),
    "a larger size": (lambda log: log.checkpoint(says=21), "covers 21 entries, but there are 20"),
    "a smaller size": (lambda log: log.checkpoint(says=19), "covers 19 entries, but there are 20"),
    "an older one": (lambda log: log.checkpoint(19), "covers 19 entries, but there are 20"),
    "another root": (lambda log: log.checkpoint(root=bytes(32)), "their tree has another root"),
    "no checkpoint at all": (lambda log: log.signed("hello\n"), "origin, size and root stand on three lines"),
    "no note": (lambda log: "hello\n", "no signed note"),
    "nothing": (lambda log: "", "a note ends with a newline"),
}


@pytest.mark.parametrize("what", HEADS)
def test_a_head_that_is_not_of_this_log_is_refused(what, log, verify):
    make, words = HEADS[what]
    status, said = verify(checkpoint=make(log))
    assert status == 1
    assert words in said


def test_a_last_line_that_is_cut_is_named(log, verify):
    whole = log.files()["entries.jsonl"]
    for cut in (1, 2, 30):
        status, said = verify(entries=whole[:-cut])
        assert status == 1
        assert "entry 19 (line 20): the last line is cut off" in said


def test_an_empty_line_is_an_entry_that_is_none(log, verify):
    status, said = verify(entries=log.files()["entries.jsonl"] + b"\n")
    assert status == 1
    assert "entry 20 (line 21): " in said
    assert "covers 20 entries, but there are 21" in said


def test_no_entries_where_some_were_signed(verify):
    assert "covers 20 entries, but there are 0" in verify(entries=b"")[1]


def test_the_key_that_was_given_must_be_the_one_that_signed(log, verify):
    assert verify("--key", log.key)[0] == 0
    status, said = verify("--key", Log(seed=2).key)
    assert status == 1
    assert "the checkpoint: not signed by birge.test/ledger with the key" in said


def test_a_forger_who_publishes_a_key_of_his_own_deceives_only_who_has_none(verify):
    forged = Log(seed=2)
    assert verify(of=forged)[0] == 0
    assert verify("--key", Log().key, of=forged)[0] == 1


def test_another_key_beside_an_honest_ledger_is_told_to_who_has_the_right_one(log, verify):
    for other in (f"{Log(seed=2).key}\n", "nonsense\n"):
        status, said = verify("--key", log.key, key=other)
        assert status == 1
        assert "another key came with it than the one that you gave" in said


# --since
@pytest.mark.parametrize("size", [0, 1, 7, 8, 19, 20])
def test_every_earlier_checkpoint_of_the_same_log_is_continued(size, log, verify, old):
    status, said = verify("--since", old(log.checkpoint(size)), "--key", log.key)
    assert status == 0
    assert f"  continues the earlier checkpoint of {size} entries" in said


def changed(log):
    for posting in log[8]["postings"] + log[9]["postings"]:
        posting["amount"] *= 2


def deleted(log):
    del log[18:]


def reordered(log):
    log[18], log[19] = log[19], log[18]


def inserted(log):
    log.insert(3, entry("payment.received", (BANK, 1), (OTHER, -1), id="00000000-0000-7000-8000-000000000000"))


def another_paper(log):
    log[11]["documents"][0]["sha256"] = "cd" * 32


def another_donor(log):
    log[3]["commitment"] = "00" * 32


REWRITTEN = [changed, reordered, inserted, another_paper, another_donor]


@pytest.mark.parametrize("lie", REWRITTEN)
@pytest.mark.parametrize("grown", [False, True])
def test_history_that_was_rewritten_and_signed_anew_is_found_by_who_kept_a_checkpoint(lie, grown, log, verify, old):
    entries = story()
    lie(entries)
    entries += [entry("payment.received", (BANK, 1), (OTHER, -1), id="0" * 8 + "-0000-7000-8000-000000000001")] * grown
    rewritten = Log(numbered(entries))
    assert verify(of=rewritten)[0] == 0, "the lie is a good one: nobody sees it who kept nothing"
    status, said = verify("--since", old(log.checkpoint()), of=rewritten)
    assert status == 1
    assert said == (
        "DOES NOT HOLD: history was rewritten: the first 20 entries are not those that were signed earlier\n"
    )


def test_a_tail_that_was_removed_is_missed(log, verify, old):
    entries = story()
    deleted(entries)
    shorter = Log(entries)
    assert verify(of=shorter)[0] == 0
    status, said = verify("--since", old(log.checkpoint()), of=shorter)
    assert status == 1
    assert said == "DOES NOT HOLD: 20 entries were signed earlier, but there are only 18: some are gone\n"


def test_an_earlier_checkpoint_of_somebody_else_proves_nothing(log, verify, old):
    for other in (Log(seed=2).checkpoint(3), Log(name="birge.test/other").checkpoint(3)):
        status, said = verify("--since", old(other))
        assert status == 1
        assert "the earlier checkpoint: not signed by birge.test/ledger" in said


# --witness
def test_a_witness_who_signed_is_named_with_the_time(log, verify):
    status, said = verify("--witness", witness_key()[0], checkpoint=witnessed(log.checkpoint()))
    assert status == 0
    assert f"  seen by {WITNESS} on 2026-09-21 14:13 UTC" in said


def test_a_witness_whose_clock_is_out_of_this_world_is_told_all_the_same(log, verify):
    status, said = verify("--witness", witness_key()[0], checkpoint=witnessed(log.checkpoint(), seconds=2**62))
    assert status == 0
    assert f"second {2**62} of its clock" in said


def test_witnesses_nobody_asked_for_are_passed_over(log, verify):
    status, said = verify(checkpoint=witnessed(log.checkpoint()))
    assert status == 0
    assert "seen by" not in said


def test_a_witness_who_has_not_signed_is_missing(log, verify):
    other = witness_key(seed=8)[0]
    for note in (log.checkpoint(), witnessed(log.checkpoint())):
        status, said = verify("--witness", other, checkpoint=note)
        assert status == 1
        assert f"the witness {WITNESS} ({other.id.hex()}) has not signed this checkpoint" in said


def test_one_of_two_witnesses_with_one_name_is_not_both(log, verify):
    one, two = witness_key(seed=8)[0], witness_key(seed=9)[0]
    note = witnessed(log.checkpoint(), seed=9)
    status, said = verify("--witness", one, "--witness", two, checkpoint=note)
    assert status == 1
    assert f"({one.id.hex()}) has not signed" in said
    assert verify("--witness", one, "--witness", two, checkpoint=witnessed(note, seed=8))[0] == 0


def test_a_false_witness_is_found(log, verify):
    line = witnessed(log.checkpoint(19)).splitlines(keepends=True)[-1]
    status, said = verify("--witness", witness_key()[0], checkpoint=log.checkpoint() + line)
    assert status == 1
    assert f"a witness: the signature of {WITNESS} is false" in said
