"""Who may do what, cell by cell, from the table below: it was written by hand, not read from the code."""

import datetime as dt

import pytest

from birge import clock
from birge.errors import NotAllowed, SecondFactorRequired
from birge.organisations.models import OrganisationStatus, Role, TermStatus
from birge.organisations.permissions import Action, is_platform_administrator, may, require
from tests.factories.funds import organisation, person
from tests.factories.organisations import acting_for, administrator, seated

pytestmark = pytest.mark.django_db

COLUMNS = [
    "head", "finance_officer", "focal_point", "council_chair", "deputy", "chair", "treasurer", "signatory", "member",
    "donor_manager", "custodian_officer", "administrator",
]  # fmt: skip
# x: may. 2: may with a second factor. dot: may not. v behind it: also before the organisation is verified.
TABLE = """
project_write            x   x   x   .   .   .   .   .   .   .   .   .
project_submit           x   x   x   .   .   .   .   .   .   .   .   .
project_adopt            .   .   .   x   x   .   .   .   .   .   .   .
project_decline          .   .   .   x   x   .   .   .   .   .   .   .
project_return           .   .   .   x   x   .   .   .   .   .   .   .
project_open             x   .   .   .   .   .   .   .   .   .   .   .
project_start            x   .   .   .   .   .   .   .   .   .   .   .
project_complete         x   .   .   .   .   .   .   .   .   .   .   .
project_cancel_ask       x   .   .   .   .   .   .   .   .   .   .   .
project_suspend          .   .   .   .   .   .   .   .   .   .   x   x
update_publish           x   x   x   .   .   .   .   .   .   .   .   .
question_answer          x   x   x   .   .   .   .   .   .   .   .   .
milestone_report         x   x   x   .   .   .   .   .   .   .   .   .
pledge_call_back         .   .   .   .   .   .   .   .   .   .   x   .
payment_record           .   .   .   .   .   .   .   .   .   .   2   .
payment_confirm          .   .   .   .   .   .   .   .   .   .   2   .
village_payment_record   .   .   .   .   .   .   .   .   .   .   2   .
village_payment_confirm  .   .   .   .   .   .   .   .   .   .   2   .
release_ask              .   2   2   .   .   .   .   .   .   .   .   .
release_sign_village     2   .   .   .   .   .   .   .   .   .   .   .
release_pay              .   .   .   .   .   .   .   .   .   .   2   .
receipt_submit           .   x   x   .   .   .   .   .   .   .   .   .
refund_pay               .   .   .   .   .   .   .   .   .   .   2   .
refund_confirm           .   .   .   .   .   .   .   .   .   .   2   .
correction_ask           .   .   .   .   .   .   .   .   .   .   2   .
correction_approve       .   .   .   .   .   .   .   .   .   .   2   .
transfer_send            .   .   .   .   .   .   .   .   .   .   2   .
transfer_approve         .   .   .   .   .   .   .   .   .   .   2   .
transfer_receive         .   .   .   .   .   .   .   .   .   .   2   .
screening_ask            .   .   .   .   .   .   .   .   .   .   x   .
screening_decide         .   .   .   .   .   .   .   .   .   .   2   .
organisation_verify      .   .   .   .   .   .   .   .   .   .   .   2v
office_grant             .   .   .   .   .   .   .   .   .   .   .   2v
office_request           xv  xv  xv  xv  xv  xv  xv  xv  .   xv  xv  .
member_admit             .   .   .   .   .   x   .   .   .   .   .   .
terms_ask                .   .   .   .   .   x   .   .   .   x   .   .
terms_approve            .   .   .   .   .   2   2   2   .   2   .   .
pool_open                .   .   .   .   .   x   .   .   .   x   .   .
pool_read                .   .   .   .   .   x   x   x   x   x   .   .
pool_cash_record         .   .   .   .   .   .   2   .   .   2   .   .
pool_cash_confirm        .   .   .   .   .   2   .   2   .   2   .   .
proposal_make            .   .   .   .   .   x   x   x   x   x   .   .
proposal_sign            .   .   .   .   .   2   2   2   .   2   .   .
proposal_vote            .   .   .   .   .   x   x   x   x   x   .   .
proposal_book            .   .   .   .   .   2   2   2   .   2   .   .
"""
ROWS = {words[0]: dict(zip(COLUMNS, words[1:], strict=True)) for words in map(str.split, TABLE.strip().splitlines())}
CELLS = [(action, role, ROWS[action][role]) for action in ROWS for role in COLUMNS if role != "administrator"]
UNVERIFIED = sorted(set(OrganisationStatus) - {OrganisationStatus.VERIFIED})


def test_the_table_knows_every_action_and_every_role():
    assert set(ROWS) == set(Action)
    assert set(COLUMNS) == set(Role) | {"administrator"}


@pytest.mark.parametrize(("action", "role", "cell"), CELLS)
def test_an_officer_with_a_second_factor_may_what_the_table_says_and_nowhere_else(action, role, cell):
    own, other = acting_for(Role(role)), acting_for(Role(role))
    officer = seated(own, Role(role)).user
    allowed = cell != "."
    assert may(officer, action, own) is allowed
    assert may(officer, action, other) is False
    if allowed:
        assert require(officer, action, own) == officer
    else:
        with pytest.raises(NotAllowed) as refusal:
            require(officer, action, own)
        assert not isinstance(refusal.value, SecondFactorRequired)
    with pytest.raises(NotAllowed):
        require(officer, action, other)


