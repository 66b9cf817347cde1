"""What the books know, and what they refuse to know: shapes of entries, and what may end what."""

import pytest

from funds.ledger import codes
from funds.ledger.drafts import Written, link_faults, mirror, shape_faults
from funds.ledger.kinds import ACCOUNT_TYPES, COVER, OPENS, OWED, SHAPES, SPENDING, Book, EntryKind
from tests.factories.ledger import (
    ACCOUNTABLE,
    ADVANCE,
    BANK,
    BANK_OF_OTHER,
    GIVEN,
    HELD,
    HELD_BY_OTHER,
    HELD_ELSEWHERE,
    HELD_POOL,
    POOL,
    PROMISED,
    PROMISOR,
    RESERVED,
    SHORTFALL,
    SPENT,
    TRANSIT,
    UNIDENTIFIED,
    VILLAGE,
    K,
    legs,
)


def faults(kind, *pairs):
    return " ".join(shape_faults(kind, legs(*pairs)))


def links(kind, *pairs, ends=None, undoes=None):
    return " ".join(link_faults(kind, legs(*pairs), ends, undoes))


def written(kind, *pairs):
    return Written(kind, legs(*pairs))


def test_every_kind_but_the_correction_has_a_shape_in_one_book():
    assert set(SHAPES) == set(EntryKind) - {K.ENTRY_REVERSED}
    for kind, shape in SHAPES.items():
        used = {name for part in shape.parts for name in part.debit | part.credit}
        assert {ACCOUNT_TYPES[name].book for name in used} == {shape.book}, kind


def test_a_leg_of_a_kind_has_its_place_in_one_part_only():
    for kind, shape in SHAPES.items():
        for side in ("debit", "credit"):
            names = [name for part in shape.parts for name in getattr(part, side)]
            assert len(names) == len(set(names)), f"{kind} {side}"


def test_what_is_opened_can_be_ended_and_what_must_name_something_can():
    for kind, name in OPENS.items():
        assert any(name in part.debit | part.credit for part in SHAPES[kind].parts)
        assert any(kind in shape.resolves for shape in SHAPES.values()), f"{kind} could never be ended"
    assert all(shape.resolves for shape in SHAPES.values() if shape.must)


def test_every_account_of_real_money_is_on_one_side_of_the_balance():
    real = {name for name, kind in ACCOUNT_TYPES.items() if kind.book == Book.CASH}
    assert sorted([*COVER, *OWED, *SPENDING]) == sorted(real)


@pytest.mark.parametrize("amount", [0, 1.5, True, "1", 2**53, None])
def test_legs_are_whole_and_not_zero(amount):
    assert "whole numbers" in faults(K.PAYMENT_RECEIVED, (BANK, amount), (HELD, -1))


def test_one_leg_is_none():
    assert "two legs" in faults(K.PAYMENT_RECEIVED, (BANK, 5))
    assert "two legs" in faults(K.PAYMENT_RECEIVED)


def test_each_currency_balances_by_itself():
    mixed = [*legs((BANK, 5)), *legs((HELD, -5), currency="USD")]
    assert "does not balance" in " ".join(shape_faults(K.PAYMENT_RECEIVED, mixed))
    assert "does not balance" in faults(K.PAYMENT_RECEIVED, (BANK, 5), (HELD, -4))


@pytest.mark.parametrize(
    "code", ["held", "held:AAAA2222", "gold:AAAA2222:main", "held:AAAA2222:project BB", "", "a:b:c:d:e"]
)
def test_an_account_has_a_code(code):
    assert "no account code" in faults(K.PAYMENT_RECEIVED, (BANK, 5), (code, -5))


