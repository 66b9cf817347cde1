"""Filters of lists. A parameter that is unknown, empty, repeated or of the wrong type is refused, never ignored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from .errors import InvalidParameters
from .fields import PUBLIC_ID


class StrictBackend(DjangoFilterBackend):
    """Filters by the view's `filterset_class`; its faults are told as faults of the query string."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return what the parameters leave. Raises InvalidParameters."""
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise InvalidParameters({name: list(faults) for name, faults in filterset.errors.items()})
        left: QuerySet[Any] = filterset.qs
        return left


def parameters_check(request: Request, known: Iterable[str]) -> None:
    """Raise InvalidParameters for each parameter that is not in `known`, is empty or comes twice."""
    names = set(known)
    faults = {}
    for name, values in request.query_params.lists():
        if name not in names:
            faults[name] = [_("We do not know this parameter.")]
        elif len(values) > 1:
            faults[name] = [_("This parameter may be given only once.")]
        elif not values[0].strip():
            faults[name] = [_("Please give a value, or leave the parameter out.")]
    if faults:
        raise InvalidParameters(faults)


class StrictIntegerField(forms.IntegerField):
    """Digits only: Django would also take 5.0 and spaces."""

    def to_python(self, value: Any) -> int | None:
        """Refuse every other spelling of a number."""
        if value not in self.empty_values and not re.fullmatch(r"-?[0-9]{1,15}", str(value)):
            raise forms.ValidationError(_("Please give a whole number."), code="invalid")
        return super().to_python(value)


class IsoDateField(forms.DateField):
    """YYYY-MM-DD in every language."""

    def to_python(self, value: Any) -> Any:
        """Refuse what a language's own date formats would take."""
        if value not in self.empty_values and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
            raise forms.ValidationError(_("Please write the day as YYYY-MM-DD."), code="invalid")
        return super().to_python(value)

    def strptime(self, value: str, format: str) -> Any:  # noqa: A002 - the parent calls it so
        """Read the one format, whatever the language's list says."""
        return super().strptime(value, "%Y-%m-%d")


class PublicIdFormField(forms.RegexField):
    """A public identifier."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"invalid": gettext_lazy("This is not an identifier.")})
        super().__init__(regex=PUBLIC_ID.replace("$", r"\Z"), **kwargs)


class IntegerFilter(django_filters.Filter):
    """Whole numbers."""

    field_class = StrictIntegerField


class DayFilter(django_filters.Filter):
    """Days."""

    field_class = IsoDateField


class PublicIdFilter(django_filters.CharFilter):
    """Something else, by its public identifier; one that does not exist gives an empty list."""

    field_class = PublicIdFormField


class TextFilter(django_filters.CharFilter):
    """Words to search for, at most 100 characters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=100, **kwargs)


def contains(text: str, *paths: str) -> Q:
    """Return the condition that one of the fields contains `text`.

    SQLite folds only Latin letters, so the usual spellings of a Cyrillic word are tried one by one.
    """
    word = text.strip()
    condition = Q()
    for spelling in {word, word.lower(), word.capitalize(), word.title()}:
        for path in paths:
            condition |= Q(**{f"{path}__icontains": spelling})
    return condition


def names(path: str) -> list[str]:
    """Return the paths of a name in the three languages: `names("village__name")`."""
    return [f"{path}_{language}" for language in ("ky", "ru", "en")]
