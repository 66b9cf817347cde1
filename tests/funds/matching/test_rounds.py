"""A round only estimates while it lasts, and is settled once, as its public report says."""

import datetime as dt
import hashlib
import json

import pytest
import time_machine

from birge import clock
from birge.errors import RuleNotMet
from birge.notifications.services import Contact
from birge_engine.matching.rounds import ReportError, report_input_digest, report_read
from funds.ledger.models import Entry
from funds.matching.donors import donors_forget
from funds.matching.models import Given, MatchDonor, RoundGift, RuleStatus
from funds.matching.rule_selectors import matched_minor
from funds.matching.services import Giver
from funds.settlement.facts import held_minor
from funds.settlement.matching import pledge_identity
from funds.settlement.services.rounds import round_estimate, round_settle, rounds_over, rule_end_over, rules_over
from tests.factories.funds import confirmed_pledge, open_village_project, pay, pledge
from tests.factories.matching import ONE_TO_ONE, free_of, published, set_aside

pytestmark = pytest.mark.django_db


def until(days: int = 10) -> dict[str, str]:
    return {"until": (clock.today() + dt.timedelta(days=days)).isoformat()}


def quadratic(**more):
    return {"kind": "quadratic", "variant": "normalised", "eligible": until() | more.pop("eligible", {})} | more


@pytest.fixture
def two():
    first = open_village_project(donors=10_000_00, village=0, matching=5_000_00)
    return first, open_village_project(donors=10_000_00, village=0, matching=5_000_00, custodian=first.custodian)


def after_the_round(version):
    last = dt.date.fromisoformat(version.data["eligible"]["until"])
    return time_machine.travel(dt.datetime.combine(last + dt.timedelta(days=1), dt.time(8), dt.UTC), tick=True)


def test_many_small_gifts_draw_more_than_one_large_one(two):
    many, one = two
    version = published(many.custodian, quadratic(), amount=1_000_00)
    for _n in range(4):
        pay(many, confirmed_pledge(many.project, 100_00))
    pay(one, confirmed_pledge(one.project, 400_00))
    with after_the_round(version):
        run = round_settle(version=version)
    assert (matched_minor(many.project), matched_minor(one.project)) == (1_000_00, 0)
    assert (held_minor(many.project), held_minor(one.project)) == (1_400_00, 400_00)
    assert run.total_minor == 1_000_00


def test_nothing_is_reserved_while_it_lasts_but_everyone_takes_part(two):
    version = published(two[0].custodian, quadratic(), amount=1_000_00)
    made = confirmed_pledge(two[0].project, 100_00)
    assert not version.reservations.exists()
    assert RoundGift.objects.get().group == made.group


def test_it_is_not_settled_before_its_last_day_is_over(two):
    version = published(two[0].custodian, quadratic())
    with pytest.raises(RuleNotMet) as refused:
        round_settle(version=version)
    assert refused.value.code == "round_not_over"
    assert rounds_over(clock.today()) == []


def test_settled_twice_it_gives_once(two):
    version = published(two[0].custodian, quadratic(), amount=1_000_00)
    for _n in range(3):
        pay(two[0], confirmed_pledge(two[0].project, 100_00))
    with after_the_round(version):
        assert rounds_over(clock.today()) == [version]
        assert round_settle(version=version) == round_settle(version=version)
        assert rounds_over(clock.today()) == []
    assert Given.objects.count() == 1


def test_what_it_does_not_give_goes_back_to_the_pool(two):
    version = published(two[0].custodian, quadratic(), amount=1_000_00)
    for _n in range(2):
        pay(two[0], confirmed_pledge(two[0].project, 100_00))
    with after_the_round(version):
        round_settle(version=version)
    version.rule.refresh_from_db()
    assert version.rule.status == RuleStatus.ENDED
    assert (free_of(version), set_aside(version), matched_minor(two[0].project)) == (800_00, 0, 200_00)


def test_a_project_gets_no_more_than_its_plan_still_lacks(two):
    version = published(two[0].custodian, quadratic(), amount=9_000_00)
    for _n in range(10):
        pay(two[0], confirmed_pledge(two[0].project, 100_00))
    with after_the_round(version):
        run = round_settle(version=version)
    rows = {row["project"]: row for row in json.loads(run.report)["results"]}
    assert rows[two[0].project.public_id]["matched"] == 5_000_00
    assert rows[two[0].project.public_id]["reason"] == "plan_full"


def test_promises_count_unless_the_rule_looks_at_paid_gifts_only(two):
    promised = published(two[0].custodian, quadratic(), amount=1_000_00)
    paid = published(two[0].custodian, quadratic(eligible={"confirmed_only": True}), amount=1_000_00)
    for _n in range(2):
        confirmed_pledge(two[0].project, 100_00)
    assert round_estimate(version=promised, project=two[0].project) == 200_00
    assert round_estimate(version=paid, project=two[0].project) == 0


def test_the_estimate_for_one_more_gift_is_what_the_round_would_then_give(two):
    version = published(two[0].custodian, quadratic(), amount=10_000_00)
    confirmed_pledge(two[0].project, 100_00)
    mine = pledge(two[0].project, 100_00)
    giver = Giver(pledge_identity(mine), 100_00, clock.now(), mine.group, given=100_00, first_time=True)
    assert round_estimate(version=version, project=two[0].project, giver=giver) == 200_00
    confirmed_pledge(two[0].project, made=mine)
    assert round_estimate(version=version, project=two[0].project) == 200_00


def test_one_person_with_many_promises_is_one_donor(two):
    version = published(two[0].custodian, quadratic(), amount=10_000_00)
    hers = Contact("email", "aigul@example.org")
    for _n in range(4):
        confirmed_pledge(two[0].project, made=pledge(two[0].project, 100_00, contact=hers))
    assert round_estimate(version=version, project=two[0].project) == 0


