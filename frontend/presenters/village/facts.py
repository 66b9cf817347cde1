"""What is known of several projects at once, read in a fixed number of queries however many there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, Max, Min, Sum

from birge import clock
from funds.releases.models import Expense, ExpenseStatus, Release, ReleaseStatus
from projects.questions.models import Question
from projects.updates.models import Update
from projects.works.models import Milestone, Project, SignatoryChange
from projects.works.states import ProjectStatus

NEWS_LATE_DAYS = 30
NEWS_WANTED_IN = frozenset({ProjectStatus.FUNDED, ProjectStatus.UNDER_WAY})


class Facts:
    """Stages, tranches, receipts, questions and news of some projects. Amounts in minor units."""

    def __init__(self, projects: Sequence[Project]) -> None:
        """Read them all."""
        listed = list(projects)
        self.stages: dict[int, list[Milestone]] = {project.pk: [] for project in listed}
        for stage in Milestone.objects.filter(project__in=listed).order_by("project_id", "position"):
            self.stages[stage.project_id].append(stage)
        releases = Release.objects.filter(project__in=listed).prefetch_related("signatures").order_by("id")
        self.releases: dict[int, list[Release]] = {project.pk: [] for project in listed}
        for release in releases:
            self.releases[release.project_id].append(release)
        self._shown = dict(
            Expense.objects.filter(project__in=listed)
            .exclude(status=ExpenseStatus.REFUSED)
            .values_list("project_id")
            .annotate(total=Sum("amount_minor"))
            .order_by()
        )
        self._refused = dict(
            Expense.objects.filter(project__in=listed, status=ExpenseStatus.REFUSED)
            .values_list("project_id")
            .annotate(count=Count("id"))
            .order_by()
        )
        self._news = dict(
            Update.objects.filter(project__in=listed)
            .values_list("project_id")
            .annotate(last=Max("created_at"))
            .order_by()
        )
        waiting = Question.objects.filter(project__in=listed, answered_at=None, hidden_reason="")
        self._questions: dict[int, tuple[int, dt.datetime]] = {
            project_id: (count, oldest)
            for project_id, count, oldest in waiting.values_list("project_id")
            .annotate(count=Count("id"), oldest=Min("asked_at"))
            .order_by()
        }
        changes = SignatoryChange.objects.filter(project__in=listed, status=SignatoryChange.Status.ASKED)
        self.changes: dict[int, list[SignatoryChange]] = {project.pk: [] for project in listed}
        for change in changes.order_by("id"):
            self.changes[change.project_id].append(change)

    def release_of(self, stage: Milestone) -> Release | None:
        """Return the tranche of this stage that was asked for and not refused."""
        for release in self.releases[stage.project_id]:
            if release.milestone_id == stage.pk and release.status != ReleaseStatus.REFUSED:
                return release
        return None

    def receipts_rest(self, project: Project) -> int:
        """Return what was paid out and is not shown by any receipt yet."""
        paid = sum(each.amount_minor for each in self.releases[project.pk] if each.status == ReleaseStatus.PAID)
        return paid - int(self._shown.get(project.pk) or 0)

    def receipts_refused(self, project: Project) -> int:
        """Return how many receipts came back, where some of the money is still to be shown."""
        return int(self._refused.get(project.pk, 0)) if self.receipts_rest(project) > 0 else 0

    def questions(self, project: Project) -> tuple[int, dt.datetime | None]:
        """Return how many questions wait, and since when the oldest does."""
        return self._questions.get(project.pk, (0, None))

    def news_late_days(self, project: Project) -> int:
        """Return for how many days nothing was heard while something should be; nothing while that is in order."""
        last = self._news.get(project.pk) or project.opened_at
        if project.status not in NEWS_WANTED_IN or last is None:
            return 0
        days = int((clock.now() - last).days)
        return days if days > NEWS_LATE_DAYS else 0
