"""What the form promises of pools is what the confirmation gives: rule by rule, to the last tyiyn, and never more."""

from __future__ import annotations

import datetime as dt

import pytest

from birge import clock
from birge.notifications.services import Contact
from funds.matching.rule_selectors import matches_of
from funds.settlement.quoting import offers
from funds.settlement.services.rounds import round_estimate
from tests.factories.funds import confirmed_pledge, open_village_project, pay, person, pledge
from tests.factories.matching import ONE_TO_ONE, changed, published

pytestmark = pytest.mark.django_db
HERS = Contact("email", "aigul@example.org")
RULES = {
    "som for som": [ONE_TO_ONE],
    "a limit for one person": [{"kind": "proportional", "rate": "3", "cap_per_donor": "700"}],
    "once": [{"kind": "proportional", "rate": "2", "gifts_per_donor": 1}],
    "one after the other": [{"kind": "proportional", "rate": "1", "counted_per_contribution": "200"}, ONE_TO_ONE],
    "beside the other": [ONE_TO_ONE, {"kind": "proportional", "rate": "0.5", "stack": True}],
    "brackets": [{"kind": "tiers", "per": "donor", "tiers": [{"up_to": "600", "rate": "1"}, {"rate": "0.25"}]}],
    "large gifts": [{"kind": "tiers", "per": "gift", "tiers": [{"at_least": "400", "rate": "0.3"}]}],
    "first gifts": [{"kind": "proportional", "rate": "1", "eligible": {"first_time_donors": True}}],
    "shares of the plan": [
        {
            "kind": "shares",
            "parties": [
                {"party": "donors", "share": "0.25"},
                {"party": "village", "share": "0.25"},
                {"party": "matching", "share": "0.5"},
            ],
        }
    ],
}


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00, matching=4_000_00)


def quoted(world, amount, contact=HERS):
    found = offers(project=world.project, amount_minor=amount, contact=contact)
    return {offer.version: offer.matched for offer in found if offer.matched and not offer.when_paid}


def drawn(world, amount, contact=HERS):
    made = confirmed_pledge(world.project, made=pledge(world.project, amount, contact=contact))
    return {row.version: row.amount_minor for row in matches_of([made.public_id])}


@pytest.mark.parametrize("name", RULES)
def test_the_confirmation_gives_what_was_quoted_gift_after_gift(world, name):
    for data in RULES[name]:
        published(world.custodian, data, amount=2_500_00)
    for amount in (500_00, 300_00, 1_234_56, 400_00, 900_00):
        promised = quoted(world, amount)
        assert drawn(world, amount) == promised


def test_what_was_quoted_to_one_can_go_to_who_confirms_first_but_never_grows(world):
    published(world.custodian, amount=600_00)
    promised = quoted(world, 500_00)
    confirmed_pledge(world.project, 400_00)
    assert drawn(world, 500_00)[next(iter(promised))] == 200_00


def test_each_person_once_is_known_by_the_contact_of_the_form(world):
    published(world.custodian, {"kind": "proportional", "rate": "1", "gifts_per_donor": 1})
    drawn(world, 100_00)
    again = offers(project=world.project, amount_minor=100_00, contact=HERS)
    other = offers(project=world.project, amount_minor=100_00, contact=Contact("email", "other@example.org"))
    assert [(offer.matched, offer.why) for offer in again] == [(0, "once")]
    assert [offer.matched for offer in other] == [100_00]


def test_a_first_gift_is_known_by_the_contact_or_the_account(world):
    published(world.custodian, {"kind": "proportional", "rate": "1", "eligible": {"first_time_donors": True}})
    donor = person()
    drawn(world, 100_00)
    confirmed_pledge(world.project, made=pledge(world.project, 100_00, actor=donor))
    known = offers(project=world.project, amount_minor=100_00, contact=HERS)
    signed_in = offers(project=world.project, amount_minor=100_00, contact=Contact("email", "x@y.kg"), donor=donor)
    assert [offer.why for offer in [*known, *signed_in]] == ["not_eligible:first_time_donors"] * 2


def test_somebody_of_whom_nothing_is_known_is_quoted_as_new(world):
    published(world.custodian, {"kind": "proportional", "rate": "1", "gifts_per_donor": 1})
    drawn(world, 100_00)
    assert [offer.matched for offer in offers(project=world.project, amount_minor=100_00)] == [100_00]


def test_a_rule_for_paid_money_says_so_and_sets_nothing_aside_for_the_promise(world):
    published(world.custodian, {"kind": "proportional", "rate": "1", "eligible": {"confirmed_only": True}})
    (offer,) = offers(project=world.project, amount_minor=500_00, contact=HERS)
    assert (offer.matched, offer.when_paid) == (500_00, True)
    made = confirmed_pledge(world.project, made=pledge(world.project, 500_00, contact=HERS))
    assert matches_of([made.public_id]) == []
    pay(world, made)
    assert [row.amount_minor for row in matches_of([made.public_id])] == [500_00]


def test_a_round_estimates_what_one_more_gift_would_bring(world):
    last = clock.today() + dt.timedelta(days=9)
    data = {"kind": "quadratic", "variant": "normalised", "eligible": {"until": last.isoformat()}}
    version = published(world.custodian, data)
    confirmed_pledge(world.project, 100_00)
    (offer,) = offers(project=world.project, amount_minor=400_00, contact=HERS)
    assert (offer.estimate, offer.last_day, offer.matched) == (True, last, 400_00)
    drawn(world, 400_00)
    assert round_estimate(version=version, project=world.project) == offer.matched


def test_no_round_is_offered_where_the_plan_leaves_nothing_to_pools():
    alone = open_village_project(donors=10_000_00, village=10_000_00)
    last = clock.today() + dt.timedelta(days=9)
    published(alone.custodian, {"kind": "quadratic", "variant": "normalised", "eligible": {"until": last.isoformat()}})
    assert offers(project=alone.project, amount_minor=100_00, contact=HERS) == []


def test_a_round_that_is_not_for_this_gift_says_why_and_is_no_estimate(world):
    tomorrow = clock.today() + dt.timedelta(days=1)
    data = {"kind": "quadratic", "variant": "normalised"}
    data["eligible"] = {"from": tomorrow.isoformat(), "until": (tomorrow + dt.timedelta(days=9)).isoformat()}
    published(world.custodian, data)
    (offer,) = offers(project=world.project, amount_minor=400_00, contact=HERS)
    assert (offer.estimate, offer.matched, offer.why) == (False, 0, "not_eligible:from")


def test_another_version_counts_its_donors_anew(world):
    version = published(world.custodian, {"kind": "proportional", "rate": "1", "gifts_per_donor": 1})
    drawn(world, 100_00)
    changed(version.rule, {"kind": "proportional", "rate": "2", "gifts_per_donor": 1})
    assert list(quoted(world, 100_00).values()) == [200_00]
    assert list(drawn(world, 100_00).values()) == [200_00]
