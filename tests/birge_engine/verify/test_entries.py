"""Every way in which an entry can be wrong is found, and the entry is named, though the platform has signed it."""

import json

import pytest

from birge_engine.verify.cli import main
from tests.factories.logs import (
    ACCOUNTABLE,
    ADVANCE,
    BANK,
    CASH,
    HELD,
    OTHER,
    POOL,
    PROMISED,
    PROMISOR,
    RESERVED,
    RULE,
    SPENT,
    UNIDENTIFIED,
    Log,
    entry,
    entry_id,
    line,
    numbered,
    story,
)

CASES = {}


def case(index, words):
    """Register a lie: what it does to the story, and what must be said of which entry."""

    def register(lie):
        CASES[lie.__name__] = (lie, index, words)
        return lie

    return register


def with_postings(leaf, *pairs):
    """Change accounts and amounts, and keep versions where they fit."""
    leaf["postings"] = [
        {**old, "account": code, "amount": amount} for old, (code, amount) in zip(leaf["postings"], pairs, strict=True)
    ]


def at_the_end(*entries):
    def lie(log):
        log[:] = numbered([*log, *entries])

    return lie


def text(change):
    """Return a lie that changes the bytes of one entry."""

    def lie(log):
        log[3] = change(line(log[3]))

    return lie


# The bytes
CASES["a blank"] = (text(lambda leaf: leaf.replace(b",", b", ", 1)), 3, "not in canonical form")
CASES["unsorted"] = (text(lambda leaf: b'{"v":1,' + leaf[1:-7] + b"}"), 3, "not in canonical form")
CASES["twice the same field"] = (text(lambda leaf: leaf[:-1] + b',"v":1}'), 3, "not in canonical form")
CASES["an escaped letter"] = (text(lambda leaf: leaf.replace(b"KGS", b"\\u004bGS")), 3, "not in canonical form")
CASES["a carriage return"] = (text(lambda leaf: leaf + b"\r"), 3, "not in canonical form")
CASES["a decimal"] = (text(lambda leaf: leaf.replace(b"1000", b"1000.0")), 3, "1000.0 is no whole number")
CASES["a huge number"] = (
    text(lambda leaf: leaf.replace(b"1000", b"9007199254740993")),
    3,
    "a number is not below 2**53",
)
CASES["no JSON"] = (text(lambda leaf: leaf[:-1]), 3, "delimiter")
CASES["nothing"] = (text(lambda _leaf: b""), 3, "Expecting value")
CASES["no text"] = (text(lambda leaf: leaf.replace(b"KGS", b"K\xffS")), 3, "decode")
CASES["half a character"] = (
    text(lambda leaf: leaf.replace(b'"v":1', b'"tag":"\\ud800","v":1')),
    3,
    "half of a character",
)
CASES["too long"] = (text(lambda leaf: leaf.replace(b"KGS", b"K" * 70_000)), 3, "more than 65535")
CASES["too deep"] = (text(lambda _leaf: b"[" * 60_000), 3, "recursion")
CASES["another version"] = (text(lambda leaf: leaf.replace(b'"v":1', b'"v":2')), 3, "version 2 is not known")
CASES["a field nobody knows"] = (
    text(lambda leaf: leaf.replace(b'"v":1', b'"secret":"x","v":1')),
    3,
    "wrong fields: ['commitment', 'secret']",
)


# The entry by itself
@case(3, "postings do not add up to zero: {'KGS': 1}")
def unbalanced(log):
    log[3]["postings"][0]["amount"] += 1


@case(3, "postings do not add up to zero: {'KGS': 1000, 'USD': -1000}")
def balanced_over_two_currencies_only(log):
    log[3]["postings"][1]["currency"] = "USD"


@case(3, "at least two postings")
def one_posting(log):
    del log[3]["postings"][1]


@case(3, "there is no kind of entry called 'payment.imagined'")
def unknown_kind(log):
    log[3]["kind"] = "payment.imagined"


@case(4, "there is no kind of entry called 'pledge.forgotten'")
def unknown_kind_that_ends_something(log):
    log[4]["kind"] = "pledge.forgotten"


@case(9, "there is no kind of entry called 'gone'")
def unknown_kind_that_undoes_something(log):
    log[9]["kind"] = "gone"


@case(3, "no account code: 'vault:cust2345:main'")
def unknown_account(log):
    log[3]["postings"][0]["account"] = "vault:cust2345:main"


@case(3, "no account code: 'bank:cust2345'")
def half_an_account(log):
    log[3]["postings"][0]["account"] = "bank:cust2345"


@case(3, "bank:cust2345:main is not an account of the book pledge")
def wrong_book(log):
    log[3]["book"] = "pledge"


@case(3, "lives in more than one book")
def two_books_in_one_entry(log):
    log[3]["postings"][0]["account"] = PROMISED


@case(3, "belongs into the book cash")
def a_kind_in_the_book_of_another(log):
    log[3] |= {"book": "pledge"}
    with_postings(log[3], (PROMISED, 1000), (PROMISOR, -1000))


