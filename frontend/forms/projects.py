"""Filters of the project list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from birge.places.models import Place
from frontend.presenters.words import language
from projects.works.models import Category, Project
from projects.works.states import ProjectStatus

STATES = [
    ("", _("all")),
    (ProjectStatus.OPEN, _("raising money now")),
    ("building", _("being built")),
    ("done", _("built")),
    ("stopped", _("stopped or failed")),
]
GROUPS = {
    "building": [ProjectStatus.PLEDGED_IN_FULL, ProjectStatus.FUNDED, ProjectStatus.UNDER_WAY],
    "done": [ProjectStatus.COMPLETED, ProjectStatus.CLOSED],
    "stopped": [ProjectStatus.SUSPENDED, ProjectStatus.EXPIRED, ProjectStatus.CANCELLED, ProjectStatus.DECLINED],
}


class FilterForm(forms.Form):
    """What, where and how far."""

    q = forms.CharField(label=_("Village or word"), required=False, max_length=80)
    state = forms.ChoiceField(label=_("How far"), choices=STATES, required=False)
    category = forms.ChoiceField(label=_("What"), choices=[("", _("all")), *Category.choices], required=False)
    oblast = forms.ChoiceField(label=_("Where"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Oblasts are few; their names come in the reader's language."""
        super().__init__(*args, **kwargs)
        oblasts = Place.objects.filter(kind__in=["oblast", "city_republican"]).order_by("soate")
        self.fields["oblast"].choices = [  # type: ignore[attr-defined]
            ("", _("all")),
            *((place.public_id, place.name(language()).text) for place in oblasts),
        ]

    @property
    def has_choice(self) -> bool:
        """Say whether anything was narrowed down."""
        return self.is_bound and self.is_valid() and any(self.cleaned_data.values())

    @property
    def choice_fields(self) -> list[forms.BoundField]:
        """Return what can be chosen beside the word."""
        return [self[name] for name in ("state", "category", "oblast")]

    @property
    def is_narrowed(self) -> bool:
        """Say whether any of them is chosen."""
        return self.has_choice and any(self.cleaned_data[bound.name] for bound in self.choice_fields)

    def narrow(self, found: QuerySet[Project]) -> QuerySet[Project]:
        """Apply the choices. An oblast's code is the beginning of the codes of all places in it."""
        data = self.cleaned_data
        if data["state"]:
            found = found.filter(status__in=GROUPS.get(data["state"], [data["state"]]))
        if data["category"]:
            found = found.filter(category=data["category"])
        if data["oblast"]:
            soate = Place.objects.values_list("soate", flat=True).get(public_id=data["oblast"])
            found = found.filter(village__soate__startswith=soate[:5])
        if word := data["q"].strip():
            names = ("title_ky", "title_ru", "title_en", "village__name_ky", "village__name_ru", "village__name_en")
            match = Q()
            for name in names:
                # SQLite folds only Latin letters, so the usual spellings of a Cyrillic word are tried one by one.
                for spelling in {word, word.lower(), word.capitalize()}:
                    match |= Q(**{f"{name}__icontains": spelling})
            found = found.filter(match)
        return found
