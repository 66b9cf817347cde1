"""Writing a project down: the first page, its words, its keeper, what was asked and allowed, its papers."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from birge.organisations.models import Organisation
from birge.places.models import SETTLEMENTS, Place
from birge.places.selectors import places_current
from frontend.forms.parts import MoneyField, OnceForm, currency_set
from frontend.presenters.words import language
from projects.works.models import LANGUAGES, Category, Project

from .plain import PlainForm, kind_words

LONGEST = 5000
LANGUAGE_CHOICES = [("ky", _("Kyrgyz")), ("ru", _("Russian")), ("en", _("English"))]
TITLE_HINT = _("A few words, for example: Street light on Lenin street.")
SUMMARY_HINT = _("Why is it needed, for whom, what changes? Three sentences are enough.")


def villages_of(administration: Organisation) -> list[Place]:
    """Return the settlements that this administration can write projects for."""
    mine = Q(parent=administration.place) | Q(pk=administration.place_id)
    return list(places_current().filter(mine, kind__in=SETTLEMENTS))


def _text_area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class NewProjectForm(OnceForm):
    """The first page: short enough to be filled in standing."""

    aliases: ClassVar[dict[str, str]] = {f"title_{each}": "title" for each in LANGUAGES}

    village = forms.ChoiceField(label=_("Which village?"))
    category = forms.ChoiceField(label=_("What is it?"), choices=[("", _("Choose")), *Category.choices])
    title = forms.CharField(label=_("Title"), max_length=200, help_text=TITLE_HINT)
    summary = forms.CharField(
        label=_("In a few sentences"),
        max_length=LONGEST,
        required=False,
        help_text=SUMMARY_HINT,
        widget=_text_area(5),
    )
    language = forms.ChoiceField(label=_("In which language did you write?"), choices=LANGUAGE_CHOICES)

    def __init__(self, *args: Any, administration: Organisation, **kwargs: Any) -> None:
        """Offer the villages of this administration only."""
        super().__init__(*args, **kwargs)
        said = language()
        self.villages = {place.public_id: place for place in villages_of(administration)}
        choices = [(public_id, place.name(said).text) for public_id, place in self.villages.items()]
        village = self.fields["village"]
        assert isinstance(village, forms.ChoiceField)  # noqa: S101 - declared above
        village.choices = choices if len(choices) == 1 else [("", _("Choose")), *choices]
        self.fields["language"].initial = said
        kind_words(self)

    def service_data(self) -> dict[str, Any]:
        """Return the arguments of `project_create`."""
        data = self.cleaned_data
        written = data["language"]
        return {
            "village": self.villages[data["village"]],
            "category": data["category"],
            "language": written,
            f"title_{written}": data["title"],
            f"summary_{written}": data["summary"],
        }


class WordsForm(PlainForm):
    """Title and text, in the language it was written in and, where somebody can, in the others."""

    category = forms.ChoiceField(label=_("What is it?"), choices=Category.choices)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Ask in the project's own language first; the others may stay empty."""
        stems = [f"{stem}_{each}" for each in LANGUAGES for stem in ("title", "summary")]
        initial = {"category": project.category} | {name: getattr(project, name) for name in stems}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.own = project.language
        self.others = [each for each in LANGUAGES if each != self.own]
        for each in (self.own, *self.others):
            own = each == self.own
            self.fields[f"title_{each}"] = forms.CharField(
                label=_("Title") if own else _title_label(each),
                max_length=200,
                required=own,
                help_text=TITLE_HINT if own else "",
            )
            self.fields[f"summary_{each}"] = forms.CharField(
                label=_("In a few sentences") if own else _summary_label(each),
                max_length=LONGEST,
                required=own,
                help_text=SUMMARY_HINT if own else "",
                widget=_text_area(6),
            )
        kind_words(self)

    def service_data(self) -> dict[str, Any]:
        """Return the words for `project_edit`."""
        return dict(self.cleaned_data)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """Return what everyone fills in."""
        return [self[name] for name in ("category", f"title_{self.own}", f"summary_{self.own}")]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """Return the translations."""
        return [self[f"{stem}_{each}"] for each in self.others for stem in ("title", "summary")]

    @property
    def others_in_use(self) -> bool:
        """Say whether a translation was begun, or refused."""
        return any(bound.value() or bound.errors for bound in self.other_fields)


def _title_label(code: str) -> Any:
    return {"ky": _("Title in Kyrgyz"), "ru": _("Title in Russian"), "en": _("Title in English")}[code]


def _summary_label(code: str) -> Any:
    return {"ky": _("Text in Kyrgyz"), "ru": _("Text in Russian"), "en": _("Text in English")}[code]


class KeeperForm(PlainForm):
    """Who looks after it when it stands."""

    keeper_name = forms.CharField(
        label=_("Who looks after it later?"), max_length=120, help_text=_("A person, by name. Everyone will see it.")
    )
    keeper_role = forms.CharField(
        label=_("What are they?"),
        max_length=120,
        required=False,
        help_text=_("For example: electrician of the village."),
    )
    upkeep_yearly_minor = MoneyField(
        label=_("What does that cost a year?"), help_text=_("Electricity, repairs, pay. Write 0 if it costs nothing.")
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """`currency` is the plan's."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)

    def service_data(self) -> dict[str, Any]:
        """Return the words for `project_edit`."""
        data = self.cleaned_data
        return {**data, "upkeep_yearly_minor": data["upkeep_yearly_minor"].minor}


class PeopleForm(PlainForm):
    """How people were asked, and what is allowed."""

    people_asked = forms.CharField(
        label=_("How were people asked?"),
        max_length=LONGEST,
        required=False,
        help_text=_("When, where, how many came. If they were not asked, leave it empty: the page will say so."),
        widget=_text_area(3),
    )
    permits = forms.CharField(
        label=_("Which permits are there?"),
        max_length=LONGEST,
        required=False,
        help_text=_(
            "Who gave it, number, day. If none is needed, write that. Nobody can promise before this is filled in."
        ),
        widget=_text_area(3),
    )

    def service_data(self) -> dict[str, Any]:
        """Return the words for `project_edit`."""
        return dict(self.cleaned_data)


class PictureForm(PlainForm):
    """One picture for the card."""

    aliases: ClassVar[dict[str, str]] = {"file": "paper", "picture": "paper"}

    paper = forms.FileField(
        label=_("A photo of the place"),
        help_text=_("As it is today. JPEG, PNG or WebP, at most 15 MB. Where it was taken is removed."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    title = forms.CharField(
        label=_("What does it show?"), max_length=160, required=False, help_text=_("For people who cannot see it.")
    )


class QuoteForm(PlainForm):
    """The paper behind a price."""

    aliases: ClassVar[dict[str, str]] = {"file": "paper", "quote": "paper"}

    paper = forms.FileField(
        label=_("Quote or contract"),
        help_text=_("A photo or a PDF, at most 15 MB. Everyone can see it."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