@pytest.mark.parametrize(
    ("kind", "pairs", "fault"),
    [
        (K.PAYMENT_RECEIVED, [(BANK, 5), (PROMISOR, -5)], "more than one book"),
        (K.PAYMENT_RECEIVED, [(PROMISED, 5), (PROMISOR, -5)], "belongs into the book cash"),
        (K.PAYMENT_RECEIVED, [(HELD, 5), (BANK, -5)], "may not debit held"),
        (K.PAYMENT_RECEIVED, [(BANK, 5), (BANK_OF_OTHER, -5)], "may not credit bank"),
        (K.PAYMENT_RECEIVED, [(BANK_OF_OTHER, 5), (HELD, -5)], "more than 1 custodians"),
        (K.PAYMENT_RECEIVED, [(BANK, 5), (HELD, -3), (HELD_ELSEWHERE, -2)], "more than 1 purposes"),
        (K.PAYMENT_RECEIVED, [(TRANSIT, 5), (HELD, -5)], "may not debit transit"),
        (K.MATCH_ALLOCATED, [(HELD, 5), (HELD_BY_OTHER, -5)], "more than 1 custodians"),
        (K.TRANCHE_RELEASED, [(HELD, 5), (ACCOUNTABLE, -5)], "each of its parts"),
        (
            K.TRANCHE_RELEASED,
            [(HELD, 5), (BANK, -5), (ADVANCE, 4), (ACCOUNTABLE, -4), (SPENT, 1)],
            "may not debit spent",
        ),
        (K.TRANCHE_RELEASED, [(HELD, 5), (BANK, -4), (ADVANCE, 4), (ACCOUNTABLE, -5)], "each of its parts"),
        (K.MATCH_RESERVED, [(RESERVED, 5), (VILLAGE, -5)], "may not credit promisor"),
        (K.GIFT_IN_KIND, [(GIVEN, 5), (HELD, -5)], "more than one book"),
    ],
)
def test_an_entry_has_the_shape_of_its_kind(kind, pairs, fault):
    assert fault in faults(kind, *pairs)


CONFIRMED = written(K.PLEDGE_CONFIRMED, (PROMISED, 300), (PROMISOR, -300))
MATCH = written(K.MATCH_RESERVED, (RESERVED, 300), (POOL, -300))
UNKNOWN = written(K.PAYMENT_UNIDENTIFIED, (BANK, 300), (UNIDENTIFIED, -300))
IDENTIFIED = written(K.PAYMENT_IDENTIFIED, (UNIDENTIFIED, 300), (HELD, -300))
GIFT = written(K.PAYMENT_RECEIVED, (BANK, 300), (HELD, -300))
FROM_POOL = written(K.POOL_GIVEN, (HELD_POOL, 300), (HELD, -300))
WHOLE = "exactly what the entry that it names has opened"


@pytest.mark.parametrize(
    ("kind", "pairs", "ends", "fault"),
    [
        (K.PLEDGE_MET, [(PROMISED, -300), (PROMISOR, 300)], None, WHOLE),
        (K.PLEDGE_MET, [(PROMISED, -299), (PROMISOR, 299)], CONFIRMED, WHOLE),
        (K.PLEDGE_MET, [(PROMISED, -301), (PROMISOR, 301)], CONFIRMED, WHOLE),
        (K.PLEDGE_MET, [(RESERVED, -300), (VILLAGE, 300)], CONFIRMED, WHOLE),
        (K.PLEDGE_MET, [(POOL, -300), (VILLAGE, 300)], CONFIRMED, WHOLE),
        (K.PLEDGE_MET, [(PROMISED, -300), (PROMISOR, 300)], GIFT, "cannot end an entry of the kind payment.received"),
        (K.PLEDGE_RELEASED, [(RESERVED, -300), (VILLAGE, 300)], MATCH, "cannot end"),
        (K.MATCH_UNRESERVED, [(RESERVED, -300), (POOL, 300)], None, "has to name what it ends"),
        (K.PAYMENT_IDENTIFIED, [(UNIDENTIFIED, 100), (HELD, -100)], UNKNOWN, WHOLE),
        (K.PAYMENT_IDENTIFIED, [(UNIDENTIFIED, 300), (HELD, -300)], None, "has to name what it ends"),
        (K.PLEDGE_CONFIRMED, [(PROMISED, 300), (PROMISOR, -300)], CONFIRMED, "cannot end"),
        (K.REFUND_PAID, [(HELD, 301), (BANK, -301)], GIFT, "gives back more than came"),
        (K.PAYMENT_REVERSED, [(SHORTFALL, 301), (BANK, -301)], GIFT, "gives back more than came"),
        (K.PAYMENT_RECEIVED, [(BANK, 300), (HELD, -300)], GIFT, "cannot end"),
        (K.POOL_RETURNED, [(HELD, 301), (HELD_POOL, -301)], FROM_POOL, "no more than went"),
        (K.POOL_RETURNED, [(HELD_ELSEWHERE, 5), (HELD_POOL, -5)], FROM_POOL, "between the same accounts"),
        (K.POOL_RETURNED, [(HELD_POOL, 5), (HELD, -5)], FROM_POOL, "between the same accounts"),
        (K.POOL_RETURNED, [(HELD, 5), (HELD_POOL, -5)], None, "has to name what it ends"),
        (K.MATCH_REVERSED, [(HELD, 5), (HELD_POOL, -5)], FROM_POOL, "cannot end"),
    ],
)
def test_what_was_opened_is_taken_back_exactly_and_nothing_else_is(kind, pairs, ends, fault):
    assert fault in links(kind, *pairs, ends=ends)


