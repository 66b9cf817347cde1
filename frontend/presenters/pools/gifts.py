"""One gift to a pool behind its signed link, and a monthly promise: where it stands, how to pay, what to do next."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge import clock
from frontend.forms.pledging import CreditForm
from frontend.forms.pools.paying import MonthlyForm
from frontend.presenters.cash import receipt_links
from frontend.presenters.facts import day, say, who
from frontend.presenters.missing import missing_part
from frontend.presenters.money import Way, detail_name, qr_of
from frontend.presenters.returns import pool_papers
from frontend.presenters.saved_cards import monthly_card_part
from frontend.presenters.words import language
from funds.banking.services import reference_for
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.payments.providers.registry import providers
from funds.payments.selectors import payment_methods_for
from funds.pools.models import Pool, PoolGift, PoolGiver, StandingPromise
from funds.pools.selectors import takes_money
from funds.pools.states import GiftStatus, StandingStatus
from funds.pools.tokens import pool_gift_link, standing_link, standing_token
from funds.settlement.services import standing_agreed, standing_card

from .words import association_url


def gift_page(gift: PoolGift, token: str) -> dict[str, Any]:
    """Return everything that the giver's own page shows."""
    pool = gift.pool
    payments = list(Payment.objects.filter(group=gift.public_id).select_related("recorded_by").order_by("id"))
    waiting = [each for each in payments if each.status == PaymentStatus.RECORDED]
    announced = gift.status == GiftStatus.ANNOUNCED
    tone, line = _now(gift, waiting)
    giver = PoolGiver.objects.filter(gift=gift).first()
    return {
        "token": token,
        "pool": pool,
        "title": pool.name(language()),
        "organisation_name": pool.organisation.name(language()),
        "organisation_url": association_url(pool.organisation.public_id),
        "custodian_name": pool.custodian.name(language()),
        "amount": say(gift.received_minor or gift.amount_minor, gift.currency),
        "reference": reference_for(gift.public_id),
        "now_tone": tone,
        "now_line": line,
        "waiting": [_question(each) for each in waiting],
        "ways_to_pay": ways_to_pay(pool, reference_for(gift.public_id)) if announced and not waiting else [],
        "steps": _steps(gift, payments),
        "receipts": receipt_links(payments),
        "can_withdraw": announced and not waiting,
        **missing_part(gift.public_id, awaited=announced and not waiting),
        "missing_url": reverse("pool_gift_missing", args=[token]),
        "papers": pool_papers(payments, token),
        "my_link": pool_gift_link(gift),
        "monthly_url": _monthly_url(gift),
        "known": giver is not None,
        "credit_text": (giver.credit_line if giver else "") or _("Nobody: only the sum and the day"),
        "credit_form": _credit_form(giver),
    }


def ways_to_pay(pool: Pool, reference: str) -> list[Way]:
    """Return how money reaches the pool's custodian, those that work first. Play money reaches no pool."""
    known, found = providers(), []
    today, cards_in = clock.today(), pool.currency
    for method in payment_methods_for(pool.custodian, pool.organisation.country, today, cards_in=cards_in):
        provider = known.get(method.kind)
        if provider is None or method.kind == PaymentKind.SANDBOX:
            continue
        details = [(detail_name(name), str(value)) for name, value in method.details.items()]
        if method.kind != PaymentKind.STRIPE:
            details.append((_("Write this with it"), reference))
        found.append(
            Way(
                label=provider.label,
                works=method.works,
                note=method.note(language()),
                details=details if method.works else [],
                is_play_money=False,
                qr=qr_of(method) if method.works else "",
                is_card=method.kind == PaymentKind.STRIPE,
            )
        )
    return found


def standing_page(standing: StandingPromise | None, pool: Pool, *, by_link: str = "") -> dict[str, Any]:
    """Return the page of a monthly promise; `by_link` is the token by which it was opened. None: start one."""
    active = standing is not None and standing.status == StandingStatus.ACTIVE
    context: dict[str, Any] = {
        "pool": pool,
        "title": pool.name(language()),
        "standing": standing,
        "active": active,
        "ended": standing is not None and standing.status == StandingStatus.ENDED,
        "takes_money": takes_money(pool),
        "token": by_link,
        "form": MonthlyForm(initial=_monthly_initial(standing), currency=pool.currency),
    }
    if standing is None:
        return context
    tone, line = _standing_line(standing)
    return (
        context
        | monthly_card_part(standing, by_link)
        | {
            "amount": say(standing.amount_minor, pool.currency),
            "now_tone": tone,
            "now_line": line,
            "my_link": standing_link(standing),
            "asked": [
                (say(gift.received_minor or gift.amount_minor, gift.currency), day(gift.made_at), gift)
                for gift in standing.gifts.order_by("-id")[:12]
            ],
        }
    )


