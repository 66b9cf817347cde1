"""The database itself: a rate stays as it came, only a decision is added."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from birge import clock
from funds.rates.models import Rate
from funds.rates.triggers import RATES
from tests.factories.organisations import administrator
from tests.factories.rates import trusted, waiting

pytestmark = pytest.mark.django_db


def refused(change, match="only grows"):
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        change()


def test_the_triggers_are_as_they_should_be():
    assert RATES.faults(connection) == []


@pytest.mark.parametrize(
    "change",
    [
        {"som": Decimal("1.5")},
        {"nominal": 10},
        {"currency": "EUR"},
        {"source": "nbkr-file"},
        {"day": "2020-01-01"},
        {"doubt": ""},
        {"loaded_by_id": 1},
        {"public_id": "other"},
        {"status": "trusted", "decided_by": None},
        {"reason": "Only words."},
    ],
)
def test_what_came_is_not_changed(change):
    rate = waiting()
    before = Rate.objects.filter(pk=rate.pk).values().get()
    refused(lambda: Rate.objects.filter(pk=rate.pk).update(**change))
    assert Rate.objects.filter(pk=rate.pk).values().get() == before


def test_nothing_is_deleted():
    rate = trusted("USD", "87.45")
    refused(rate.delete)
    refused(lambda: Rate.objects.all()._raw_delete("default"))


def test_what_was_decided_stays_decided():
    rate, admin = waiting(), administrator()
    decision = {"decided_by": admin, "decided_at": clock.now(), "reason": "No.", "factor_method": "totp"}
    Rate.objects.filter(pk=rate.pk).update(status="refused", **decision)
    refused(lambda: Rate.objects.filter(pk=rate.pk).update(status="trusted", **decision))
    refused(lambda: Rate.objects.filter(pk=rate.pk).update(status="waiting", **decision))
    other = trusted("EUR", "101")
    refused(lambda: Rate.objects.filter(pk=other.pk).update(status="waiting", **decision))


def test_a_doubted_rate_is_trusted_only_with_a_persons_name_reason_and_factor():
    rate, admin = waiting(), administrator()
    whole = {"decided_by": admin, "decided_at": clock.now(), "reason": "Yes.", "factor_method": "totp"}
    for lacking in ({"decided_at": None}, {"reason": ""}, {"factor_method": ""}):
        refused(lambda part=lacking: Rate.objects.filter(pk=rate.pk).update(status="trusted", **whole | part), "rate_")
    Rate.objects.filter(pk=rate.pk).update(status="trusted", **whole)


@pytest.mark.parametrize(
    "fault", [{"som": Decimal(0)}, {"som": Decimal(-1)}, {"nominal": 0}, {"status": "other"}, {"source": "other"}]
)
def test_the_constraints_hold(fault):
    row = {"currency": "USD", "day": clock.today(), "nominal": 1, "som": Decimal(1), "source": "nbkr"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.create(**{**row, "status": "trusted", **fault})


def test_two_persons_and_one_trusted_rate_of_a_day():
    admin = administrator()
    row = {"currency": "USD", "day": clock.today(), "nominal": 1, "source": "nbkr"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.create(**row, som=Decimal(1), status="trusted", loaded_by=admin, decided_by=admin)
    Rate.objects.create(**row, som=Decimal(1), status="trusted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.create(**row, som=Decimal(2), status="trusted")


def test_a_rate_comes_back_exactly_as_it_was_given():
    for text in ("87.4502", "0.000001", "0.007213", "99999999.999999", "12345678.123456"):
        rate = trusted("USD", text, nominal=len(text) * 7 + Rate.objects.count())
        assert Rate.objects.get(pk=rate.pk).som == Decimal(text)
        rate = None
        Rate.objects.filter(status="trusted").update(
            status="refused", decided_by=administrator(), decided_at=clock.now(), reason="Next.", factor_method="totp"
        )


@pytest.mark.sqlite
def test_a_rate_is_not_replaced_by_another_of_the_same_number():
    rate = trusted("USD", "87.45")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM rates_rate WHERE id = %s", [rate.pk])
        values = cursor.fetchone()
        marks = ", ".join(["%s"] * len(values))
        with pytest.raises(DatabaseError, match="there already"), transaction.atomic():
            cursor.execute(f"INSERT OR REPLACE INTO rates_rate VALUES ({marks})", values)


@pytest.mark.postgresql
def test_the_table_is_not_truncated():
    trusted("USD", "87.45")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            cursor.execute("TRUNCATE rates_rate")
