"""What a matching donor's manager sees: the projects whose plans count on a share of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.money import EXPONENTS
from birge.organisations.models import Role
from birge.organisations.selectors import terms_today
from funds.pledges.models import Party
from funds.pledges.selectors import plan_rest
from projects.works.models import Project, Share
from projects.works.states import ProjectStatus

from .facts import Fact, Link, day, facts, say
from .tasks import Task
from .words import language, place_line


def shares_of(user: User) -> QuerySet[Share]:
    """Return the shares of open plans that this person's organisation is to bring."""
    mine = terms_today().filter(user=user, office__role=Role.DONOR_MANAGER).values("office__organisation")
    shares = Share.objects.filter(party=Party.MATCHING, organisation__in=mine, project__status=ProjectStatus.OPEN)
    return shares.select_related("project__village", "project__custodian", "organisation").order_by("project_id")


def share_context(share: Share) -> dict[str, Any]:
    """Return the page on which the share is promised."""
    project, rest = share.project, plan_rest(share.project, Party.MATCHING)
    return {
        "title": _("Your share of a project"),
        "facts": facts(
            Fact(_("For"), project.title(language()), reverse("project", args=[project.public_id])),
            Fact(_("Where"), place_line(project.village)),
            Fact(_("Your share"), say(share.amount_minor, project.currency), css="big"),
            Fact(_("Not promised yet"), say(rest, project.currency)),
            Fact(_("Who holds the money"), project.custodian.name(language()) if project.custodian else ""),
            Fact(_("Raised until"), day(project.deadline)),
        ),
        "note": "" if rest else _("All of your share is promised."),
        "back": Link(reverse("desk"), _("My desk")),
    }


def donor_tasks(user: User) -> Iterator[Task]:
    """Return the shares that still wait for this manager's promise."""
    for share in shares_of(user):
        rest = plan_rest(share.project, Party.MATCHING)
        if rest:
            yield Task(
                title=_("Promise %(amount)s") % {"amount": say(rest, share.project.currency)},
                text=_("Your share of “%(project)s”.") % {"project": share.project.title(language())},
                url=reverse("share_promise", args=[share.project.public_id]),
                organisation_name=share.organisation.name(language()) if share.organisation else "",
            )


def could_be_promised(project: Project) -> str:
    """Return what is still to be promised, as one would type it."""
    rest = Decimal(plan_rest(project, Party.MATCHING)).scaleb(-EXPONENTS[project.currency])
    return f"{rest:f}".replace(".", ",").removesuffix(",00")
