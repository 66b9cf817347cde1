"""Who may propose, and what a proposal freezes: how it is decided, by how many of how many, and every word of it."""

import datetime as dt
import json

import pytest
import time_machine

from birge import clock
from birge.errors import InvalidInput, KeyReused, NotAllowed, RuleNotMet
from birge.money import Money
from birge.organisations.models import TermsOfReference, TermStatus
from funds.pools.models import Proposal, ProposalStep
from funds.pools.selectors import proposals_for, proposals_of, proposals_open
from funds.pools.services import content_digest, pool_open, proposal_withdraw, proposals_expire
from tests.factories import pools as make
from tests.factories.funds import notices, organisation

pytestmark = pytest.mark.django_db


def test_a_proposal_says_in_plain_data_what_will_be_booked():
    world, village = make.pool_and_village()
    proposal = make.giving(world, village.project, 800_00)
    assert proposal.content == {
        "v": 1,
        "kind": "give",
        "pool": world.pool.public_id,
        "currency": "KGS",
        "project": village.project.public_id,
        "amount_minor": 800_00,
    }
    assert proposal.digest == content_digest(proposal.content)
    proposal.refresh_from_db()
    assert content_digest(proposal.content) == proposal.digest


def test_the_digest_is_that_of_canonical_json():
    import hashlib

    text = '{"a":"өң","b":[1,{"c":null,"d":true}]}'
    content = {"b": [1, {"d": True, "c": None}], "a": "өң"}
    assert content_digest(content) == hashlib.sha256(text.encode()).hexdigest()


def test_small_sums_need_fewer_yes_than_large_ones():
    world, village = make.pool_and_village()
    small = make.giving(world, village.project, make.THRESHOLD)
    large = make.giving(world, village.project, make.THRESHOLD + 1)
    assert [(each.needed, each.entitled) for each in (small, large)] == [(2, 5), (3, 5)]


def test_its_author_is_not_among_those_who_decide():
    world, village = make.pool_and_village()
    by_signer = make.giving(world, village.project, actor=world.association.chair)
    assert (by_signer.how, by_signer.entitled) == ("signatures", 4)


def test_in_a_vote_all_members_decide():
    world, village = make.pool_and_village(terms={"how": "vote"})
    assert (make.giving(world, village.project).how, make.giving(world, village.project).entitled) == ("vote", 6)


def test_a_pool_in_another_currency_than_the_terms_needs_the_larger_number():
    world = make.pool_of(currency="RUB")
    other = make.pool_of(world.association, beside=world, currency="RUB")
    proposal = make.proposed(world, None, kind="pass_on", to_pool=other.pool, amount=Money(1, "RUB"))
    assert proposal.needed == 3


def test_the_end_or_change_of_a_rule_weighs_as_much_as_is_set_aside_for_it():
    world = make.pool_with_money(9_000_00)
    make.booked(world, make.matching(world, 500_00, name="Small"))
    make.booked(world, make.matching(world, 5_000_00, name="Large"))
    from funds.matching.models import Rule

    small, large = Rule.objects.order_by("id")
    for kind, data in (("rule_end", None), ("rule_change", {"kind": "proportional", "rate": "2"})):
        needed = [
            make.proposed(world, None, kind=kind, rule_ref=rule.public_id, rule_data=data).needed
            for rule in (small, large)
        ]
        assert needed == [2, 3]


def test_terms_that_change_later_do_not_touch_it():
    world, village = make.pool_and_village()
    proposal = make.giving(world, village.project)
    association = world.association
    make.terms_for(association.organisation, association.chair, association.treasurer, how="vote", needed_below=1)
    proposal.refresh_from_db()
    assert (proposal.how, proposal.needed, proposal.terms_version) == ("signatures", 2, 1)
    assert make.giving(world, village.project).terms_version == 2


def test_what_could_never_be_decided_is_not_proposed():
    world, village = make.pool_and_village(terms={"needed_below": 5, "needed_above": 5})
    make.giving(world, village.project)
    with pytest.raises(RuleNotMet) as refused:
        make.giving(world, village.project, actor=world.association.chair)
    assert (refused.value.code, "besides you only 4" in str(refused.value)) == ("too_few", True)


def test_without_terms_nothing_is_proposed():
    world, village = make.pool_and_village()
    TermsOfReference.objects.all().update(status="refused")
    with pytest.raises(RuleNotMet) as refused:
        make.giving(world, village.project)
    assert refused.value.code == "no_terms"


