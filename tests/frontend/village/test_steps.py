"""The steps of a project's life that the village takes, each of them once however often one taps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from birge.organisations.models import Role
from funds.releases.models import Refund
from funds.releases.services import release_sign
from projects.updates.services import update_publish
from projects.works.models import Milestone, Project
from projects.works.services import (
    BudgetLineData,
    MilestoneData,
    ShareData,
    budget_lines_set,
    milestone_accept,
    milestones_set,
    project_edit,
    project_return,
    project_submit,
    shares_set,
)
from tests.factories.funds import (
    adopted_project,
    confirmed_pledge,
    factor,
    officer_of,
    open_funded,
    open_village_project,
    organisation,
    pay,
)
from tests.factories.village import (
    Village,
    address,
    asked_release,
    browser,
    draft,
    in_days,
    pay_release,
    photo,
    quoted,
    under_way,
    village,
    written,
)

pytestmark = pytest.mark.django_db


def status_of(project: Project) -> str:
    return Project.objects.values_list("status", flat=True).get(pk=project.pk)


def adopted(home: Village) -> Project:
    return adopted_project(donors=600_00, village_share=400_00, administration=home.administration, place=home.place)


def test_a_draft_shows_what_is_missing_one_thing_first() -> None:
    home = village()
    answer = browser(home.head).get(address("village_project", draft(home)))
    assert answer.context["step"].code == "budget"
    assert answer.context["step"].url == address("village_costs", Project.objects.get())
    assert [part.title for part in answer.context["parts"] if part.tone == "done"] == ["Words"]


def test_a_draft_that_lacks_nothing_is_handed_in_once() -> None:
    home = village()
    project, page = written(home), browser(home.focal_point)
    assert page.get(address("village_project", project)).context["step"].code == "submit"
    for _tap in range(2):
        answer = page.post(address("village_submit", project), follow=True)
        assert "Handed in" in answer.content.decode()
    assert status_of(project) == "submitted"
    assert project.transitions.filter(to_status="submitted").count() == 1


def test_a_draft_with_gaps_is_not_handed_in_and_says_what_is_missing() -> None:
    home = village()
    project = draft(home)
    answer = browser(home.head).post(address("village_submit", project), follow=True)
    assert "Still missing" in answer.content.decode()
    assert status_of(project) == "draft"


def test_why_the_council_gave_it_back_stands_on_top() -> None:
    home = village()
    council = organisation("local_council", home.administration.place)
    deputy = officer_of(council, Role.DEPUTY)
    project = project_submit(project=written(home), actor=home.head)
    project_return(project=project, actor=deputy, reason="The cable is too dear.")
    answer = browser(home.head).get(address("village_project", project))
    assert answer.context["returned"] == "The cable is too dear."


def test_nothing_changes_by_reading() -> None:
    home = village()
    project, page = written(home), browser(home.head)
    for name in ("village_submit", "village_start", "village_complete"):
        assert page.get(address(name, project)).status_code == 405


def opening(home: Village) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is chosen on the two pages of opening."""
    custodian, association = organisation("custodian"), organisation("migrant_association")
    people = [officer_of(association, role) for role in (Role.SIGNATORY, Role.CHAIR)]
    first = {
        "deadline": in_days(60),
        "custodian": custodian.public_id,
        "association": association.public_id,
    }
    return first, {"outside_signatory": people[0].public_id, "outside_substitute": people[1].public_id}


def test_an_adopted_project_is_opened_on_two_pages() -> None:
    home = village()
    project, page = adopted(home), browser(home.head)
    first, second = opening(home)
    here = address("village_open", project)
    chosen = page.get(here, first)
    assert chosen.templates[0].name == "village/open_signers.html"
    assert status_of(project) == "adopted"
    for _tap in range(2):
        answer = page.post(here, second, query_params=first, follow=True)
        assert "It is open" in answer.content.decode()
    project.refresh_from_db()
    assert project.status == "open"
    assert project.outside_signatory is not None
    assert project.outside_signatory.public_id == second["outside_signatory"]


