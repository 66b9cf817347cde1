"""What Stripe says lies on an account's balance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import stripe
from django.conf import settings
from stripe._http_client import RequestsClient

from .accounts import keys_of
from .amounts import from_stripe
from .gateway import ProviderRefused, ProviderUnknown, _asked
from .models import StripeAccount


def stripe_balance(account: StripeAccount) -> dict[str, int]:
    """Return available and pending together, in minor units of ours, by currency.

    Raises ProviderRefused where the account's keys are not in the environment, ProviderUnknown without an answer that
    can be read.
    """
    keys = keys_of(account)
    if keys is None:
        raise ProviderRefused
    client = stripe.StripeClient(
        keys.api_key,
        base_addresses={"api": settings.STRIPE_API_BASE},
        max_network_retries=0,
        http_client=RequestsClient(timeout=settings.STRIPE_TIMEOUT),
    ).v1
    ask: Callable[[], Any] = client.balance.retrieve
    said = _asked(ask).to_dict(for_json=True)
    sums: dict[str, int] = {}
    try:
        for part in [*said["available"], *said["pending"]]:
            currency = str(part["currency"]).upper()
            sums[currency] = sums.get(currency, 0) + int(part["amount"])
        return {currency: from_stripe(amount, currency).minor for currency, amount in sums.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderUnknown from error