def test_only_who_belongs_proposes():
    world, village = make.pool_and_village()
    for stranger in (village.head, world.officer, make.association_of_seven().chair):
        with pytest.raises(NotAllowed):
            make.giving(world, village.project, actor=stranger)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 601}, "reason"),
        ({"kind": "steal"}, "kind"),
        ({"amount": None}, "amount"),
        ({"amount": Money(0, "KGS")}, "amount"),
        ({"amount": Money(-1, "KGS")}, "amount"),
        ({"amount": Money(1_00, "USD")}, "amount"),
        ({"project": None}, "project"),
        ({"kind": "pass_on"}, "to_pool"),
        ({"kind": "match"}, "name"),
        ({"kind": "match", "name": "x" * 121}, "name"),
        ({"kind": "match", "name": "A rule"}, "rule"),
        ({"kind": "match", "name": "A rule", "rule_data": {"kind": "magic"}}, "rule"),
        ({"kind": "match", "name": "A rule", "rule_data": {"kind": "proportional", "rate": 0.5}}, "rule"),
        ({"kind": "match", "name": "A rule", "rule_data": {**make.RULE, "currency": "USD"}}, "rule"),
        ({"deadline": dt.date(2020, 1, 1)}, "deadline"),
        ({"deadline": dt.date(9999, 1, 1)}, "deadline"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(changes, field):
    world, village = make.pool_and_village()
    with pytest.raises(InvalidInput) as refused:
        make.proposed(world, 100_00, **({"project": village.project} | changes))
    assert refused.value.field == field
    assert not Proposal.objects.exists()


def test_a_pool_does_not_pass_money_on_to_itself():
    world = make.pool_with_money()
    with pytest.raises(InvalidInput) as refused:
        make.proposed(world, 100_00, kind="pass_on", to_pool=world.pool)
    assert refused.value.field == "to_pool"


@pytest.mark.parametrize("kind", ["rule_change", "rule_end", "match"])
def test_a_rule_of_another_pool_is_no_rule_here(kind):
    world, other = make.pool_with_money(), make.pool_with_money()
    make.booked(other, make.matching(other))
    from funds.matching.models import Rule

    with pytest.raises(RuleNotMet) as refused:
        make.proposed(world, 1_00, kind=kind, rule_ref=Rule.objects.get().public_id, rule_data=make.RULE)
    assert refused.value.code == "no_rule"


def test_asked_twice_by_one_key_it_is_one_proposal():
    world, village = make.pool_and_village()
    same = {"idempotency": ("user:test", "once")}
    first = make.giving(world, village.project, **same)
    assert make.giving(world, village.project, **same) == first
    assert len(notices("pool_proposal_made")) == 5
    with pytest.raises(KeyReused):
        make.giving(world, village.project, 801_00, **same)


def test_its_last_day_is_as_the_terms_say_unless_another_is_named():
    world, village = make.pool_and_village(terms={"days_to_decide": 10})
    assert make.giving(world, village.project).deadline == clock.today() + dt.timedelta(days=10)
    soon = clock.today() + dt.timedelta(days=1)
    assert make.giving(world, village.project, deadline=soon).deadline == soon


def test_every_step_is_kept_with_who_and_why():
    world, _village, proposal = make.gave()
    steps = list(ProposalStep.objects.filter(proposal=proposal).values_list("from_status", "to_status", "actor"))
    author, booker = world.association.members[0].pk, world.association.chair.pk
    assert steps == [("", "open", author), ("open", "approved", None), ("approved", "booked", booker)]


def test_its_author_or_a_signer_takes_it_back():
    world, village = make.pool_and_village()
    for who in (world.association.members[0], world.association.treasurer):
        proposal = proposal_withdraw(proposal=make.giving(world, village.project), actor=who, reason="a better idea")
        assert (proposal.status, proposal.steps.last().actor) == ("withdrawn", who)


def test_others_do_not_take_it_back():
    world, village = make.pool_and_village()
    proposal = make.giving(world, village.project)
    for who in (world.association.members[1], world.officer):
        with pytest.raises(NotAllowed):
            proposal_withdraw(proposal=proposal, actor=who, reason="no")
    with pytest.raises(InvalidInput):
        proposal_withdraw(proposal=proposal, actor=world.association.chair, reason=" ")


def test_what_is_booked_is_not_taken_back():
    world, _village, proposal = make.gave()
    with pytest.raises(RuleNotMet) as refused:
        proposal_withdraw(proposal=proposal, actor=world.association.chair, reason="too late")
    assert refused.value.code == "transition"


def test_its_last_day_passes_whether_it_was_approved_or_not():
    world, village = make.pool_and_village()
    waiting, approved = make.giving(world, village.project), make.giving(world, village.project)
    make.approved(world, approved)
    _done = make.booked(world, make.giving(world, village.project))
    last = waiting.deadline
    assert proposals_expire(last) == []
    assert {each.pk for each in proposals_expire(last + dt.timedelta(days=1))} == {waiting.pk, approved.pk}
    waiting.refresh_from_db()
    assert (waiting.status, waiting.steps.last().actor) == ("expired", None)
    assert proposals_expire(last + dt.timedelta(days=1)) == []
    assert len(notices("pool_proposal_ended")) == 2


def test_lists_show_what_waits_and_how_many_said_what():
    world, village = make.pool_and_village()
    first, second = make.giving(world, village.project), make.giving(world, village.project, 2_000_00)
    make.answer(second, world.association.chair)
    make.answer(second, world.association.treasurer, yes=False)
    make.booked(world, first)
    (open_one,) = proposals_open(world.pool)
    assert (open_one.pk, open_one.said_yes, open_one.said_no) == (second.pk, 1, 1)
    assert [each.pk for each in proposals_of(world.pool)] == [second.pk, first.pk]


def test_a_person_sees_what_waits_for_their_answer():
    world, village = make.pool_and_village()
    mine = make.giving(world, village.project, actor=world.association.chair)
    other = make.giving(world, village.project)
    assert list(proposals_for(world.association.chair)) == [other]
    assert set(proposals_for(world.association.treasurer)) == {mine, other}
    assert not proposals_for(world.association.members[1])
    make.answer(other, world.association.chair)
    assert not proposals_for(world.association.chair)


def test_lists_ask_as_few_questions_for_many_as_for_one(django_assert_num_queries):
    world, village = make.pool_and_village()
    for _n in range(4):
        make.answer(make.giving(world, village.project), world.association.chair)
    with django_assert_num_queries(1):
        seen = [(each.made_by.name, each.project.title("ru"), each.said_yes) for each in proposals_open(world.pool)]
    assert len(seen) == 4
    with django_assert_num_queries(1):
        list(proposals_for(world.association.treasurer))


def test_without_terms_there_is_no_pool():
    association = make.association_of_seven()
    association.organisation.terms_of_reference.update(status="asked")
    with pytest.raises(RuleNotMet) as refused:
        make.pool_of(association)
    assert refused.value.code == "no_terms"


def test_members_do_not_open_pools():
    association = make.association_of_seven()
    with pytest.raises(NotAllowed):
        make.pool_of(association, actor=association.members[0])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_ru": " "}, "name_ru"),
        ({"name_en": "x" * 161}, "name_en"),
        ({"purpose": "x" * 2001}, "purpose"),
        ({"currency": "ABC"}, "currency"),
        ({"budget_minor": 0}, "budget"),
        ({"starts_on": dt.date(2026, 5, 2), "ends_on": dt.date(2026, 5, 1)}, "ends_on"),
    ],
)
def test_a_pool_that_cannot_be_is_told_at_its_field(changes, field):
    with pytest.raises(InvalidInput) as refused:
        make.pool_of(**changes)
    assert refused.value.field == field