@pytest.mark.parametrize("deadline", ["", "yesterday", "2026-02-31"])
def test_a_deadline_that_is_no_day_stays_on_the_first_page(deadline: str) -> None:
    home = village()
    project, page = adopted(home), browser(home.head)
    first, _second = opening(home)
    answer = page.get(address("village_open", project), first | {"deadline": deadline})
    assert answer.context["form"].errors.keys() == {"deadline"}


@pytest.mark.parametrize("days", [0, 400])
def test_a_deadline_in_the_past_or_too_far_opens_nothing(days: int) -> None:
    home = village()
    project = adopted(home)
    first, second = opening(home)
    answer = browser(home.head).post(
        address("village_open", project), second, query_params=first | {"deadline": in_days(days)}
    )
    assert answer.status_code == 422
    assert "The last day" in answer.content.decode()
    assert status_of(project) == "adopted"


def test_one_person_cannot_be_signatory_and_substitute() -> None:
    home = village()
    project = adopted(home)
    first, second = opening(home)
    twice = dict.fromkeys(second, second["outside_signatory"])
    answer = browser(home.head).post(address("village_open", project), twice, query_params=first)
    assert answer.context["form"].errors.keys() == {"outside_substitute"}
    assert status_of(project) == "adopted"


def test_an_association_with_one_person_cannot_be_chosen_on() -> None:
    home = village()
    lonely = organisation("migrant_association")
    officer_of(lonely, Role.CHAIR)
    first, _second = opening(home)
    project = adopted(home)
    answer = browser(home.head).get(address("village_open", project), first | {"association": lonely.public_id})
    assert "needs two people" in answer.content.decode()


def test_only_the_head_opens() -> None:
    home = village()
    project = adopted(home)
    quoted(home, project)
    page = browser(home.finance_officer)
    shown = page.get(address("village_project", project)).context["step"]
    assert (shown.mine, shown.text) == (False, "This is for: head.")
    answer = page.get(address("village_open", project))
    assert answer.status_code == 403
    assert "You may not do this" in answer.content.decode()


def test_a_draft_cannot_be_opened() -> None:
    home = village()
    project = written(home)
    first, second = opening(home)
    answer = browser(home.head).post(address("village_open", project), second, query_params=first)
    assert answer.status_code == 422
    assert status_of(project) == "draft"


def test_work_begins_once_and_only_by_the_head() -> None:
    world = open_funded()
    here = address("village_start", world.project)
    assert browser(world.finance_officer).post(here).status_code == 403
    for _tap in range(2):
        assert "The work has begun" in browser(world.head).post(here, follow=True).content.decode()
    assert status_of(world.project) == "under_way"


def test_work_does_not_begin_before_the_money_is_there() -> None:
    world = open_village_project()
    answer = browser(world.head).post(address("village_start", world.project), follow=True)
    assert "cannot become" in answer.content.decode()
    assert status_of(world.project) == "open"


def test_a_stage_is_reported_once_and_the_project_completed_when_it_is_accepted() -> None:
    world = under_way()
    page, project = browser(world.head), world.project
    early = page.post(address("village_complete", project), follow=True)
    assert "Not every stage has been accepted" in early.content.decode()
    for _tap in range(2):
        page.post(address("village_report", project, 1))
    stage = project.milestones.get()
    assert stage.status == "reported"
    milestone_accept(milestone=stage, actor=world.signatory)
    for _tap in range(2):
        assert "It is complete" in page.post(address("village_complete", project), follow=True).content.decode()
    assert status_of(project) == "completed"


def test_the_page_of_ending_says_what_becomes_of_the_money() -> None:
    world = open_village_project()
    pay(world, confirmed_pledge(world.project, 1_000_00))
    text = browser(world.head).get(address("village_cancel", world.project)).content.decode()
    assert "1,000 som is held by" in text
    assert "This cannot be undone" in text


