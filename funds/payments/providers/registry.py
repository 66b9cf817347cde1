"""Which providers this installation has: settings.PAYMENT_PROVIDERS, in the order of that list."""

from __future__ import annotations

import datetime as dt
import functools
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from birge.errors import RuleNotMet
from birge.organisations.models import Organisation

from .base import Provider


def providers() -> dict[str, Provider]:
    """Return the installed providers by kind. Raises ImproperlyConfigured for a module without one."""
    return _load(tuple(settings.PAYMENT_PROVIDERS))


def provider_for(kind: str, *, custodian: Organisation, country: str, on: dt.date) -> Provider:
    """Return the provider of this kind. Raises RuleNotMet (`method_off`) if it does not work there on that day."""
    found = providers().get(kind)
    if found is None or not found.available(custodian, country, on):
        raise RuleNotMet(_("This way of paying does not work now. Please choose another."), code="method_off")
    return found


def provider_of(kind: str) -> Provider | None:
    """Return the provider that took payments of this kind, whether or not it takes new ones now; None for people."""
    return providers().get(kind)


@functools.cache
def _load(paths: tuple[str, ...]) -> dict[str, Provider]:
    loaded: dict[str, Provider] = {}
    for path in paths:
        provider: Provider | None = getattr(import_module(path), "provider", None)
        if provider is None:
            raise ImproperlyConfigured(f"{path} exposes no `provider`.")
        loaded[provider.kind] = provider
    return loaded