@pytest.mark.parametrize(
    ("kind", "pairs", "ends"),
    [
        (K.PLEDGE_MET, [(PROMISED, -300), (PROMISOR, 300)], CONFIRMED),
        (K.PLEDGE_MET, [(POOL, -300), (VILLAGE, 300)], None),
        (K.PLEDGE_RELEASED, [(POOL, -300), (VILLAGE, 300)], None),
        (K.REFUND_PAID, [(HELD, 299), (BANK, -299)], GIFT),
        (K.REFUND_PAID, [(HELD, 299), (BANK, -299)], None),
        (K.REFUND_PAID, [(HELD, 299), (BANK, -299)], IDENTIFIED),
        (K.POOL_RETURNED, [(HELD, 300), (HELD_POOL, -300)], FROM_POOL),
        (K.POOL_RETURNED, [(HELD, 1), (HELD_POOL, -1)], FROM_POOL),
    ],
)
def test_what_may_end_something_does(kind, pairs, ends):
    assert links(kind, *pairs, ends=ends) == ""


def test_refunds_are_measured_in_their_own_currency():
    dollars = legs((HELD, 1), (BANK, -1), currency="USD")
    assert list(link_faults(K.REFUND_PAID, dollars, GIFT, None)) == ["gives back more than came"]


def test_a_correction_mirrors_leg_by_leg():
    assert links(K.ENTRY_REVERSED, (BANK, -300), (HELD, 300), undoes=GIFT) == ""
    assert links(K.ENTRY_REVERSED, (HELD, 300), (BANK, -300), undoes=GIFT) == ""
    for wrong in [
        [(BANK, -299), (HELD, 299)],
        [(BANK, 300), (HELD, -300)],
        [(BANK, -300), (HELD_ELSEWHERE, 300)],
        [(BANK, -300), (HELD, 200), (HELD, 100)],
    ]:
        assert "not the mirror" in links(K.ENTRY_REVERSED, *wrong, undoes=GIFT)


def test_a_correction_names_what_it_undoes_ends_nothing_and_is_not_corrected():
    undo = [(BANK, -300), (HELD, 300)]
    assert "names what it reverses" in links(K.ENTRY_REVERSED, *undo)
    assert "ends nothing" in links(K.ENTRY_REVERSED, *undo, ends=GIFT, undoes=GIFT)
    corrected = Written(K.ENTRY_REVERSED, mirror(GIFT.legs))
    assert "is not corrected" in links(K.ENTRY_REVERSED, (BANK, 300), (HELD, -300), undoes=corrected)
    assert "only a correction reverses" in links(K.PAYMENT_RECEIVED, (BANK, 300), (HELD, -300), undoes=GIFT)


def test_a_code_names_its_parts_and_no_person():
    assert codes.parse(SPENT) == ("spent", "AAAA2222", "project-BBBB3333", "1")
    assert codes.parse(SPENT).purpose_ref == "BBBB3333"
    assert codes.parse(PROMISOR) == ("promisor", "", "donors", "")
    assert codes.parse(PROMISOR).purpose_ref == codes.parse(BANK).purpose_ref == ""
    assert codes.parse(TRANSIT) == ("transit", "AAAA2222", "CCCC4444", "")
    assert [codes.account_type(code).guarded for code in (HELD, BANK)] == [True, False]
