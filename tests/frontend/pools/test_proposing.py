"""Proposing: a plain form, a check page that says what will be booked and how many must agree, then it is made."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from birge import clock
from birge.audit.models import AuditRecord
from birge.notifications.models import Notice
from birge_engine.matching.rules import KINDS as ENGINE
from frontend.forms.pools.rules import KINDS
from funds.ledger.models import Command
from funds.matching.models import RuleVersion
from funds.matching.services import rule_clean
from funds.pools.models import Proposal
from projects.works.states import ProjectStatus
from tests.factories import funds as make
from tests.factories import pools
from tests.factories.pages import Visitor, at

pytestmark = pytest.mark.django_db
ROUND_ENDS = (clock.today() + dt.timedelta(days=40)).isoformat()
RULES = {
    "proportional": {"rate": "1,5", "cap_per_donor": "3000", "categories": ["light"]},
    "shares": {"donors": "50", "village": "25", "matching": "25"},
    "tiers": {"per": "donor", "limit_1": "500", "rate_1": "1", "rate_2": "0,5"},
    "challenge": {"amount_each": "5000", "goal_donors": "20", "until": ROUND_ENDS},
    "quadratic": {"variant": "pairwise", "threshold": "25", "until": ROUND_ENDS},
    "lump": {"amount_each": "", "until": ROUND_ENDS},
}


@pytest.fixture
def both():
    return pools.pool_and_village(5_000_00)


@pytest.fixture
def world(both):
    return both[0]


@pytest.fixture
def member(world):
    return Visitor(world.association.members[0])


def press(visitor, page, step, **values):
    """Press one of the two buttons of the form on the page."""
    form = page.form()
    data = {**form.values, "step": step, **values}
    url = form.action or page.url
    return visitor._page(visitor.client.post(url, data, follow=True), url)


def give_form(member, both):
    world, village = both
    listed = member.open("proposal_new_give", world.pool.public_id)
    return member.go(listed.link(f"/give/{village.project.public_id}/"))


def test_to_give_to_a_project_one_chooses_it_checks_and_proposes(both, member):
    _world, village = both
    page = give_form(member, both)
    assert "Free in the pool: 5,000 som" in page.text
    check = press(member, page, "check", amount="800", reason="The street is dark.")
    title = village.project.title("en")
    for text in (
        f"Give 800 som to “{title}”", "2 of 5 who sign must say yes.", "The street is dark.",
        "leaves the free money of this pool", "You propose it, so you do not decide on it.",
    ):  # fmt: skip
        assert text in check.text, text
    assert not Proposal.objects.exists()
    done = press(member, check, "make")
    proposal = Proposal.objects.get()
    assert done.url == at("proposal", proposal.public_id)
    assert proposal.amount_minor == 800_00
    assert "You proposed this, so you do not decide on it" in done.text
    assert not done.offers("yes/")


def test_the_check_page_keeps_nothing(both, member):
    page = give_form(member, both)
    before = Notice.objects.count(), AuditRecord.objects.count(), Command.objects.count()
    for _n in range(2):
        press(member, page, "check", amount="800", reason="Dark.")
    assert (Notice.objects.count(), AuditRecord.objects.count(), Command.objects.count()) == before
    assert not Proposal.objects.exists()


def test_a_second_tap_proposes_once(both, member):
    check = press(member, give_form(member, both), "check", amount="800", reason="Dark.")
    first, second = (press(member, check, "make") for _n in range(2))
    assert first.url == second.url
    assert Proposal.objects.count() == 1


def test_going_back_from_the_check_page_keeps_what_was_typed(both, member):
    check = press(member, give_form(member, both), "check", amount="800", reason="Dark.")
    again = press(member, check, "change")
    assert again.form().values["amount"] == "800"
    assert again.form().values["reason"].strip() == "Dark."


@pytest.mark.parametrize(
    ("typed", "field", "text"),
    [
        ({"amount": "eight"}, "amount", "Please write the sum in digits"),
        ({"amount": "0"}, "amount", "more than nothing"),
        ({"reason": ""}, "reason", "required"),
        ({"deadline": "2020-01-01"}, "deadline", "This day has passed."),
        ({"deadline": "2999-01-01"}, "deadline", "within the next"),
        ({"deadline": "soon"}, "deadline", "valid date"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_its_field(both, member, typed, field, text):
    page = press(member, give_form(member, both), "check", **{"amount": "800", "reason": "Dark.", **typed})
    assert page.status == 422
    assert f'id="id_{field}-error"' in page.html
    assert text in page.text
    assert not Proposal.objects.exists()


def test_more_than_is_free_can_be_proposed_and_says_so(both, member):
    check = press(member, give_form(member, both), "check", amount="9 000", reason="Later.")
    assert "Only 5,000 som is free now." in check.text
    assert "3 of 5 who sign must say yes." in check.text


def test_only_projects_of_the_same_custodian_that_collect_now_are_offered(both, member):
    world, village = both
    elsewhere = make.open_village_project()
    listed = member.open("proposal_new_give", world.pool.public_id)
    assert village.project.public_id in listed.html
    assert elsewhere.project.public_id not in listed.html
    assert member.open("proposal_new_give_to", world.pool.public_id, elsewhere.project.public_id).status == 404
    assert (
        village.project.public_id
        in member.open("proposal_new_give", world.pool.public_id, q=village.project.title_ky.upper()[:4]).html
    )
    assert "No project fits." in member.open("proposal_new_give", world.pool.public_id, q="zzzz").text
    village.project.status = ProjectStatus.SUSPENDED
    village.project.save()
    listed = member.open("proposal_new_give", world.pool.public_id)
    assert "No project of this custodian collects money now." in listed.text
    page = member.open("proposal_new_give_to", world.pool.public_id, village.project.public_id)
    page = press(member, page, "check", amount="800", reason="Dark.")
    assert page.status == 422
    assert "This project does not take money now." in page.text


def test_money_is_passed_on_to_a_pool_of_the_same_custodian_or_another_but_not_in_another_currency(world, member):
    other, abroad = pools.pool_of(beside=world), pools.pool_of()
    elsewhere = pools.pool_of(currency="RUB")
    form = member.open("proposal_new_pass_on", world.pool.public_id)
    assert other.pool.public_id in form.html
    assert abroad.pool.public_id in form.html
    assert elsewhere.pool.public_id not in form.html
    check = press(member, form, "check", to_pool=other.pool.public_id, amount="500", reason="For the district.")
    assert f"Pass 500 som on to “{other.pool.name('en')}”" in check.text
    press(member, check, "make")
    assert Proposal.objects.get().to_pool == other.pool
    wrong = press(member, form, "check", to_pool=elsewhere.pool.public_id, amount="500", reason="For the district.")
    assert wrong.status == 422


@pytest.mark.parametrize("kind", sorted(RULES))
def test_each_kind_of_rule_has_a_form_and_its_check_page_says_it_in_words(world, member, kind):
    choice = member.open("proposal_new_match", world.pool.public_id)
    form = member.go(choice.link(f"/match/{kind}/"))
    typed = {"name": "Ours", "amount": "2000", "reason": "More people.", **RULES[kind]}
    check = press(member, form, "check", **typed)
    assert check.status == 200, check.text
    assert "The rule says" in check.text
    assert "Match gifts with 2,000 som: “Ours”" in check.text
    press(member, check, "make")
    rule = Proposal.objects.get().content["rule"]
    assert rule == rule_clean(rule, "KGS")
    assert rule["kind"] == kind


def test_several_ticks_survive_the_check_page(world, member):
    form = member.open("proposal_new_match_kind", world.pool.public_id, "proportional")
    check = press(
        member, form, "check",
        name="Ours", amount="2000", reason="So.", rate="1", categories=["light", "water"],
    )  # fmt: skip
    assert member.client.session["proposal_typed"]["data"]["categories"] == ["light", "water"]
    form = check.form()
    data = {**form.values, "categories": ["light", "water"], "step": "make"}
    member.client.post(form.action, data)
    assert Proposal.objects.get().content["rule"]["eligible"] == {"categories": ["light", "water"]}
    assert check.html.count('name="categories"') == 2


@pytest.mark.parametrize(
    ("kind", "typed", "text"),
    [
        ("proportional", {"rate": "a lot"}, "Please write a number"),
        ("shares", {"donors": "60"}, "The three together must make 100."),
        ("challenge", {"goal_donors": ""}, "Please say what has to be reached"),
        ("quadratic", {"threshold": ""}, "Please write the threshold"),
        ("lump", {"until": ""}, "required"),
        ("tiers", {"rate_1": ""}, "required"),
        ("proportional", {"min_project": "500", "max_project": "100"}, "max_project"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_in_words(world, member, kind, typed, text):
    form = member.open("proposal_new_match_kind", world.pool.public_id, kind)
    said = {"name": "Ours", "amount": "2000", "reason": "So.", **RULES[kind], **typed}
    page = press(member, form, "check", **said)
    assert page.status == 422
    if text != "max_project":
        assert text in page.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_rule_handed_over_by_the_simulation_is_filled_in(world, member, method):
    rule = {"kind": "proportional", "currency": "KGS", "rate": "2", "cap_per_project": "10000"}
    if method == "get":
        page = member.open("proposal_new_match", world.pool.public_id, rule=json.dumps(rule), amount="1500")
    else:
        page = member.post("proposal_new_match", world.pool.public_id, rule=json.dumps(rule | {"pool": 1500}))
    values = page.form().values
    assert page.status == 200
    assert (values["rate"], values["cap_per_project"], values["amount"]) == ("2", "10000", "1500")
    check = press(member, page, "check", name="Two", reason="So.")
    assert "For each som you give, this pool adds 2 som." in check.text


def test_a_rule_that_says_more_than_its_form_is_kept_as_data(world, member):
    rule = {"kind": "tiers", "currency": "KGS", "per": "donor_here", "tiers": [{"rate": "1", "up_to": "100"}]}
    page = member.open("proposal_new_match", world.pool.public_id, rule=json.dumps(rule), amount="1500")
    assert '"donor_here"' in page.form().values["rule"]
    check = press(member, page, "check", name="Ours", reason="So.")
    press(member, check, "make")
    assert Proposal.objects.get().content["rule"]["per"] == "donor_here"


@pytest.mark.parametrize(
    "handed", ["{", "[1]", '"x"', '{"kind": []}', '{"kind": "tiers", "tiers": 5}', '{"eligible": 1}']
)
def test_nonsense_handed_over_is_refused_and_nothing_breaks(world, member, handed):
    page = member.open("proposal_new_match", world.pool.public_id, rule=handed)
    assert page.status == 200
    page = press(member, page, "check", name="Ours", amount="100", reason="So.")
    assert page.status == 422
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("kind", sorted(RULES))
def test_a_rule_is_changed_in_the_form_of_its_kind_with_its_numbers_filled_in(world, member, kind):
    form = member.open("proposal_new_match_kind", world.pool.public_id, kind)
    check = press(member, form, "check", name="Ours", amount="100", reason="So.", **RULES[kind])
    press(member, check, "make")
    pools.booked(world, Proposal.objects.get())
    version = RuleVersion.objects.get()
    page = member.open("proposal_new_change", world.pool.public_id, version.rule.public_id)
    names = page.form().names
    assert "rule" not in names, "shown as data, though its form says all of it"
    if kind not in ("proportional", "shares", "tiers"):
        return  # a round keeps its rule to the end
    check = press(member, page, "check", reason="Better.", cap_per_project="700")
    assert "Change the rule “Ours”" in check.text
    assert "At most 700 som for one project." in check.text
    press(member, check, "make")
    changed = Proposal.objects.first()
    assert changed.content["rule"] == {**version.data, "cap_per_project": "700"}


def test_a_rule_gets_more_money_or_ends(world, member):
    pools.booked(world, pools.matching(world, 800_00))
    rule = RuleVersion.objects.get().rule
    desk = member.open("desk_pool", world.pool.public_id)
    more = member.go(desk.link("/more/"))
    check = press(member, more, "check", amount="300", reason="It works.")
    assert f"Put 300 som more into the rule “{rule.name}”" in check.text
    press(member, check, "make")
    end = member.go(desk.link("/end/"))
    check = press(member, end, "check", reason="Enough.")
    assert "What nobody has drawn yet, 800 som today, is free again." in check.text
    press(member, check, "make")
    assert [each.kind for each in Proposal.objects.order_by("-id")[:2]] == ["rule_end", "match"]
    for name in ("proposal_new_more", "proposal_new_change", "proposal_new_end"):
        assert member.open(name, world.pool.public_id, "abcdefghjk").status == 404


def test_who_does_not_belong_finds_nothing(world):
    stranger, guest = Visitor(pools.association_of_seven().chair), Visitor()
    for name in ("proposal_new_give", "proposal_new_match", "proposal_new_pass_on"):
        assert stranger.open(name, world.pool.public_id).status == 404
        assert "/login/" in guest.open(name, world.pool.public_id).url


def test_without_terms_or_in_a_closed_pool_nothing_is_proposed(world, member):
    world.association.organisation.terms_of_reference.all().delete()
    page = member.open("proposal_new_pass_on", world.pool.public_id)
    assert page.url == at("desk_pool", world.pool.public_id)
    assert "Nothing can be proposed here now." in page.text
    assert "First agree in writing" in page.text


def test_where_too_few_could_agree_the_form_says_so(member, both):
    world, _village = both
    for person in world.association.signatories:
        person.terms.update(status="ended")
    page = press(member, give_form(member, both), "check", amount="3000", reason="Dark.")
    assert page.status == 422
    assert "besides you only 2 could say it" in page.text


def test_the_kinds_of_the_engine_and_of_the_forms_are_the_same():
    assert set(KINDS) == set(ENGINE)


def test_cash_with_the_treasurer_is_not_offered_before_it_is_at_the_bank(both):
    world, village = both
    pools.cash_in(world, 300_00)
    member = Visitor(world.association.members[0])
    page = member.open("proposal_new_give_to", world.pool.public_id, village.project.public_id)
    assert "Free in the pool: 5,000 som And 300 som in cash with the treasurer" in page.text
    check = member.send(page, amount="5 200", reason="For the lamps", step="check")
    assert "Only 5,000 som is free now." in check.text