@case(3, "may not credit bank")
def the_wrong_way_round(log):
    with_postings(log[3], (BANK, -1000), (HELD, 1000))


@case(3, "names more than 1 custodians")
def two_custodians(log):
    log[3]["postings"][0]["account"] = "bank:else6789:main"


@case(10, "each of its parts has to balance by itself")
def parts_that_pay_for_each_other(log):
    with_postings(log[10], (HELD, 300), (BANK, -400), (ADVANCE, 500), (ACCOUNTABLE, -400))


@case(8, "the id 018f0000-0000-7000-8000-000000000003 was used before, by entry 3")
def duplicate_id(log):
    log[8]["id"] = entry_id(3)


@case(8, "'eight' is no id")
def an_id_that_is_none(log):
    log[8]["id"] = "eight"


@case(8, "is not how an id is written")
def an_id_in_capitals(log):
    log[8]["id"] = entry_id(8).upper()


# Its place among the others
@case(7, "version 3 of held:cust2345:project-proj2345 does not follow version 1")
def version_gap(log):
    log[7]["postings"][1]["version"] = 3


@case(7, "version 1 of held:cust2345:project-proj2345 does not follow version 1")
def version_double(log):
    log[7]["postings"][1]["version"] = 1


@case(7, "version None of held:cust2345:project-proj2345 does not follow version 1")
def version_missing(log):
    del log[7]["postings"][1]["version"]


@case(3, "bank:cust2345:main is not guarded and has no versions")
def version_where_none_belongs(log):
    log[3]["postings"][0]["version"] = 1


@case(3, "version 2 of held:cust2345:project-proj2345 does not follow version 0")
def out_of_order(log):
    log[3], log[7] = log[7] | {"kind": "payment.received"}, log[3]
    del log[3]["resolves"]
    with_postings(log[3], (CASH, 200), (HELD, -200))
    del log[3]["postings"][0]["version"]


@case(10, "held:cust2345:project-proj2345 would hold -300 KGS (minor units): less than nothing")
def guarded_account_below_zero(log):
    with_postings(log[10], (HELD, 1500), (BANK, -1500), (ADVANCE, 1500), (ACCOUNTABLE, -1500))


@case(4, "resolves 00000000-0000-0000-0000-000000000000, which stands nowhere before it")
def resolves_nothing(log):
    log[4]["resolves"] = "00000000-0000-0000-0000-000000000000"


@case(4, "resolves 018f0000-0000-7000-8000-000000000005, which stands nowhere before it")
def resolves_what_comes_later(log):
    log[4]["resolves"] = entry_id(5)


@case(4, "resolves 018f0000-0000-7000-8000-000000000004, which stands nowhere before it")
def resolves_itself(log):
    log[4]["resolves"] = entry_id(4)


@case(4, "has to take back exactly what the entry that it names has opened")
def resolves_no_longer(log):
    del log[4]["resolves"]


@case(7, "has to name what it ends")
def ends_something_unnamed(log):
    del log[7]["resolves"]


@case(4, "cannot end an entry of the kind village.promised")
def resolves_what_it_cannot_end(log):
    log[4]["resolves"] = entry_id(0)


@case(4, "has to take back exactly what the entry that it names has opened")
def takes_back_less_than_was_opened(log):
    with_postings(log[4], (PROMISED, -999), (PROMISOR, 999))


again = entry("pledge.released", (PROMISED, -300), (PROMISOR, 300), resolves=entry_id(5))
CASES["resolved twice"] = (at_the_end(again), 20, "what it ends was ended before")
after = entry("refund.paid", (OTHER, 10), (BANK, -10), resolves=entry_id(8))
CASES["resolved after it was undone"] = (at_the_end(after), 20, "what it ends was ended before")
undo = entry("entry.reversed", (BANK, -50), (OTHER, 50), reverses=entry_id(8))
CASES["reversed twice"] = (at_the_end(undo), 20, "what it undoes was ended before")
undo = entry("entry.reversed", (PROMISED, -300), (PROMISOR, 300), reverses=entry_id(5))
CASES["reversed after it was resolved"] = (at_the_end(undo), 20, "what it undoes was ended before")
undo = entry("entry.reversed", (BANK, 50), (OTHER, -50), reverses=entry_id(9))
CASES["a correction corrected"] = (at_the_end(undo), 20, "a correction is not corrected")
undo = entry("entry.reversed", (UNIDENTIFIED, -200), (HELD, 200), reverses=entry_id(7))
CASES["half an undoing"] = (at_the_end(undo), 20, "undoes an ending, but not what it had ended")


@case(9, "is not the mirror of what it reverses")
def correction_of_another_amount(log):
    with_postings(log[9], (BANK, -49), (OTHER, 49))


@case(9, "is not the mirror of what it reverses")
def correction_over_another_account(log):
    with_postings(log[9], (CASH, -50), (OTHER, 50))


@case(9, "a correction names what it reverses")
def correction_of_nothing(log):
    del log[9]["reverses"]


