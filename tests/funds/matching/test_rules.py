"""Rules of pools are published with money, frozen, changed by new versions, and ended."""

import functools

import pytest

from birge.errors import InsufficientFunds, InvalidInput, RuleNotMet
from funds.matching.models import RuleVersion
from funds.matching.rule_selectors import rule_money, rule_offered, rules_of_pool, versions_now
from funds.matching.services import rule_clean
from funds.matching.services.rules import MOST_BYTES
from tests.factories.funds import confirmed_pledge, open_village_project, organisation
from tests.factories.matching import ONE_TO_ONE, changed, ended, free_of, pool_with, published, set_aside

pytestmark = pytest.mark.django_db


@pytest.fixture
def custodian():
    return organisation("custodian")


def test_publishing_sets_the_rules_money_aside(custodian):
    version = published(custodian, amount=600_00, pool=pool_with(custodian, 1_000_00))
    assert (free_of(version), set_aside(version), rule_offered(version.rule)) == (400_00, 600_00, 600_00)


def test_a_rule_gets_no_more_than_the_pool_holds_free(custodian):
    with pytest.raises(InsufficientFunds):
        published(custodian, amount=600_00, pool=pool_with(custodian, 599_99))
    assert not RuleVersion.objects.exists()


@pytest.mark.parametrize(
    ("data", "inner"),
    [
        ({"kind": "proportional"}, "rate"),
        ({"kind": "proportional", "rate": "1", "pool": 5}, "pool"),
        ({"kind": "proportional", "rate": "1", "decimals": 9}, "decimals"),
        ({"kind": "proportional", "rate": "1", "currency": "USD"}, "currency"),
        ({"kind": "proportional", "rate": 0.5}, "rate"),
        ({"kind": "proportional", "rate": "1", "cap_per_doner": 5}, "cap_per_doner"),
        ({"kind": "proportional", "rate": "1", "when_dry": "pro_rata"}, "when_dry"),
        ({"kind": "quadratic", "variant": "normalised"}, "eligible.until"),
        ({"kind": "horoscope"}, "kind"),
        ({"kind": "tiers", "per": "donor", "tiers": [{"up_to": "9", "rate": "0"}, {"rate": "1"}]}, "tiers"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_and_its_field_named(data, inner):
    with pytest.raises(InvalidInput) as refused:
        rule_clean(data, "KGS")
    assert (refused.value.field, refused.value.data["inner"]) == ("rule", inner)


def test_changing_a_rule_makes_a_version_for_what_comes_after():
    world = open_village_project(donors=10_000_00, village=0, matching=10_000_00)
    first = published(world.custodian, ONE_TO_ONE)
    confirmed_pledge(world.project, 500_00)
    second = changed(first.rule, {"kind": "proportional", "rate": "2"})
    confirmed_pledge(world.project, 500_00)
    first.refresh_from_db()
    assert (first.data["rate"], second.number, second.ref) == ("1", 2, f"{first.rule.public_id}:2")
    assert [row.amount_minor for row in first.reservations.all()] == [500_00]
    assert [row.amount_minor for row in second.reservations.all()] == [1_000_00]
    assert list(versions_now()) == [second]


def test_ending_a_rule_frees_what_is_not_reserved():
    world = open_village_project(donors=10_000_00, village=0, matching=10_000_00)
    version = published(world.custodian, amount=2_000_00)
    confirmed_pledge(world.project, 500_00)
    assert ended(version.rule) == 1_500_00
    assert (free_of(version), set_aside(version)) == (1_500_00, 500_00)
    assert rule_money(version.rule).reserved == 500_00
    confirmed_pledge(world.project, 500_00)
    assert version.reservations.count() == 1


def test_an_ended_rule_takes_no_money_and_no_change(custodian):
    version = published(custodian)
    ended(version.rule)
    with pytest.raises(RuleNotMet) as refused:
        changed(version.rule, ONE_TO_ONE)
    assert refused.value.code == "rule_ended"


def test_a_round_keeps_its_rule_to_the_end(custodian):
    until = {"eligible": {"until": "2030-01-01"}}
    version = published(custodian, {"kind": "quadratic", "variant": "normalised", **until})
    with pytest.raises(RuleNotMet) as refused:
        changed(version.rule, {"kind": "quadratic", "variant": "sum_of_roots", **until})
    assert refused.value.code == "round_keeps_its_rule"


def test_rules_of_a_pool_stand_in_their_order(custodian):
    pool = pool_with(custodian, 3_000_00)
    versions = [published(custodian, amount=1_000_00, pool=pool) for _n in range(3)]
    ended(versions[0].rule)
    assert list(rules_of_pool(pool)) == [versions[1], versions[2], versions[0]]


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "proportional", "rate": 10**4000},
        {"kind": "proportional", "rate": {"num": 1, "den": 10**4000}},
        {"kind": "proportional", "rate": "1", "text": "x" * MOST_BYTES},
        {"kind": "proportional", "rate": "1", "eligible": {"villages": ["4170"] * 10_000}},
        {"kind": "proportional", "rate": "1", "text": functools.reduce(lambda inner, _n: [inner], range(900), "x")},
    ],
    ids=["rate", "divisor", "text", "villages", "depth"],
)
def test_a_rule_that_nobody_could_read_through_is_refused(data):
    with pytest.raises(InvalidInput) as refused:
        rule_clean(data, "KGS")
    assert refused.value.field == "rule"
