"""What a promise draws from the rules of pools, and what becomes of it."""

import pytest

from birge import clock
from birge.notifications.services import Contact
from funds.ledger.models import Entry
from funds.matching.models import Given, MatchDonor, Reservation
from funds.matching.rule_selectors import matched_minor, rule_money, rule_offered
from funds.matching.selectors import match_of
from funds.matching.services import Giver, rules_quote
from funds.payments.services import payment_confirm
from funds.settlement.facts import held_minor, plan_facts
from funds.settlement.matching import match_facts
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    pledge_withdraw_and_release,
    project_cancel_and_refund,
)
from tests.factories.funds import confirmed_pledge, factor, open_village_project, pay, pledge, record
from tests.factories.matching import ONE_TO_ONE, ended, free_of, published, set_aside

pytestmark = pytest.mark.django_db
TWO = {"kind": "proportional", "rate": "2"}


@pytest.fixture
def world():
    return open_village_project(donors=10_000_00, village=10_000_00, matching=20_000_00)


def live(of):
    rows = Reservation.objects.filter(pledge_ref=of.public_id, version__isnull=False, status="reserved")
    return [(row.version, row.amount_minor) for row in rows]


def test_of_one_promise_some_waits_with_the_village_and_some_in_a_pool(world):
    rule = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    assert match_of(made.public_id) == 2_000_00
    assert live(made) == [(rule, 4_000_00)]
    assert plan_facts(world.project).shares == {"donors": 2_000_00, "village": 10_000_00, "matching": 4_000_00}


def test_it_is_given_when_the_money_comes(world):
    rule = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 2_000_00)
    paid = pay(world, made)
    given = Given.objects.get()
    assert (given.amount_minor, given.payment_ref, given.version) == (4_000_00, paid.public_id, rule)
    assert held_minor(world.project) == 6_000_00
    assert (set_aside(rule), rule_offered(rule.rule), live(made)) == (6_000_00, 6_000_00, [])
    assert Entry.objects.get(pk=given.entry_id).group == made.group


def test_it_never_shrinks_while_the_promise_stands(world):
    rule = published(world.custodian, ONE_TO_ONE, amount=500_00)
    made = confirmed_pledge(world.project, 500_00)
    late = confirmed_pledge(world.project, 500_00)
    assert (live(made), live(late)) == ([(rule, 500_00)], [])
    ended(rule.rule)
    assert live(made) == [(rule, 500_00)]
    pay(world, made)
    assert Given.objects.get().amount_minor == 500_00


def test_a_promise_taken_back_sets_it_free_for_others(world):
    rule = published(world.custodian, ONE_TO_ONE, amount=500_00)
    made = confirmed_pledge(world.project, 500_00)
    pledge_withdraw_and_release(pledge=made, actor=world.officer, reason="rang us")
    assert (live(made), rule_offered(rule.rule)) == ([], 500_00)
    assert live(confirmed_pledge(world.project, 300_00)) == [(rule, 300_00)]


def test_set_free_after_its_rule_has_ended_it_goes_back_to_the_pool(world):
    rule = published(world.custodian, ONE_TO_ONE, amount=500_00)
    made = confirmed_pledge(world.project, 500_00)
    ended(rule.rule)
    pledge_withdraw_and_release(pledge=made, actor=world.officer, reason="rang us")
    assert (free_of(rule), set_aside(rule)) == (500_00, 0)


def test_a_part_payment_gives_a_part_and_the_rest_waits(world):
    rule = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 1_000_00)
    pay(world, made, 333_33)
    rest = type(made).objects.get(group=made.group, status="confirmed")
    assert Given.objects.get().amount_minor == 666_66
    assert live(rest) == [(rule, 1_333_34)]
    pay(world, rest)
    assert sum(each.amount_minor for each in Given.objects.all()) == 2_000_00


def test_two_rules_do_not_match_the_same_som(world):
    first = published(world.custodian, {"kind": "proportional", "rate": "1", "counted_per_contribution": "300"})
    second = published(world.custodian, ONE_TO_ONE)
    made = confirmed_pledge(world.project, 1_000_00)
    assert live(made) == [(first, 300_00), (second, 700_00)]


def test_unless_the_second_says_so(world):
    first = published(world.custodian, ONE_TO_ONE)
    second = published(world.custodian, {"kind": "proportional", "rate": "1", "stack": True})
    assert live(confirmed_pledge(world.project, 1_000_00)) == [(first, 1_000_00), (second, 1_000_00)]