def test_the_report_is_public_recomputable_and_stands_in_the_ledger(two):
    version = published(two[0].custodian, quadratic(), amount=1_000_00)
    made = [confirmed_pledge(two[0].project, 100_00) for _n in range(3)]
    for each in made:
        pay(two[0], each)
    with after_the_round(version):
        run = round_settle(version=version)
    report = run.report.encode()
    assert hashlib.sha256(report).hexdigest() == run.digest
    assert report_input_digest(report) == run.input_digest
    content = report_read(report)
    assert [gift["amount"] for gift in content["gifts"]] == [100_00] * 3
    leaf = json.loads(bytes(Entry.objects.get(pk=Given.objects.get().entry_id).leaf))
    assert leaf["documents"] == [{"sha256": run.digest, "type": "match-run"}]
    assert (leaf["rule"], leaf["group"]) == (version.ref, run.public_id)


@pytest.mark.parametrize("change", ["result", "gift", "pool", "rule", "extra"])
def test_a_report_that_was_changed_is_refused(two, change):
    version = published(two[0].custodian, quadratic(), amount=1_000_00)
    for _n in range(2):
        pay(two[0], confirmed_pledge(two[0].project, 100_00))
    with after_the_round(version):
        content = json.loads(round_settle(version=version).report)
    if change == "result":
        content["results"][0]["matched"] += 1
    elif change == "gift":
        content["gifts"][0]["amount"] += 100
    elif change == "pool":
        content["pool"] = 1_00
    elif change == "rule":
        content["data"]["variant"] = "sum_of_roots"
    else:
        content["note"] = "hello"
    with pytest.raises(ReportError):
        report_read(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


def test_who_was_matched_is_forgotten_once_the_rule_has_ended(two):
    round_ = published(two[0].custodian, quadratic(), amount=1_000_00)
    steady = published(two[0].custodian, ONE_TO_ONE | {"eligible": until()}, amount=1_000_00)
    made = [confirmed_pledge(two[0].project, 100_00) for _n in range(2)]
    assert (donors_forget(), MatchDonor.objects.count()) == (0, 4)
    with after_the_round(round_):
        round_settle(version=round_)
        rule_end_over(rule=steady.rule)
        donors_forget()
        assert list(MatchDonor.objects.values_list("version", flat=True).distinct()) == [steady.pk]
        for each in made:
            pay(two[0], each)
        donors_forget()
    assert not MatchDonor.objects.exists()
    assert Given.objects.filter(version=steady).count() == 2


def test_what_another_rule_has_matched_is_not_offered_to_the_round(two):
    published(two[0].custodian, {"kind": "proportional", "rate": "1", "counted_per_contribution": "64"})
    version = published(two[0].custodian, quadratic(), amount=5_000_00)
    stacked = published(two[0].custodian, quadratic(stack=True), amount=5_000_00)
    for _n in range(2):
        pay(two[0], confirmed_pledge(two[0].project, 100_00))
    assert round_estimate(version=version, project=two[0].project) == 72_00  # of twice 36 som
    assert round_estimate(version=stacked, project=two[0].project) == 200_00
    with after_the_round(version):
        run = round_settle(version=version)
    assert [gift["taken"] for gift in report_read(run.report.encode())["gifts"]] == [64_00] * 2
    assert run.total_minor == 72_00


def test_what_one_round_has_matched_is_not_offered_to_the_next(two):
    first, second = (published(two[0].custodian, quadratic(), amount=5_000_00) for _n in range(2))
    paid = published(two[0].custodian, ONE_TO_ONE | {"eligible": {"confirmed_only": True}}, amount=5_000_00)
    made = [confirmed_pledge(two[0].project, 100_00) for _n in range(2)]
    with after_the_round(first):
        assert round_settle(version=first).total_minor == 200_00
        assert round_settle(version=second).total_minor == 0
    for each in made:
        pay(two[0], each)
    assert not Given.objects.filter(version=paid).exists()


def test_a_report_that_takes_more_of_a_gift_than_there_is_cannot_be_read(two):
    version = published(two[0].custodian, quadratic(), amount=1_000_00)
    for _n in range(2):
        pay(two[0], confirmed_pledge(two[0].project, 100_00))
    with after_the_round(version):
        content = json.loads(round_settle(version=version).report)
    for taken in (-1, 100_01, "5", True):
        content["gifts"][0]["taken"] = taken
        with pytest.raises(ReportError):
            report_read(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


def test_a_challenge_is_unlocked_by_so_many_donors(two):
    goal = {"kind": "challenge", "amount": "500", "goal": {"donors": 3}, "eligible": until()}
    version = published(two[0].custodian, goal, amount=1_000_00)
    for _n in range(3):
        confirmed_pledge(two[0].project, 100_00)
    confirmed_pledge(two[1].project, 100_00)
    with after_the_round(version):
        round_settle(version=version)
    assert (matched_minor(two[0].project), matched_minor(two[1].project)) == (500_00, 0)


def test_a_rule_that_works_gift_by_gift_ends_with_its_last_day(two):
    version = published(two[0].custodian, ONE_TO_ONE | {"eligible": until()}, amount=1_000_00)
    confirmed_pledge(two[0].project, 300_00)
    with after_the_round(version):
        assert rules_over(clock.today()) == [version.rule]
        assert [rule_end_over(rule=version.rule) for _n in range(2)] == [True, False]
        assert rules_over(clock.today()) == []
    assert (free_of(version), set_aside(version)) == (700_00, 300_00)
