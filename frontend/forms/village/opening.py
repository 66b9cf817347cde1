"""Opening a project, in two pages: who holds the money and which association signs; then which of its people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.accounts.models import User
from birge.organisations.models import Organisation, OrganisationKind
from birge.organisations.selectors import officers, organisations_verified
from frontend.forms.parts import DayField, ReasonField
from frontend.presenters.words import language
from projects.works.services.raising import LONGEST_DAYS
from projects.works.services.signatories import SIGNING_ROLES

from .plain import PlainForm

USUAL_DAYS = 90


def _verified(kind: str) -> dict[str, Organisation]:
    return {each.public_id: each for each in organisations_verified(kind)}


def _choices(found: dict[str, Organisation]) -> list[tuple[str, Any]]:
    said = language()
    named = sorted(((public_id, each.name(said)) for public_id, each in found.items()), key=lambda each: each[1])
    return [("", _("Choose")), *named]


class HoldersForm(PlainForm):
    """Until when, who holds the money, which association signs. Sent by GET: it changes nothing."""

    deadline = DayField(
        label=_("Until when can people promise?"),
        help_text=_("At most a year from now. If it does not come together by then, promises end."),
    )
    custodian = forms.ChoiceField(
        label=_("Who holds the money?"), help_text=_("A verified custodian. Never you yourselves.")
    )
    association = forms.ChoiceField(
        label=_("Which association signs from outside?"),
        help_text=_("No stage is paid without its signature. Best one whose people come from your village."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the verified ones; three months are usual."""
        super().__init__(*args, **kwargs)
        today = clock.today()
        self.custodians = _verified(OrganisationKind.CUSTODIAN)
        self.associations = _verified(OrganisationKind.MIGRANT_ASSOCIATION)
        for name, found in (("custodian", self.custodians), ("association", self.associations)):
            choice = self.fields[name]
            assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
            choice.choices = _choices(found)
        deadline = self.fields["deadline"]
        deadline.initial = today + dt.timedelta(days=USUAL_DAYS)
        deadline.widget.attrs["min"] = (today + dt.timedelta(days=1)).isoformat()
        deadline.widget.attrs["max"] = (today + dt.timedelta(days=LONGEST_DAYS)).isoformat()


class SignersForm(PlainForm):
    """Which two people of the association: one signs, one stands in."""

    outside_signatory = forms.ChoiceField(label=_("Who signs from outside?"), widget=forms.RadioSelect)
    outside_substitute = forms.ChoiceField(
        label=_("Who signs when that person cannot?"), widget=forms.RadioSelect, help_text=_("Another person.")
    )

    def __init__(self, *args: Any, association: Organisation, **kwargs: Any) -> None:
        """Offer the association's signatory, chair and treasurer."""
        super().__init__(*args, **kwargs)
        self.people: dict[str, User] = {each.public_id: each for each in officers(association, SIGNING_ROLES)}
        for name in ("outside_signatory", "outside_substitute"):
            choice = self.fields[name]
            assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
            choice.choices = [(public_id, str(each)) for public_id, each in self.people.items()]

    @property
    def enough(self) -> bool:
        """Say whether there are two to choose from."""
        return len(self.people) > 1

    def service_data(self) -> dict[str, Any]:
        """Return the two persons."""
        return {name: self.people[self.cleaned_data[name]] for name in ("outside_signatory", "outside_substitute")}


class CancelForm(PlainForm):
    """Why it will not be built."""

    reason = ReasonField(label=_("Why?"), help_text=_("Everyone will read it."))
    sure = forms.BooleanField(label=_("Yes, this project ends here"))
