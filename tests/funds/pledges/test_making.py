"""A guest writes down a promise in one short form; nothing is promised before the contact is proven."""

import pytest
from django.test import override_settings

from birge.errors import Conflict, InvalidInput, KeyReused, NotAllowed, RuleNotMet
from birge.money import Money
from birge.notifications.models import Notice
from birge.notifications.services import Contact
from funds.ledger.models import Entry
from funds.pledges.models import Pledge, PledgeContact, PledgeCredit, PledgeTransition
from funds.pledges.services import pledge_make
from tests.factories.funds import confirmed_pledge, open_village_project, person, pledge, pledge_request

pytestmark = pytest.mark.django_db


def test_a_guest_promises_without_an_account():
    world = open_village_project()
    made = pledge_make(**pledge_request(world.project, amount=2_000_00, contact=Contact("email", "Aida@Example.org")))
    assert made.status == "made"
    assert made.contact.value == "aida@example.org"
    assert made.terms_version
    assert made.conditions == [{"kind": "plan_whole"}]
    assert made.custodian == world.custodian
    assert PledgeTransition.objects.filter(pledge=made, from_status="", to_status="made").exists()


def test_an_unproven_promise_is_not_in_the_ledger():
    world = open_village_project()
    before = Entry.objects.count()
    pledge(world.project)
    assert Entry.objects.count() == before


def test_the_contact_gets_a_link_and_a_code():
    world = open_village_project()
    pledge(world.project, contact=Contact("sms", "+996 700 123 456"))
    notice = Notice.objects.get(template="pledge_confirm")
    assert notice.to == "+996700123456"
    assert "/m/" in notice.context["link"]
    assert len(notice.context["code"]) == 6


def test_the_same_request_twice_is_one_pledge():
    request = pledge_request(open_village_project().project, idempotency=("guest:form", "once"))
    first, second = pledge_make(**request), pledge_make(**request)
    assert first == second
    assert Pledge.objects.count() == 1


def test_scenario_11_the_same_key_with_another_amount_is_refused():
    request = pledge_request(open_village_project().project, idempotency=("guest:form", "once"))
    pledge_make(**request)
    with pytest.raises(KeyReused):
        pledge_make(**{**request, "amount": Money(999_00, "KGS")})
    assert Pledge.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": Money(49_99, "KGS")}, "amount"),
        ({"amount": Money(10_000_000_01, "KGS")}, "amount"),
        ({"amount": Money(100_00, "CNY")}, "amount"),
        ({"contact": Contact("email", "not an address")}, "contact"),
        ({"contact": Contact("sms", "12")}, "contact"),
        ({"contact": Contact("pigeon", "coo")}, "contact"),
        ({"contact": None}, "contact"),
        ({"country": "XX"}, "country"),
        ({"language": "de"}, "language"),
        ({"credit_choice": "husband"}, "credit_choice"),
        ({"credit_choice": None, "country": "KZ"}, "credit_choice"),
        ({"credit_choice": "family", "credit_line": "  "}, "credit_line"),
        ({"credit_choice": "group", "credit_line": "x" * 81}, "credit_line"),
        ({"conditions": [{"kind": "full_moon"}]}, "conditions"),
        ({"party": "village"}, "party"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_kept(change, field):
    request = pledge_request(open_village_project().project) | change
    with pytest.raises(InvalidInput) as refusal:
        pledge_make(**request)
    assert refusal.value.field == field
    assert not Pledge.objects.exists()


def test_donors_in_russia_are_unnamed_unless_they_say_otherwise():
    project = open_village_project().project
    silent = pledge(project, country="RU", credit_choice=None)
    spoken = pledge(project, country="RU", credit_choice="group", credit_line="From Ak-Suu's daughters")
    assert not PledgeCredit.objects.filter(pledge=silent).exists()
    assert spoken.credit.line == "From Ak-Suu's daughters"


def test_old_terms_are_not_accepted():
    request = pledge_request(open_village_project().project)
    with override_settings(TERMS_VERSION="2030-01-01"), pytest.raises(Conflict) as refusal:
        pledge_make(**request)
    assert refusal.value.code == "terms_changed"


def test_more_than_the_plan_lacks_is_refused_with_what_is_lacking():
    world = open_village_project(donors=1_000_00, village=1_000_00)
    confirmed_pledge(world.project, 700_00)
    with pytest.raises(RuleNotMet) as refusal:
        pledge(world.project, 400_00)
    assert refusal.value.code == "plan_full"
    assert refusal.value.data["rest_minor"] == 300_00


def test_the_last_few_som_may_be_less_than_the_smallest_pledge():
    world = open_village_project(donors=1_000_00, village=1_000_00)
    confirmed_pledge(world.project, 970_00)
    assert pledge(world.project, 30_00).amount == Money(30_00, "KGS")


def test_a_project_that_is_not_open_takes_no_pledge():
    world = open_village_project(donors=1_000_00, village=1_000_00)
    confirmed_pledge(world.project, 1_000_00)
    with pytest.raises(RuleNotMet) as refusal:
        pledge(world.project, 100_00)
    assert refusal.value.code == "not_open"


def test_an_officer_writes_a_pledge_down_for_someone_at_the_desk():
    world = open_village_project()
    made = pledge(world.project, actor=world.officer, on_behalf=True, contact=None)
    assert made.donor is None
    assert made.made_by == world.officer
    assert not PledgeContact.objects.filter(pledge=made).exists()


def test_only_the_custodians_officer_writes_for_others():
    world = open_village_project()
    with pytest.raises(NotAllowed):
        pledge(world.project, actor=person(), on_behalf=True, contact=None)


def test_signed_in_the_accounts_address_is_taken():
    aida = person(email="aida@example.org")
    made = pledge(open_village_project().project, actor=aida, contact=None)
    assert made.donor == aida
    assert made.contact.value == "aida@example.org"


def test_nobodys_mailbox_is_flooded_through_us():
    world = open_village_project()
    for _n in range(8):
        pledge(world.project, contact=Contact("email", "victim@example.org"))
    assert Notice.objects.filter(template="pledge_confirm").count() == 5
