"""Money on its way back over the API: receipts on paper, progress for everyone, tables for officers."""

import pytest

from birge import clock
from funds.payments.models import Payment
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from funds.releases.models import Refund
from tests.factories import funds as make
from tests.factories import returns as back
from tests.factories.api import caller
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def paid():
    world = make.open_village_project()
    pledge = back.paid_gift(world, 2_000_00)
    return world, pledge, Payment.objects.get(group=pledge.group)


def pdf(client, path):
    response = client.call("get", path)
    if response.status_code == 200:
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")
    return response.status_code


def test_a_donor_takes_receipts_by_the_link_and_nobody_elses():
    world, pledge, payment = paid()
    token, guest = pledge_token(pledge), caller(None)
    assert pdf(guest, f"pledges/{token}/payments/{payment.public_id}/receipt.pdf") == 200
    other = pledge_token(back.paid_gift(world, 300_00))
    assert pdf(guest, f"pledges/{other}/payments/{payment.public_id}/receipt.pdf") == 404
    back.give_up(world)
    refund = Refund.objects.get(payment=payment)
    path = f"pledges/{token}/refunds/{refund.public_id}/receipt.pdf"
    assert pdf(guest, path) == 404
    back.send_back(world, refund)
    assert pdf(guest, path) == 200


def test_officers_take_receipts_of_their_custodian_only():
    world, _pledge, payment = paid()
    assert pdf(caller(world.officer), f"payments/{payment.public_id}/receipt.pdf") == 200
    assert pdf(caller(world.head), f"payments/{payment.public_id}/receipt.pdf") == 404
    assert pdf(caller(None), f"payments/{payment.public_id}/receipt.pdf") == 401


def test_a_donors_year_is_theirs_alone():
    _world, pledge, _payment = paid()
    user, year = person(), clock.today().year
    Pledge.objects.filter(group=pledge.group).update(donor=user)
    assert pdf(caller(user), f"me/gifts/{year}/receipt.pdf") == 200
    assert pdf(caller(user), f"me/gifts/{year - 1}/receipt.pdf") == 404
    assert pdf(caller(person()), f"me/gifts/{year}/receipt.pdf") == 404
    assert pdf(caller(None), f"me/gifts/{year}/receipt.pdf") == 401


def test_everyone_reads_how_far_it_is_and_small_groups_are_not_counted():
    world = make.open_village_project()
    back.many_gifts(world, [100_00] * 6, kind="sandbox")
    ref = world.project.public_id
    assert caller(None).call("get", f"projects/{ref}/returns/").json()["total_minor"] == 0
    back.give_up(world)
    assert caller(None).call("get", f"projects/{ref}/returns/").json() == {
        "total_minor": 600_00, "back_minor": 600_00, "currency": "KGS",
        "gifts": 6, "gifts_back": 6, "waits_for_officer": 0,
    }  # fmt: skip
    few = paid()[0]
    back.give_up(few)
    assert caller(None).call("get", f"projects/{few.project.public_id}/returns/").json()["gifts"] is None


def test_officers_see_divisions_and_the_table_of_their_custodian(django_assert_max_num_queries):
    world, _pledge, _payment = paid()
    back.give_up(world)
    with django_assert_max_num_queries(8):
        (batch,) = caller(world.officer).call("get", "refund-batches/").json()["results"]
    assert (batch["parts"], batch["parts_back"], batch["parts_for_officers"]) == (1, 0, 1)
    assert caller(world.head).call("get", "refund-batches/").json()["results"] == []
    path = f"custodians/{world.custodian.public_id}/refunds.csv"
    assert caller(world.officer).call("get", path)["Content-Type"] == "text/csv; charset=utf-8"
    assert caller(world.head).call("get", path).status_code == 404