def test_no_rule_gives_more_than_the_plans_matching_share_lacks(world):
    rule = published(world.custodian, {"kind": "proportional", "rate": "15"}, amount=50_000_00)
    first, second = confirmed_pledge(world.project, 1_000_00), confirmed_pledge(world.project, 1_000_00)
    assert live(first) == [(rule, 15_000_00)]
    assert live(second) == [(rule, 5_000_00)]
    assert matched_minor(world.project) == 20_000_00
    assert match_facts(world.project).rest == 0


def test_a_plan_without_a_matching_share_is_matched_by_no_pool():
    world = open_village_project(donors=10_000_00, village=10_000_00)
    published(world.custodian, ONE_TO_ONE)
    assert live(confirmed_pledge(world.project, 1_000_00)) == []


def test_a_pool_of_another_custodian_does_not_match(world):
    other = open_village_project()
    published(other.custodian, ONE_TO_ONE)
    assert live(confirmed_pledge(world.project, 1_000_00)) == []


def test_guest_promises_of_one_contact_are_one_donors(world):
    once = published(world.custodian, {"kind": "proportional", "rate": "1", "gifts_per_donor": 1})
    hers = Contact("email", "aigul@example.org")
    same = Contact("email", "Aigul@Example.org")
    first = confirmed_pledge(world.project, made=pledge(world.project, 500_00, contact=hers))
    again = confirmed_pledge(world.project, made=pledge(world.project, 500_00, contact=same))
    other = confirmed_pledge(world.project, 500_00)
    assert (live(first), live(again), live(other)) == ([(once, 500_00)], [], [(once, 500_00)])
    assert MatchDonor.objects.count() == 2


def test_the_leaf_of_a_reservation_links_gifts_of_one_donor_inside_its_rule_only(world):
    published(world.custodian, {"kind": "proportional", "rate": "1", "counted_per_contribution": "100"})
    published(world.custodian, ONE_TO_ONE)
    hers = Contact("email", "aigul@example.org")
    for _n in range(2):
        confirmed_pledge(world.project, made=pledge(world.project, 500_00, contact=hers))
    tags = [
        entry.tag for entry in Entry.objects.exclude(tag="").filter(kind="match.reserved").order_by("command_id", "n")
    ]
    assert len(tags) == 4
    assert tags[0] == tags[2] != tags[1] == tags[3]


def test_a_rule_for_paid_gifts_draws_when_the_money_comes(world):
    rule = published(world.custodian, {"kind": "proportional", "rate": "1", "eligible": {"confirmed_only": True}})
    made = confirmed_pledge(world.project, 500_00)
    assert live(made) == []
    pay(world, made)
    assert [(each.version, each.amount_minor) for each in Given.objects.all()] == [(rule, 500_00)]
    assert held_minor(world.project) == 1_000_00


def test_a_rule_for_first_time_donors_matches_the_first_promise_only(world):
    rule = published(world.custodian, {"kind": "proportional", "rate": "1", "eligible": {"first_time_donors": True}})
    hers = Contact("email", "aigul@example.org")
    first = confirmed_pledge(world.project, made=pledge(world.project, 500_00, contact=hers))
    second = confirmed_pledge(world.project, made=pledge(world.project, 500_00, contact=hers))
    assert (live(first), live(second)) == ([(rule, 500_00)], [])


def test_eligibility_looks_at_category_and_place(world):
    wrong = {"categories": ["water"]}, {"villages": ["somewhere else"]}, {"min_project": "1000000"}
    for eligible in wrong:
        published(world.custodian, {"kind": "proportional", "rate": "1", "eligible": eligible})
    right = published(
        world.custodian,
        {
            "kind": "proportional",
            "rate": "1",
            "eligible": {"categories": ["light"], "villages": [world.project.village.soate], "max_project": "50000"},
        },
    )
    assert live(confirmed_pledge(world.project, 500_00)) == [(right, 500_00)]


def test_a_payment_written_down_by_mistake_takes_the_match_back_and_reserves_it_again(world):
    rule = published(world.custodian, TWO)
    made = confirmed_pledge(world.project, 1_000_00)
    paid = pay(world, made)
    asked = payment_correct_ask(payment=paid, actor=world.officer, reason="wrong line")
    payment_correct_approve(correction=asked, actor=world.second_officer, proof=factor(world.second_officer))
    given = Given.objects.get()
    assert (given.returned_minor, held_minor(world.project)) == (2_000_00, 0)
    assert live(made) == [(rule, 2_000_00)]
    assert rule_money(rule.rule).given == 0
    pay(world, made, reference="right")
    assert rule_money(rule.rule).given == 2_000_00