def test_a_project_is_ended_with_a_reason_and_money_goes_back_once() -> None:
    world = open_village_project()
    pay(world, confirmed_pledge(world.project, 1_000_00))
    page, here = browser(world.head), address("village_cancel", world.project)
    assert page.post(here, {"reason": "", "sure": "on"}).status_code == 422
    assert page.post(here, {"reason": "The road was built by the state."}).status_code == 422
    assert status_of(world.project) == "open"
    for _tap in range(2):
        page.post(here, {"reason": "The road was built by the state.", "sure": "on"})
    assert status_of(world.project) == "cancelled"
    assert Refund.objects.filter(project=world.project).count() == 1


def test_only_the_head_ends_a_project() -> None:
    home = village()
    project = written(home)
    here = address("village_cancel", project)
    assert browser(home.focal_point).post(here, {"reason": "No", "sure": "on"}).status_code == 403
    assert status_of(project) == "draft"


def test_what_is_over_cannot_be_ended_again() -> None:
    world = under_way()
    browser(world.head).post(address("village_report", world.project, 1))
    milestone_accept(milestone=world.project.milestones.get(), actor=world.signatory)
    browser(world.head).post(address("village_complete", world.project))
    assert browser(world.head).get(address("village_cancel", world.project)).status_code == 409


def go(user: Any, project: Project) -> Any:
    """Return the next step that this person's page offers; a link among them must lead to a page."""
    page = browser(user)
    step = page.get(address("village_project", project)).context["step"]
    if step.mine and not step.post:
        assert page.get(step.url).status_code == 200
    return step


def test_the_page_leads_from_the_first_word_to_the_last_receipt() -> None:
    home = village()
    project, clerk = draft(home), home.finance_officer
    assert go(clerk, project).code == "budget"
    lines = [BudgetLineData("Lamps", Decimal(10), "pieces", 100_00)]
    budget_lines_set(project=project, actor=clerk, lines=lines)
    assert go(clerk, project).code == "shares"
    shares_set(project=project, actor=clerk, shares=[ShareData("donors", 1000_00)])
    assert go(clerk, project).code == "milestones"
    milestones_set(project=project, actor=clerk, milestones=[MilestoneData("a", 400_00), MilestoneData("b", 600_00)])
    assert go(clerk, project).code == "keeper"
    project_edit(project=project, actor=clerk, keeper_name="B. Asanov", upkeep_yearly_minor=0)
    assert go(clerk, project).code == "submit"


def test_while_it_is_built_the_page_says_whose_turn_it_is() -> None:
    world = under_way(donors=1000_00, village=1000_00)
    project, clerk = world.project, world.finance_officer
    project.milestones.update(tranche_minor=500_00)
    Milestone.objects.create(project=project, position=2, text="Switched on", tranche_minor=1500_00)
    assert (go(clerk, project).code, go(world.head, project).mine) == ("ask", False)
    release = asked_release(world)
    assert (go(world.head, project).code, go(clerk, project).mine) == ("sign", False)
    release_sign(release=release, actor=world.head, proof=factor(world.head))
    assert go(world.head, project).code == "sign_outside"
    release_sign(release=release, actor=world.signatory, proof=factor(world.signatory))
    assert go(world.head, project).code == "pay"
    pay_release(world, release)
    step = go(clerk, project)
    assert (step.code, step.post) == ("report", True)
    browser(clerk).post(step.url)
    assert go(clerk, project).code == "accept"
    milestone_accept(milestone=project.milestones.get(position=1), actor=world.signatory)
    browser(clerk).post(go(clerk, project).url)
    milestone_accept(milestone=project.milestones.get(position=2), actor=world.signatory)
    assert (go(world.head, project).code, go(clerk, project).mine) == ("complete", False)
    browser(world.head).post(go(world.head, project).url)
    assert go(clerk, project).code == "photos"
    for stage in project.milestones.all():
        update_publish(project=project, actor=clerk, text=str(stage), language="en", photos=[photo()], milestone=stage)
    assert go(clerk, project).code == "receipts"
