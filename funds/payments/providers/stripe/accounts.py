"""Which Stripe account a custodian may use now, and its keys. They come from the environment and stay there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from django.conf import settings

from birge.organisations.models import Organisation

from .models import StripeAccount

MOST_SECRETS = 2  # the old one and the new one, while a leaked or aged secret is replaced
LIVE, TEST = ("sk_live_", "rk_live_"), ("sk_test_", "rk_test_")


@dataclass(frozen=True)
class Keys:
    """The secret key, and the secrets with which webhooks may be signed."""

    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)


def keys_of(account: StripeAccount) -> Keys | None:
    """Return the account's keys; None unless both are in the environment and fit its mode.

    `STRIPE_<LABEL>_KEY` and `STRIPE_<LABEL>_WEBHOOK_SECRETS` (one, or two with a comma), where <LABEL> is in capitals
    with underscores.
    """
    name = f"STRIPE_{account.label.upper().replace('-', '_')}"
    key = os.environ.get(f"{name}_KEY", "").strip()
    secrets = [each.strip() for each in os.environ.get(f"{name}_WEBHOOK_SECRETS", "").split(",") if each.strip()]
    if not key.startswith(LIVE if account.livemode else TEST) or not 1 <= len(secrets) <= MOST_SECRETS:
        return None
    return Keys(api_key=key, webhook_secrets=tuple(secrets))


def account_heard(account: StripeAccount) -> bool:
    """Say whether we listen to it: with keys; test mode in the demonstration and nowhere else.

    Also to one that is switched off: what was paid there may still go back or be disputed.
    """
    return account.livemode is not settings.BIRGE_DEMO and keys_of(account) is not None


def account_usable(account: StripeAccount) -> bool:
    """Say whether it may take money here now."""
    return account.active and account_heard(account)


def account_for(custodian: Organisation, currency: str = "") -> StripeAccount | None:
    """Return the custodian's usable account; with `currency` only one whose balance is kept in it."""
    account = StripeAccount.objects.filter(custodian=custodian, active=True).first()
    if account is None or (currency and account.currency != currency) or not account_usable(account):
        return None
    return account


def accounts_heard() -> list[StripeAccount]:
    """Return all accounts that we listen to."""
    return [each for each in StripeAccount.objects.select_related("custodian") if account_heard(each)]