@pytest.mark.parametrize(("kind", "status"), [("migrant_association", "verified"), ("custodian", "suspended")])
def test_only_a_verified_custodian_holds_a_pool(kind, status):
    association = make.association_of_seven()
    keeper = organisation(kind)
    keeper.status = status
    keeper.save()
    with pytest.raises(InvalidInput) as refused:
        pool_open(
            organisation=association.organisation,
            custodian=keeper,
            actor=association.chair,
            currency="KGS",
            name_ru="Фонд",
        )
    assert refused.value.field == "custodian"


def test_two_open_pools_of_one_name_would_be_mixed_up():
    world = make.pool_of(name_ru="Фонд")
    from birge.errors import Conflict

    with pytest.raises(Conflict) as refused:
        make.pool_of(world.association, beside=world, name_ru="Фонд")
    assert refused.value.code == "name_taken"


def test_who_left_the_association_proposes_nothing():
    world, village = make.pool_and_village()
    member = world.association.members[0]
    member.terms.update(status=TermStatus.ENDED)
    with pytest.raises(NotAllowed):
        make.giving(world, village.project)


def test_content_survives_the_database_to_the_last_digit():
    world = make.pool_with_money()
    proposal = make.matching(
        world, rule_data={**make.RULE, "cap_per_project": str(10**12), "eligible": {"oblasts": ["Ош"]}}
    )
    again = Proposal.objects.get(pk=proposal.pk)
    assert json.dumps(again.content, sort_keys=True) == json.dumps(proposal.content, sort_keys=True)
    assert content_digest(again.content) == again.digest


def test_late_proposals_leave_the_list_of_what_to_decide():
    world, village = make.pool_and_village()
    make.giving(world, village.project)
    with time_machine.travel(clock.now() + dt.timedelta(days=8)):
        assert not proposals_for(world.association.chair)
