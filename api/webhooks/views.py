"""What payment providers send us: checked, kept, answered. What comes of it is found out afterwards."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from funds.payments.providers.stripe.webhooks import BadWebhook, event_take


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest, label: str) -> HttpResponse:
    """Take an event for the account of this label: 204 once it is kept, 400 for all that is not Stripe's for it now."""
    try:
        event_take(label=label, body=request.body, signature=request.headers.get("Stripe-Signature", ""))
    except BadWebhook:
        return HttpResponse(status=400)
    return HttpResponse(status=204)
