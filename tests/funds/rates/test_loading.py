"""Scenario 14: a rate that is missing, zero, negative or ten times off is never silently used."""

import datetime as dt
from decimal import Decimal

import pytest

from birge import clock
from birge.audit.models import AuditRecord
from birge.errors import InvalidInput, NotAllowed, RuleNotMet, SecondFactorRequired
from funds.rates.models import Rate
from funds.rates.reading import RateFileError
from funds.rates.selectors import rate_on
from funds.rates.services import rate_decide, rates_load
from tests.factories.funds import factor, person
from tests.factories.organisations import administrator
from tests.factories.rates import SAMPLES, load, trusted, waiting, xml

pytestmark = pytest.mark.django_db
FRIDAY = dt.date(2026, 9, 18)
MONDAY = FRIDAY + dt.timedelta(days=3)


def decided(rate, *, accept=True, actor=None, reason="Compared with the Bank’s page."):
    actor = actor or administrator()
    return rate_decide(rate=rate, actor=actor, proof=factor(actor), accept=accept, reason=reason)


def test_the_samples_load_and_loading_twice_changes_nothing():
    data = (SAMPLES / "daily_2020-08-11.xml").read_bytes()
    report = rates_load(data, source="nbkr-file")
    assert [str(rate) for rate in report.trusted] == [
        "1 EUR = 91.1352 KGS, 2020-08-11", "1 KZT = 0.1851 KGS, 2020-08-11",
        "1 RUB = 1.0494 KGS, 2020-08-11", "1 USD = 77.4202 KGS, 2020-08-11",
    ]  # fmt: skip
    assert (report.waiting, report.refused, report.known, report.missing) == ((), (), 0, ())
    again = rates_load(data, source="nbkr-file")
    assert (again.trusted, again.known, Rate.objects.count()) == ((), 4, 4)


def test_a_csv_of_several_days_is_taken_day_by_day():
    report = rates_load((SAMPLES / "rates.csv").read_bytes(), source="nbkr-file")
    assert len(report.trusted) == 6
    assert report.days == (dt.date(2020, 8, 11), FRIDAY)
    assert Rate.objects.get(currency="JPY").som_text == "5.6749"
    assert report.missing == ("EUR", "KZT", "RUB")  # the fragment of the newest day has only the dollar of the four


def test_a_missing_currency_is_told_and_the_last_known_rate_stays():
    load(FRIDAY, USD="87,4500", EUR="101,0000", KZT="0,1700", RUB="1,0500")
    report = load(MONDAY, USD="87,5000", EUR="101,0000", KZT="0,1700")
    assert report.missing == ("RUB",)
    assert rate_on("RUB", MONDAY).on == FRIDAY
    assert rate_on("USD", MONDAY).on == MONDAY


@pytest.mark.parametrize("som", ["0,0000", "-87,4500"])
def test_nothing_or_less_is_kept_as_refused_and_the_right_one_can_follow(som):
    load(FRIDAY, USD="87,4500")
    report = load(MONDAY, USD=som)
    assert [rate.doubt for rate in report.refused] == ["not_positive"]
    assert rate_on("USD", MONDAY).on == FRIDAY
    assert load(MONDAY, USD=som).known == 1
    assert len(load(MONDAY, USD="87,5000").trusted) == 1
    assert rate_on("USD", MONDAY).som == Decimal("87.5")


@pytest.mark.parametrize(
    ("som", "doubt"),
    [
        ("874,5000", "far"),
        ("8,7450", "far"),
        ("9,2000", "far"),  # a comma too far, and a little of the day besides
        ("8745,0000", "far"),
        ("104,9500", "jump"),
        ("69,9500", "jump"),
        ("100:87,4500", "far"),  # the nominal of another currency
    ],
)
def test_what_is_far_off_waits_for_a_person(som, doubt):
    load(FRIDAY, USD="87,4500")
    report = load(MONDAY, USD=som)
    assert [rate.doubt for rate in report.waiting] == [doubt]
    assert report.trusted == ()
    assert rate_on("USD", MONDAY).som == Decimal("87.45")
    assert AuditRecord.objects.filter(action="rate_load_waiting").count() == 1


@pytest.mark.parametrize("som", ["104,9400", "69,9600", "10:874,0000"])
def test_what_moves_as_rates_do_is_trusted(som):
    load(FRIDAY, USD="87,4500")
    assert len(load(MONDAY, USD=som).trusted) == 1


def test_the_limits_can_be_set(settings):
    settings.RATES_JUMP_PERCENT = 1
    load(FRIDAY, USD="87,4500")
    assert load(MONDAY, USD="89,0000").waiting[0].doubt == "jump"


