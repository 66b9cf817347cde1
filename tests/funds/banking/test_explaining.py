"""A line of the bank is one thing of our books, once; a reference is given out once."""

import datetime as dt

import pytest

from birge.errors import Conflict, InvalidInput
from birge.money import Money
from funds.banking.models import BankLine
from funds.banking.references import references_in
from funds.banking.services import group_of, line_explain, line_unexplain, reference_for, statement_import
from tests.factories.people import aimak_and_village, organisation
from tests.factories.statements import Told, account_at_bank, one_c

pytestmark = pytest.mark.django_db
CAME = Money(5_000_00, "KGS")


@pytest.fixture
def line():
    account = account_at_bank(organisation("custodian", aimak_and_village()[0]))
    told = one_c([Told(dt.date(2026, 11, 3), CAME.minor, "Pomosh", "Асанова Айгүл", bank_id="B-1")])
    assert not statement_import(account=account, data=told, actor=None).errors
    return BankLine.objects.get()


def test_a_line_is_one_thing_and_saying_so_twice_changes_nothing(line):
    assert line_explain(line, ref="first", amount=CAME).payment_ref == "first"
    assert line_explain(line, ref="first", amount=CAME).payment_ref == "first"
    with pytest.raises(Conflict) as refused:
        line_explain(line, ref="second", amount=CAME)
    assert refused.value.code == "line_explained"


def test_a_line_explains_only_its_own_sum(line):
    for other in (Money(5_000_01, "KGS"), Money(-5_000_00, "KGS"), Money(5_000_00, "RUB")):
        with pytest.raises(InvalidInput):
            line_explain(line, ref="first", amount=other)


def test_what_was_refused_leaves_its_line_free_again(line):
    line_explain(line, ref="first", amount=CAME)
    assert line_unexplain(line).explained_at is None
    assert line_explain(line, ref="second", amount=CAME).payment_ref == "second"


def test_a_group_has_one_reference_for_ever_and_no_two_groups_the_same():
    first, second = reference_for("groupone"), reference_for("grouptwo")
    assert reference_for("groupone") == first != second
    assert references_in(first) == [first]
    assert (group_of(first), group_of(f"Жардам {second.lower()}")) == ("groupone", "grouptwo")
    assert group_of("AK7-4821-6 nobody has that one") == group_of(f"{first} {second}") == ""
