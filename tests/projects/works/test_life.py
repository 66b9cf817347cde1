"""A project's life step by step: who may, what must be there first, and what is kept of it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from birge import clock
from birge.audit.models import AuditRecord
from birge.documents.services import document_store
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.models import Role
from funds.settlement.services import project_open_with_money
from projects.works.models import MilestoneStatus, Project
from projects.works.selectors import project_missing
from projects.works.services import (
    BudgetLineData,
    MilestoneData,
    ShareData,
    budget_lines_set,
    milestone_accept,
    milestone_report,
    milestones_set,
    project_adopt,
    project_close,
    project_complete,
    project_create,
    project_decline,
    project_edit,
    project_resume,
    project_return,
    project_start,
    project_submit,
    project_suspend,
    quote_attach,
    shares_set,
    signatory_change_approve,
    signatory_change_ask,
    signatory_change_refuse,
)
from tests.factories import funds as make

pytestmark = pytest.mark.django_db


class Village:
    """An ayil aimak with its administration, its council and their people."""

    def __init__(self):
        self.aimak, self.place = make.aimak_and_village()
        self.administration = make.organisation("village_administration", self.aimak)
        self.council = make.organisation("local_council", self.aimak)
        self.head = make.officer_of(self.administration, Role.HEAD)
        self.clerk = make.officer_of(self.administration, Role.FOCAL_POINT)
        self.deputy = make.officer_of(self.council, Role.DEPUTY)

    def paper(self, kind):
        file = SimpleUploadedFile("p.pdf", make.PDF, "application/pdf")
        return document_store(
            file=file, kind=kind, actor=self.clerk, organisation=self.administration, visibility="public"
        )

    def draft(self, **words):
        return project_create(
            village=self.place,
            administration=self.administration,
            actor=self.clerk,
            category="water",
            language="ru",
            **words,
        )

    def whole_draft(self):
        project = self.draft(
            title_ru="Вода", summary_ru="Труба", keeper_name="А. Асанов", upkeep_yearly_minor=0, permits="Не нужны"
        )
        lines = [BudgetLineData("Труба", Decimal("2.5"), "м", 400_00, self.paper("quote"))]
        budget_lines_set(project=project, actor=self.clerk, lines=lines)
        shares_set(
            project=project, actor=self.clerk, shares=[ShareData("donors", 600_00), ShareData("village", 400_00)]
        )
        milestones_set(project=project, actor=self.clerk, milestones=[MilestoneData("Уложена", 1000_00)])
        return project

    def adopted(self):
        project = project_submit(project=self.whole_draft(), actor=self.clerk)
        return project_adopt(
            project=project, actor=self.deputy, resolution=self.paper("resolution"), number="7", date=clock.today()
        )


@pytest.fixture
def village():
    return Village()


def test_a_draft_says_what_is_missing_in_the_order_of_the_form(village):
    project = village.draft()
    assert [each.code for each in project_missing(project)] == [
        "title",
        "summary",
        "budget",
        "shares",
        "milestones",
        "keeper",
    ]
    with pytest.raises(RuleNotMet) as refusal:
        project_submit(project=project, actor=village.clerk)
    assert refusal.value.data["missing"] == [each.code for each in project_missing(project)]


def test_shares_and_stages_must_add_up(village):
    project = village.whole_draft()
    shares_set(project=project, actor=village.clerk, shares=[ShareData("donors", 600_00)])
    assert {each.code for each in project_missing(project)} == {"shares_sum", "milestones_sum"}


def test_work_and_things_are_part_of_the_costs_and_no_part_of_the_money(village):
    project = village.whole_draft()
    shares = [ShareData("donors", 500_00), ShareData("village", 300_00), ShareData("in_kind", 200_00)]
    shares_set(project=project, actor=village.clerk, shares=shares)
    milestones_set(project=project, actor=village.clerk, milestones=[MilestoneData("Уложена", 800_00)])
    assert project_missing(project) == []


def test_the_council_adopts_with_its_paper_and_then_the_words_are_fixed(village):
    project = village.adopted()
    assert (project.status, project.resolution_number) == ("adopted", "7")
    with pytest.raises(RuleNotMet) as refusal:
        project_edit(project=project, actor=village.clerk, title_ru="Другое")
    assert refusal.value.code == "fixed"
    for change in (
        lambda: budget_lines_set(project=project, actor=village.clerk, lines=[]),
        lambda: shares_set(project=project, actor=village.clerk, shares=[]),
        lambda: milestones_set(project=project, actor=village.clerk, milestones=[]),
    ):
        with pytest.raises(RuleNotMet):
            change()
    assert project_edit(project=project, actor=village.clerk, permits="Есть").permits == "Есть"


def test_who_handed_it_in_does_not_decide_on_it(village):
    seat = village.council.offices.get(role=Role.DEPUTY)
    seat.terms.create(user=village.clerk, starts=clock.today(), acting=True)
    project = project_submit(project=village.whole_draft(), actor=village.clerk)
    with pytest.raises(NotAllowed) as refusal:
        project_decline(project=project, actor=village.clerk, reason="Нет")
    assert refusal.value.code == "same_person"


def test_returned_it_can_be_changed_again_and_declined_it_is_over(village):
    project = project_submit(project=village.whole_draft(), actor=village.clerk)
    project = project_return(project=project, actor=village.deputy, reason="Нет второй цены")
    project_edit(project=project, actor=village.clerk, title_ru="Чистая вода")
    project = project_submit(project=project, actor=village.clerk)
    project = project_decline(project=project, actor=village.deputy, reason="Нет денег в бюджете")
    assert project.transitions.last().reason == "Нет денег в бюджете"
    with pytest.raises(RuleNotMet):
        project_submit(project=project, actor=village.clerk)


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_refusal_without_a_reason(village, reason):
    project = project_submit(project=village.whole_draft(), actor=village.clerk)
    for verb in (project_return, project_decline):
        with pytest.raises(InvalidInput) as refusal:
            verb(project=project, actor=village.deputy, reason=reason)
        assert refusal.value.field == "reason"


def test_adopting_needs_the_right_paper_number_and_day(village):
    project = project_submit(project=village.whole_draft(), actor=village.clerk)
    good = {"resolution": village.paper("resolution"), "number": "7", "date": clock.today()}
    for wrong in (
        {"resolution": village.paper("quote")},
        {"resolution": None},
        {"number": " "},
        {"date": clock.today() + dt.timedelta(days=1)},
    ):
        with pytest.raises(InvalidInput) as refusal:
            project_adopt(project=project, actor=village.deputy, **(good | wrong))
        assert refusal.value.field == next(iter(wrong))


def test_a_village_of_another_aimak_is_not_taken(village):
    _aimak, elsewhere = make.aimak_and_village()
    with pytest.raises(InvalidInput) as refusal:
        project_create(village=elsewhere, administration=village.administration, actor=village.clerk, category="water")
    assert refusal.value.field == "village"


def opening(village, project, **changes):
    association = make.organisation("migrant_association")
    request = {
        "project": project,
        "actor": village.head,
        "deadline": clock.today() + dt.timedelta(days=60),
        "custodian": make.organisation("custodian"),
        "outside_signatory": make.officer_of(association, Role.SIGNATORY),
        "outside_substitute": make.officer_of(association, Role.CHAIR),
        "signatory_organisation": association,
    }
    return project_open_with_money(**(request | changes))


def test_it_opens_with_a_custodian_a_signatory_and_a_substitute(village):
    project = opening(village, village.adopted())
    assert project.status == "open"
    assert project.outside_signatory_id != project.outside_substitute_id


def test_it_does_not_open_without_quotes_or_permits(village):
    project = village.adopted()
    line = project.budget_lines.get()
    line.quote = None
    line.save()
    Project.objects.filter(pk=project.pk).update(permits="")
    with pytest.raises(RuleNotMet) as refusal:
        opening(village, project)
    assert refusal.value.data["missing"] == ["permits", "quotes"]
    quote_attach(line=line, actor=village.clerk, document=village.paper("quote"))
    project_edit(project=project, actor=village.clerk, permits="Разрешение № 4")
    assert opening(village, project).status == "open"


def test_whoever_stands_inside_cannot_sign_from_outside(village):
    project = village.adopted()
    association = make.organisation("migrant_association")
    signer = make.officer_of(association, Role.SIGNATORY)
    member = make.officer_of(association, Role.MEMBER)
    both = make.officer_of(association, Role.TREASURER)
    village.administration.offices.create(role=Role.FINANCE_OFFICER).terms.create(user=both, starts=clock.today())
    for wrong, field in (
        ({"outside_signatory": member}, "outside_signatory"),
        ({"outside_signatory": both}, "outside_signatory"),
        ({"outside_signatory": signer, "outside_substitute": signer}, "outside_substitute"),
        ({"outside_substitute": village.head}, "outside_substitute"),
        ({"deadline": clock.today()}, "deadline"),
        ({"custodian": association}, "custodian"),
        ({"signatory_organisation": make.organisation("custodian")}, "signatory_organisation"),
    ):
        people = {"outside_signatory": signer, "outside_substitute": make.officer_of(association, Role.CHAIR, seat=9)}
        with pytest.raises(InvalidInput) as refusal:
            opening(village, project, **({"signatory_organisation": association} | people | wrong))
        assert refusal.value.field == field
        association.offices.get(seat=9).terms.all().delete()
    assert Project.objects.get(pk=project.pk).status == "adopted"


def test_stages_are_reported_in_order_and_accepted_by_somebody_else():
    world = make.under_way(stages=2)
    with pytest.raises(RuleNotMet) as refusal:
        milestone_report(milestone=make.stage(world, 2), actor=world.finance_officer)
    assert refusal.value.code == "order"
    with pytest.raises(RuleNotMet):
        milestone_accept(milestone=make.stage(world, 1), actor=world.signatory)
    milestone_report(milestone=make.stage(world, 1), actor=world.finance_officer)
    with pytest.raises(NotAllowed):
        milestone_accept(milestone=make.stage(world, 1), actor=world.head)
    accepted = milestone_accept(milestone=make.stage(world, 1), actor=world.substitute)
    assert accepted.status == MilestoneStatus.ACCEPTED
    with pytest.raises(RuleNotMet):
        milestone_report(milestone=make.stage(world, 1), actor=world.finance_officer)


def test_completed_is_earned_by_every_stage_and_closed_a_year_later_by_somebody_outside():
    world = make.under_way(stages=1)
    with pytest.raises(RuleNotMet) as refusal:
        project_complete(project=world.project, actor=world.head)
    assert refusal.value.code == "stages"
    make.shown(world, 1)
    done = project_complete(project=world.project, actor=world.head)
    with pytest.raises(RuleNotMet) as refusal:
        project_close(project=done, actor=world.signatory, reason="Всё работает")
    assert refusal.value.code == "too_early"
    with clock.moved_to(clock.now() + dt.timedelta(days=366)):
        with pytest.raises(NotAllowed):
            project_close(project=done, actor=world.head, reason="Всё работает")
        assert project_close(project=done, actor=world.signatory, reason="Всё работает").status == "closed"


def test_work_begins_only_with_all_the_money():
    world = make.open_village_project()
    with pytest.raises(RuleNotMet):
        project_start(project=world.project, actor=world.head)


def test_stopped_days_are_added_to_the_deadline():
    world = make.open_village_project(deadline_days=10)
    project_suspend(project=world.project, actor=world.officer, reason="Жалоба")
    deadline = world.project.deadline
    with clock.moved_to(clock.now() + dt.timedelta(days=30)):
        resumed = project_resume(project=world.project, actor=world.officer, reason="Проверено")
        assert resumed.status == "open"
        assert resumed.deadline == deadline + dt.timedelta(days=30)


def test_every_privileged_step_is_in_the_audit_record(village):
    opening(village, village.adopted())
    made = set(AuditRecord.objects.values_list("action", flat=True))
    assert {"project_submit", "project_adopt", "project_open"} <= made


def test_another_signatory_needs_both_sides():
    world = make.under_way()
    newcomer = make.officer_of(world.association, Role.CHAIR)
    ask = {"project": world.project, "person": newcomer, "reason": "Уезжает"}
    with pytest.raises(NotAllowed):
        signatory_change_ask(actor=world.head, **ask)
    change = signatory_change_ask(actor=world.substitute, **ask)
    with pytest.raises(NotAllowed):
        signatory_change_approve(change=change, actor=world.signatory, proof=make.factor(world.signatory))
    signatory_change_approve(change=change, actor=world.head, proof=make.factor(world.head))
    assert Project.objects.get(pk=world.project.pk).outside_signatory == newcomer
    with pytest.raises(NotAllowed):
        make.sign(make.ask(world), world.signatory)


def test_a_refused_change_changes_nobody():
    world = make.under_way()
    newcomer = make.officer_of(world.association, Role.CHAIR)
    change = signatory_change_ask(project=world.project, actor=world.signatory, person=newcomer, reason="Уезжает")
    signatory_change_refuse(change=change, actor=world.head, reason="Нет протокола")
    with pytest.raises(RuleNotMet):
        signatory_change_approve(change=change, actor=world.head, proof=make.factor(world.head))
    assert Project.objects.get(pk=world.project.pk).outside_signatory == world.signatory
