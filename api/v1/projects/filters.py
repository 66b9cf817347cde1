"""Which projects to list."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from api.access import inside
from api.filters import PublicIdFilter, TextFilter, contains, names
from projects.works.models import Category, Project
from projects.works.states import ProjectStatus


class ProjectFilters(django_filters.FilterSet):
    """By state, category, place, organisation and words."""

    status = django_filters.ChoiceFilter(choices=ProjectStatus.choices)
    category = django_filters.ChoiceFilter(choices=Category.choices)
    oblast = PublicIdFilter(method="in_place", label="public identifier of an oblast, district or ayil aimak")
    village = PublicIdFilter(field_name="village__public_id")
    organisation = PublicIdFilter(method="of_organisation", label="administration, custodian or signing association")
    q = TextFilter(method="saying", label="words of a title, in any of the three languages, or of the village's name")
    mine = django_filters.ChoiceFilter(
        method="as_chosen", choices=[("yes", "yes")], label="projects that one works on, drafts too"
    )

    class Meta:
        model = Project
        fields: list[str] = []

    def as_chosen(self, projects: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        """Keep all: the view has chosen them, since nobody else may see drafts."""
        return projects

    def in_place(self, projects: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        """Keep what lies in the place, however deep."""
        return projects.filter(inside("village", value))

    def of_organisation(self, projects: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        """Keep what the organisation has a part in."""
        return projects.filter(
            Q(administration__public_id=value)
            | Q(custodian__public_id=value)
            | Q(signatory_organisation__public_id=value)
        )

    def saying(self, projects: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        """Keep what contains the words."""
        return projects.filter(contains(value, *names("title"), *names("village__name")))
