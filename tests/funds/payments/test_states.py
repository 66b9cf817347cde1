"""Every step between two statuses of a payment is in the table or refused."""

import itertools

import pytest

from birge.errors import RuleNotMet
from funds.payments.models import ALLOWED, Payment, PaymentStatus
from funds.payments.services import transition_check


@pytest.mark.parametrize(("before", "after"), list(itertools.product(PaymentStatus, PaymentStatus)))
def test_the_matrix_of_steps(before, after):
    payment = Payment(status=before)
    if after in ALLOWED[before]:
        transition_check(payment, after)
    else:
        with pytest.raises(RuleNotMet):
            transition_check(payment, after)


def test_every_status_has_its_row_in_the_table():
    assert set(ALLOWED) == set(PaymentStatus)
