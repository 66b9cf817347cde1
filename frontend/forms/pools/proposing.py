"""What somebody proposes. Every form asks why, and until when; the terms of reference say the rest."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frontend.forms.parts import REASON_LENGTH as NO_LENGTH
from frontend.forms.parts import CodeField, DayField, MoneyField, OnceForm, ReasonField, currency_set

WHY_LENGTH = 600


class ProposalForm(OnceForm):
    """Why, and until when. Fields of a kind come before these two."""

    reason = forms.CharField(
        label=_("Why? Tell the others."), max_length=WHY_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
    deadline = DayField(label=_("Last day to decide"), required=False)

    def __init__(self, *args: Any, currency: str, days: int, **kwargs: Any) -> None:
        """`days` is how long one has by the terms of reference if no day is chosen."""
        super().__init__(*args, **kwargs)
        currency_set(self, currency)
        self.currency = currency
        self.fields["deadline"].help_text = _("Empty: %(days)s days from now, as the terms say.") % {"days": days}
        self.order_fields([name for name in self.fields if name not in ("reason", "deadline")])


class GiveForm(ProposalForm):
    """A sum for a project."""

    amount = MoneyField(label=_("How much?"))


class PassOnForm(ProposalForm):
    """A sum for another pool."""

    to_pool = forms.ChoiceField(label=_("To which pool?"))
    amount = MoneyField(label=_("How much?"))

    def __init__(self, *args: Any, pools: list[tuple[str, str]], **kwargs: Any) -> None:
        """`pools` are (public id, name)."""
        super().__init__(*args, **kwargs)
        self.fields["to_pool"].choices = [("", _("Choose")), *pools]  # type: ignore[attr-defined]


class NewRuleForm(ProposalForm):
    """A rule gets a name and money; what it says comes from the form of its kind."""

    name = forms.CharField(label=_("What shall it be called?"), max_length=120)
    amount = MoneyField(label=_("How much money shall be set aside for it?"))


class RuleTextForm(forms.Form):
    """A rule as data, for whoever has it from elsewhere."""

    rule = forms.CharField(
        label=_("The rule as data (JSON)"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10, "class": "mono", "spellcheck": "false"}),
    )

    def clean_rule(self) -> dict[str, Any]:
        """Return the data; the service looks whether they are a rule."""
        try:
            data = json.loads(self.cleaned_data["rule"])
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("This cannot be read as JSON.")) from error
        if not isinstance(data, dict):
            raise ValidationError(_("A rule is one object of JSON: it begins with { and ends with }."))
        return data

    def rule_data(self) -> dict[str, Any]:
        """Return the rule."""
        return dict(self.cleaned_data["rule"])


class YesForm(OnceForm):
    """A yes to what is on the page."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, digest: str, signs: bool, **kwargs: Any) -> None:
        """`digest` names exactly what was shown; `signs`: with a second factor."""
        super().__init__(*args, **kwargs)
        self.fields["digest"].initial = digest
        if signs:
            self.fields["code"] = CodeField()


class NoForm(YesForm):
    """A no, and why."""

    field_order = ("reason", "code")
    aliases: ClassVar[dict[str, str]] = {}
    reason = ReasonField(label=_("Why not?"), max_length=NO_LENGTH)


class TakeBackForm(OnceForm):
    """Why it is taken back."""

    reason = ReasonField()


class BookForm(OnceForm):
    """A signature."""

    code = CodeField()
