"""The whole from × to matrix: every step that the table does not know is refused and leaves no trace."""

import itertools

import pytest

from birge.errors import RuleNotMet
from projects.works.models import Project, Transition
from projects.works.services import project_lock, project_move
from projects.works.states import HAS_RESOLUTION, NOT_PUBLIC, OPENED, ProjectStatus
from tests.factories import funds as make

pytestmark = pytest.mark.django_db
S = ProjectStatus
# Written out by hand, on purpose: the table in the code is checked against it, not against itself.
STEPS = {
    S.DRAFT: {S.SUBMITTED, S.CANCELLED},
    S.SUBMITTED: {S.ADOPTED, S.DECLINED, S.DRAFT, S.CANCELLED},
    S.ADOPTED: {S.OPEN, S.CANCELLED},
    S.OPEN: {S.PLEDGED_IN_FULL, S.EXPIRED, S.CANCELLED, S.SUSPENDED},
    S.PLEDGED_IN_FULL: {S.FUNDED, S.OPEN, S.EXPIRED, S.CANCELLED, S.SUSPENDED},
    S.FUNDED: {S.UNDER_WAY, S.PLEDGED_IN_FULL, S.CANCELLED, S.SUSPENDED},
    S.UNDER_WAY: {S.COMPLETED, S.CANCELLED, S.SUSPENDED},
    S.COMPLETED: {S.CLOSED},
    S.SUSPENDED: {S.OPEN, S.PLEDGED_IN_FULL, S.FUNDED, S.UNDER_WAY, S.CANCELLED},
    S.CLOSED: set(),
    S.DECLINED: set(),
    S.EXPIRED: set(),
    S.CANCELLED: set(),
}


def test_every_step_of_the_table_is_made_and_every_other_is_refused():
    project = make.open_village_project().project
    for before, after in itertools.product(S, S):
        Project.objects.filter(pk=project.pk).update(status=before)
        steps = Transition.objects.filter(project=project).count()
        if after in STEPS[before]:
            project_move(project_lock(project), after, reason="a test")
            step = Transition.objects.filter(project=project).order_by("-id").first()
            assert (step.from_status, step.to_status, step.reason) == (before, after, "a test")
            assert Project.objects.get(pk=project.pk).status == after
        else:
            with pytest.raises(RuleNotMet) as refusal:
                project_move(project_lock(project), after)
            assert refusal.value.code == "transition"
            assert Transition.objects.filter(project=project).count() == steps
            assert Project.objects.get(pk=project.pk).status == before


def test_what_raised_money_has_a_resolution_and_what_is_public_is_no_draft():
    assert OPENED <= HAS_RESOLUTION
    assert frozenset({S.DRAFT, S.SUBMITTED}) == NOT_PUBLIC
    assert S.ADOPTED not in OPENED