def _monthly_initial(standing: StandingPromise | None) -> dict[str, Any]:
    if standing is None:
        return {"day": min(28, clock.today().day)}
    amount = say(standing.amount_minor, standing.pool.currency)
    plain = "".join(letter for letter in amount if letter.isdigit() or letter in ",.")
    return {"amount": plain.replace(",", "") if language() == "en" else plain, "day": standing.day}


def _standing_line(standing: StandingPromise) -> tuple[str, str]:
    if standing.status == StandingStatus.ENDED:
        return "", _("This promise has ended. We remind you no more. Thank you for what you gave.")
    if standing.status == StandingStatus.PAUSED:
        return "warn", _("It rests. We do not remind you until you go on.")
    card = standing_card(standing)
    if standing_agreed(standing, card) and card is not None:
        return "", _("On day %(day)s of each month we take it from %(card)s. We write to you before and after.") % {
            "day": standing.day,
            "card": card.label,
        }
    return "", _("We remind you on day %(day)s of each month. Nothing is taken from you by itself.") % {
        "day": standing.day
    }


def _now(gift: PoolGift, waiting: list[Payment]) -> tuple[str, str]:
    if waiting:
        amount = say(sum(each.amount_minor for each in waiting), gift.currency)
        return "warn", _("%(amount)s is written down. It counts when you, or a second person, say yes.") % {
            "amount": amount
        }
    if gift.status == GiftStatus.PAID:
        known = {
            "amount": say(gift.received_minor or 0, gift.currency),
            "custodian": gift.pool.custodian.name(language()),
        }
        return "", _("%(amount)s has arrived. %(custodian)s holds it for this pool. Thank you!") % known
    if gift.status == GiftStatus.WITHDRAWN:
        return "", _("You took this back. You owe nothing.")
    return "warn", _("Nothing has come yet. Pay as it says here; we write to you when it is there.")


def _question(payment: Payment) -> tuple[Payment, str]:
    known = {
        "amount": say(payment.amount_minor, payment.currency),
        "day": day(payment.received_on),
        "who": who(payment.recorded_by),
    }
    if payment.kind == PaymentKind.POOL_CASH:
        return payment, _("%(who)s wrote down that you gave %(amount)s in cash on %(day)s.") % known
    return payment, _("The custodian’s officer wrote down that you paid %(amount)s on %(day)s.") % known


def _steps(gift: PoolGift, payments: list[Payment]) -> list[dict[str, str]]:
    said = _("Written down by the treasurer") if gift.recorded_by_id else _("You announced it")
    steps = [{"tone": "done", "text": said, "on": day(gift.made_at), "link": ""}]
    for each in payments:
        if each.status == PaymentStatus.CONFIRMED:
            text = _("%(amount)s arrived") % {"amount": say(each.amount_minor, each.currency)}
            link = reverse("entry", args=[each.entry_id]) if each.entry_id else ""
            steps.append({"tone": "done", "text": text, "on": day(each.received_on), "link": link})
        elif each.status == PaymentStatus.REVERSED:
            text = _("%(amount)s was written down by mistake and taken out again")
            steps.append(
                {
                    "tone": "bad",
                    "text": text % {"amount": say(each.amount_minor, each.currency)},
                    "on": day(each.decided_at),
                    "link": "",
                }
            )
    if gift.status == GiftStatus.PAID:
        pool = reverse("pool", args=[gift.pool.public_id])
        steps.append({"tone": "now", "text": _("Now its people decide what it is for"), "on": "", "link": pool})
    elif gift.status == GiftStatus.ANNOUNCED:
        steps.append({"tone": "now", "text": _("Waiting for the money"), "on": "", "link": ""})
    return steps


def _monthly_url(gift: PoolGift) -> str:
    if gift.standing is None:
        return ""
    return reverse("pool_standing", args=[standing_token(gift.standing)])


def _credit_form(giver: PoolGiver | None) -> CreditForm:
    line = giver.credit_line if giver else ""
    return CreditForm(initial={"credit_choice": "own_name" if line else "nobody", "credit_line": line})