def test_a_project_given_up_before_payment_sets_all_of_it_free(world):
    rule = published(world.custodian, TWO)
    confirmed_pledge(world.project, 1_000_00)
    project_cancel_and_refund(project=world.project, actor=world.head, reason="no land")
    assert (rule_offered(rule.rule), set_aside(rule)) == (10_000_00, 10_000_00)


def test_the_quote_is_what_the_confirmation_then_does(world):
    published(world.custodian, {"kind": "proportional", "rate": "1", "cap_per_contribution": "400"})
    giver = Giver(identity="x", amount=1_000_00, at=clock.now(), group="", given=0, first_time=True)
    quoted = rules_quote(project=world.project, facts=match_facts(world.project), giver=giver)
    assert [(each.matched, each.why) for each in quoted] == [(400_00, "cap_contribution")]
    assert [amount for _rule, amount in live(confirmed_pledge(world.project, 1_000_00))] == [400_00]


def test_confirming_a_payment_twice_gives_once(world):
    published(world.custodian, TWO)
    payment = record(world, confirmed_pledge(world.project, 1_000_00))
    for _n in range(2):
        payment_confirm(payment=payment, actor=world.second_officer, proof=factor(world.second_officer))
    assert Given.objects.count() == 1


def test_a_rule_for_paid_gifts_takes_nothing_from_those_that_match_promises(world):
    paid = published(world.custodian, ONE_TO_ONE | {"eligible": {"confirmed_only": True}})
    promised = published(world.custodian, {"kind": "proportional", "rate": "1", "counted_per_contribution": "400"})
    giver = Giver(identity="x", amount=1_000_00, at=clock.now(), group="", given=0, first_time=True)
    quoted = rules_quote(project=world.project, facts=match_facts(world.project), giver=giver)
    assert {each.version: each.matched for each in quoted} == {promised: 400_00, paid: 600_00}
    made = confirmed_pledge(world.project, 1_000_00)
    assert live(made) == [(promised, 400_00)]
    pay(world, made)
    assert {each.version: each.amount_minor for each in Given.objects.all()} == {promised: 400_00, paid: 600_00}


def test_a_rule_for_paid_gifts_matches_every_part_of_a_promise_when_it_comes(world):
    rule = published(world.custodian, ONE_TO_ONE | {"eligible": {"confirmed_only": True}})
    half = published(world.custodian, {"kind": "proportional", "rate": "1", "counted_per_contribution": "400"})
    made = confirmed_pledge(world.project, 1_000_00)
    pay(world, made, 500_00)
    pay(world, type(made).objects.get(group=made.group, status="confirmed"))
    given = [(each.version, each.amount_minor) for each in Given.objects.order_by("id")]
    assert given == [(rule, 300_00), (half, 200_00)] * 2


@pytest.mark.parametrize("more", [{}, {"counted_per_contribution": "300"}, {"stack": True}])
def test_a_rule_for_paid_gifts_matches_a_payment_that_was_put_right_once(world, more):
    published(world.custodian, ONE_TO_ONE | more | {"eligible": {"confirmed_only": True}})
    made = confirmed_pledge(world.project, 1_000_00)
    asked = payment_correct_ask(payment=pay(world, made), actor=world.officer, reason="another's")
    officer = world.second_officer
    payment_correct_approve(correction=asked, actor=officer, proof=factor(officer))
    made.refresh_from_db()
    pay(world, made)
    first, again = Given.objects.order_by("id")
    assert first.returned_minor == first.amount_minor == again.amount_minor
    assert again.returned_minor == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("aigul@example.org", "aigul+again@example.org"),
        ("ai.gul@gmail.com", "aigul@gmail.com"),
        ("aigul@googlemail.com", "a.igul+x@gmail.com"),
    ],
)
def test_all_spellings_of_one_mailbox_are_one_donors(world, first, second):
    rule = published(world.custodian, ONE_TO_ONE | {"gifts_per_donor": 1})
    for spelt in (first, second):
        confirmed_pledge(world.project, made=pledge(world.project, 100_00, contact=Contact("email", spelt)))
    assert matched_minor(world.project) == 100_00
    assert MatchDonor.objects.filter(version=rule).count() == 1