def test_even_the_first_rate_of_a_currency_must_have_its_size():
    report = load(FRIDAY, USD="8,7450", RUB="1,0494", JPY="5,6749")
    assert [(rate.currency, rate.doubt) for rate in report.waiting] == [("JPY", "first"), ("USD", "first")]
    assert [rate.currency for rate in report.trusted] == ["RUB"]


def test_an_older_file_is_compared_with_what_is_nearest_to_it():
    load(MONDAY, USD="87,4500")
    assert load(FRIDAY, USD="874,0000").waiting[0].doubt == "far"
    assert load(FRIDAY, USD="87,4000").trusted


def test_a_day_far_ahead_waits():
    today = clock.today()
    assert load(today + dt.timedelta(days=7), USD="87,4500").trusted
    assert load(today + dt.timedelta(days=8), USD="87,4500").waiting[0].doubt == "ahead"


def test_currencies_that_nobody_can_promise_in_are_left_out():
    report = load(FRIDAY, USD="87,4500", XAU="250000,0", XTS="1,0")
    assert report.not_kept == ("XAU", "XTS")
    assert Rate.objects.count() == 1


def test_a_broken_file_changes_nothing():
    load(FRIDAY, USD="87,4500")
    with pytest.raises(RateFileError):
        rates_load(xml(MONDAY, USD="87,5000", EUR="x"), source="nbkr")
    assert Rate.objects.count() == 1


def test_a_source_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="newspaper"):
        rates_load(xml(FRIDAY, USD="87,4500"), source="newspaper")


def test_who_does_not_administer_loads_nothing():
    with pytest.raises(NotAllowed):
        rates_load(xml(FRIDAY, USD="87,4500"), source="nbkr-file", actor=person())
    assert not Rate.objects.exists()


def test_a_person_decides_that_it_is_right_after_all():
    rate = waiting()
    admin = administrator()
    decided(rate, actor=admin, reason="Three noughts were cut off.")
    rate.refresh_from_db()
    assert (rate.status, rate.decided_by, rate.reason, rate.factor_method) == (
        "trusted", admin, "Three noughts were cut off.", "totp",
    )  # fmt: skip
    assert rate_on("USD", clock.today()).som == Decimal("874.5")
    assert AuditRecord.objects.get(action="rate_accept").actor == admin


def test_a_refused_rate_is_not_used_and_does_not_come_again():
    rate = waiting()
    decided(rate, accept=False)
    assert rate_on("USD", clock.today()).som == Decimal("87.45")
    assert load(clock.today(), USD="874,5000").known == 1
    assert load(clock.today(), USD="87,5000").trusted
    with pytest.raises(RuleNotMet, match="decided already"):
        decided(rate)


def test_who_loaded_it_does_not_decide_on_it():
    admin = administrator()
    trusted("USD", "87.45", FRIDAY)
    rate = rates_load(xml(MONDAY, USD="874,5000"), source="nbkr-file", actor=admin).waiting[0]
    with pytest.raises(NotAllowed) as refused:
        decided(rate, actor=admin)
    assert refused.value.code == "same_person"
    assert decided(rate, actor=administrator()).status == "trusted"


def test_deciding_takes_an_administrator_a_factor_and_a_reason():
    rate, admin = waiting(), administrator()
    with pytest.raises(NotAllowed):
        decided(rate, actor=person(factor_enrolled=True))
    with pytest.raises(SecondFactorRequired):
        rate_decide(rate=rate, actor=admin, proof=None, accept=True, reason="Yes.")
    with pytest.raises(SecondFactorRequired):
        rate_decide(rate=rate, actor=admin, proof=factor(administrator()), accept=True, reason="Yes.")
    with pytest.raises(InvalidInput):
        decided(rate, actor=admin, reason=" ")
    rate.refresh_from_db()
    assert rate.status == "waiting"


def test_another_rate_for_the_same_day_never_replaces_the_first_by_itself():
    load(FRIDAY, USD="87,4500")
    other = load(FRIDAY, USD="87,5500").waiting[0]
    assert other.doubt == "differs"
    assert rate_on("USD", FRIDAY).som == Decimal("87.45")
    decided(other)
    assert rate_on("USD", FRIDAY).som == Decimal("87.55")
    first = Rate.objects.get(som=Decimal("87.45"))
    assert (first.status, first.reason) == ("refused", "Compared with the Bank’s page.")
    assert AuditRecord.objects.filter(action="rate_replace").count() == 1


def test_the_banks_own_answer_counts_before_a_file_of_the_same_day():
    load(FRIDAY, source="nbkr-file", USD="87,4000")
    assert rate_on("USD", FRIDAY).som == Decimal("87.4")
    load(FRIDAY, USD="87,4500")
    assert (rate_on("USD", FRIDAY).som, rate_on("USD", FRIDAY).source) == (Decimal("87.45"), "nbkr")