@case(17, "only a correction reverses")
def another_kind_that_reverses(log):
    log[17]["reverses"] = log[17].pop("resolves")


@case(9, "a correction ends nothing")
def correction_that_ends_something_too(log):
    log[9]["resolves"] = entry_id(3)


@case(17, "gives back more than came")
def refund_larger_than_the_gift(log):
    with_postings(log[17], (HELD, 1001), (BANK, -1001))


# Matching
@case(2, "the rule village-1:1 gives 1000 here, not 999 (minor units)")
def less_matched_than_the_rule_gives(log):
    with_postings(log[2], (RESERVED, 999), (POOL, -999))


@case(2, "the rule village-1:1 gives 1000 here, not 1001 (minor units)")
def more_matched_than_the_rule_gives(log):
    with_postings(log[2], (RESERVED, 1001), (POOL, -1001))


@case(2, "the rule village-1:1 gives 600 here, not 1000 (minor units)")
def matched_though_the_share_does_not_last(log):
    with_postings(log[0], (POOL, 600), (log[0]["postings"][1]["account"], -600))


@case(1, "should have drawn 1000 (minor units) from the village's share, and drew nothing")
def reservation_missing(log):
    del log[2]
    log[:] = [each for each in log if each.get("group") != "G3"]
    log[:] = numbered(log)


more = entry("match.reserved", (RESERVED, 1), (POOL, -1), rule=RULE, group="G1")
CASES["reservation beyond the pledge"] = (at_the_end(more), 20, "1001 are reserved for pledges of 1000 only")
more = entry("match.reserved", (RESERVED, 1), (POOL, -1), rule=RULE, group="G9")
CASES["reservation for nobody"] = (at_the_end(more), 20, "a reservation for no pledge")


@case(2, "a reservation names the rule that it follows")
def reservation_without_a_rule(log):
    del log[2]["rule"]


@case(1, "the rule 'friends-first' is not known to this verifier")
def unknown_rule(log):
    log[1]["rule"] = "friends-first"


@case(11, "the rule 'friends-first' is not known to this verifier")
def unknown_rule_anywhere(log):
    log[11] |= {"rule": "friends-first", "group": "G1"}


@case(1, "names a rule, but not the group of entries")
def rule_without_a_group(log):
    del log[1]["group"]


@case(1, "2 postings on accounts of the type promised, where there is one")
def pledge_in_two_halves(log):
    log[1]["postings"] = [
        {"account": PROMISED, "amount": 400, "currency": "KGS"},
        {"account": PROMISED, "amount": 600, "currency": "KGS"},
        {"account": PROMISOR, "amount": -1000, "currency": "KGS"},
    ]


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_entry_is_found_and_named(name, tmp_path, capsys):
    lie, index, words = CASES[name]
    entries = story()
    lie(entries)
    assert main([str(Log(entries).export(tmp_path / "export", accounts=None))]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"DOES NOT HOLD: entry {index} (line {index + 1}): ")
    assert words in said
    assert "signed" not in said, "the liar has signed it, and the tree fits"


def test_corrections_that_are_whole_hold(tmp_path):
    entries = story()
    at_the_end(
        entry("entry.reversed", (UNIDENTIFIED, -200), (HELD, 200), reverses=entry_id(7)),
        entry("entry.reversed", (CASH, -200), (UNIDENTIFIED, 200), reverses=entry_id(6)),
        entry("expense.documented", (SPENT, 100), (ADVANCE, -100)),
    )(entries)
    assert main([str(Log(entries).export(tmp_path / "export"))]) == 0


# What was published of accounts
BALANCES = {
    "another balance": (lambda rows: rows[0].update(balance=7), "holds 400 KGS by the entries, but 7 were published"),
    "an account left out": (lambda rows: rows.pop(0), "holds 400 KGS by the entries, but was not published"),
    "an empty account left out": (lambda rows: rows.pop(), "holds 0 KGS by the entries, but was not published"),
    "an account too many": (lambda rows: rows.append(rows[0] | {"code": "x"}), "x KGS was published, but no entry"),
    "an account twice": (lambda rows: rows.append(rows[0]), "an account was published twice"),
    "another type": (lambda rows: rows[0].update(type="bank"), "with type 'bank', but it is 'accountable'"),
    "another book": (lambda rows: rows[0].update(book="pledge"), "with book 'pledge', but it is 'cash'"),
    "another side": (lambda rows: rows[0].update(normal=1), "with normal 1, but it is -1"),
    "a guard": (lambda rows: rows[0].update(guarded=True), "with guarded True, but it is False"),
}


@pytest.mark.parametrize("what", BALANCES)
def test_an_account_that_was_published_wrongly_is_named(what, tmp_path, capsys):
    log = Log()
    rows = log.accounts()
    lie, words = BALANCES[what]
    lie(rows)
    assert main([str(log.export(tmp_path / "export", accounts=json.dumps(rows)))]) == 1
    assert words in capsys.readouterr().out