@pytest.mark.parametrize(("action", "role", "cell"), [cell for cell in CELLS if cell[2] != "."])
def test_without_a_second_factor_what_moves_money_is_closed(action, role, cell):
    own = acting_for(Role(role))
    officer = seated(own, Role(role), who=person()).user
    assert may(officer, action, own) is (cell[0] == "x")
    if cell[0] == "2":
        with pytest.raises(SecondFactorRequired):
            require(officer, action, own)


@pytest.mark.parametrize("status", UNVERIFIED)
@pytest.mark.parametrize(("action", "role", "cell"), [cell for cell in CELLS if cell[2] != "."])
def test_an_organisation_that_is_not_verified_acts_in_nothing_but_its_offices(action, role, cell, status):
    own = acting_for(Role(role))
    officer = seated(own, Role(role)).user
    own.status = status
    own.save()
    assert may(officer, action, own) is cell.endswith("v")


# Days from today.
TERMS = {
    "a term without an end": ({}, True),
    "an acting holder": ({"acting": True, "ends": 30}, True),
    "a term whose last day is today": ({"ends": 0}, True),
    "a term that begins today": ({"starts": 0}, True),
    "a term that ran out yesterday": ({"starts": -9, "ends": -1}, False),
    "an acting holder whose time is over": ({"acting": True, "starts": -9, "ends": -1}, False),
    "a term that begins tomorrow": ({"starts": 1}, False),
    "a term that was ended today": ({"ends": 0, "status": TermStatus.ENDED}, False),
    "a term that was ended before its time": ({"ends": 30, "status": TermStatus.ENDED}, False),
}


@pytest.mark.parametrize("role", [role for role in COLUMNS if role not in ("administrator", "member")])
@pytest.mark.parametrize("term", TERMS)
def test_only_a_term_that_counts_today_gives_rights(role, term):
    facts, counts = TERMS[term]
    facts = {
        name: clock.today() + dt.timedelta(days=value) if name in ("starts", "ends") else value
        for name, value in facts.items()
    }
    own = acting_for(Role(role))
    officer = seated(own, Role(role), **facts).user
    granted = {action for action in Action if may(officer, action, own)}
    assert granted == ({action for action in ROWS if ROWS[action][role] != "."} if counts else set())


@pytest.mark.parametrize("action", ROWS)
def test_a_guest_and_a_person_without_office_may_nothing(action):
    for role in (Role.HEAD, Role.COUNCIL_CHAIR, Role.CHAIR, Role.DONOR_MANAGER, Role.CUSTODIAN_OFFICER):
        where = acting_for(role)
        assert may(None, action, where) is False
        assert may(person(factor_enrolled=True), action, where) is False


@pytest.mark.parametrize("action", ROWS)
def test_a_closed_account_may_nothing(action):
    for role in (Role.HEAD, Role.COUNCIL_CHAIR, Role.CHAIR, Role.CUSTODIAN_OFFICER):
        term = seated(acting_for(role), role)
        term.user.is_active = False
        term.user.save()
        assert may(term.user, action, term.office.organisation) is False
    former = administrator()
    former.is_active = False
    former.save()
    assert may(former, action, acting_for(Role.HEAD)) is False


@pytest.mark.parametrize("kind", ["village_administration", "migrant_association", "custodian"])
@pytest.mark.parametrize("action", ROWS)
def test_an_administrator_may_only_what_nobody_inside_may(action, kind):
    cell = ROWS[action]["administrator"]
    role = {"village_administration": Role.HEAD, "migrant_association": Role.CHAIR}.get(kind, Role.CUSTODIAN_OFFICER)
    where = acting_for(role)
    assert may(administrator(), action, where) is (cell != ".")
    assert may(administrator(factor_enrolled=False), action, where) is (cell[0] == "x")
    where.status = OrganisationStatus.SUBMITTED
    where.save()
    assert may(administrator(), action, where) is cell.endswith("v")


@pytest.mark.parametrize("role", [Role.COUNCIL_CHAIR, Role.DEPUTY])
@pytest.mark.parametrize("action", [Action.PROJECT_ADOPT, Action.PROJECT_DECLINE, Action.PROJECT_RETURN])
def test_the_council_of_the_same_place_decides_on_the_administrations_projects(action, role):
    council = acting_for(role)
    officer = seated(council, role).user
    administration = organisation("village_administration", council.place)
    assert may(officer, action, administration) is True
    assert may(officer, action, acting_for(Role.HEAD)) is False, "the administration of another place"
    assert may(officer, Action.PROJECT_WRITE, administration) is False
    council.status = OrganisationStatus.SUSPENDED
    council.save()
    assert may(officer, action, administration) is False, "a suspended council"


def test_the_head_does_not_adopt_the_projects_of_the_administration():
    term = seated(acting_for(Role.HEAD), Role.HEAD)
    assert may(term.user, Action.PROJECT_ADOPT, term.office.organisation) is False


def test_a_factor_set_up_after_a_lost_one_rests_first():
    term = seated(acting_for(Role.HEAD), Role.HEAD)
    term.user.factor_trusted_from = clock.now() + dt.timedelta(minutes=1)
    term.user.save()
    with pytest.raises(SecondFactorRequired):
        require(term.user, Action.RELEASE_SIGN_VILLAGE, term.office.organisation)
    term.user.factor_trusted_from = clock.now()
    term.user.save()
    assert may(term.user, Action.RELEASE_SIGN_VILLAGE, term.office.organisation)


def test_an_administrator_is_an_active_person_on_the_staff():
    assert is_platform_administrator(administrator())
    assert not is_platform_administrator(person())
    assert not is_platform_administrator(None)
