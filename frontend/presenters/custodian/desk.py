"""What waits for a custodian's officer, and the desk that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from birge.accounts.models import User
from birge.organisations.models import Organisation
from frontend.presenters.facts import say
from frontend.presenters.screening import custodian_screening_tasks
from frontend.presenters.tasks import Task
from frontend.presenters.words import language
from funds.cash.selectors import bankings_asked, take_backs_asked
from funds.exchange.selectors import exchanges_waiting
from funds.payments.models import (
    Identification,
    Payment,
    ReserveMove,
    StripeDispute,
)
from funds.payments.providers.stripe.models_after import WAITS_FOR_US, RefundOrderStatus
from funds.payments.providers.stripe.quarantine import quarantined
from funds.payments.providers.stripe.refund_asking import refund_orders
from funds.payments.selectors import payments_to_confirm
from funds.pledges.models import Pledge
from funds.pledges.states import PledgeStatus
from funds.reconciliation.selectors import differences_open
from funds.releases.models import Correction, GiftBack, Refund, RefundStatus
from funds.releases.selectors import releases_to_pay
from funds.returns.models import PartStatus
from funds.strays.selectors import strays
from funds.watch.models import Flag, FlagStatus

from .bank_heaps import bank_heaps
from .books import books_of
from .menu import custodian_menu
from .transfers import late_notes, transfer_heaps


class Heap(NamedTuple):
    """Things of one kind that wait, since the oldest `since`, and the list that shows them."""

    found: QuerySet[Any]
    since: str
    title: Callable[[int], str]
    text: str
    url_name: str


def unidentified(custodian: Organisation) -> QuerySet[Payment]:
    """Return the money in the books of which nobody knows whose it is."""
    return strays(custodian)


def claims_asked(custodian: Organisation) -> QuerySet[Identification]:
    """Return the claims on it that wait for a decision, oldest first."""
    asked = Identification.objects.filter(payment__custodian=custodian, status=Identification.Status.ASKED)
    return asked.select_related("payment", "project", "asked_by").order_by("id")


def corrections_asked(custodian: Organisation) -> QuerySet[Correction]:
    """Return the wishes to take a payment back that wait for a decision, oldest first."""
    asked = Correction.objects.filter(payment__custodian=custodian, status=Correction.Status.ASKED)
    return asked.select_related("payment", "asked_by").order_by("id")


def pledges_to_call(custodian: Organisation) -> QuerySet[Pledge]:
    """Return the promises that officers wrote down for callers and nobody has confirmed yet."""
    made = Pledge.objects.filter(custodian=custodian, status=PledgeStatus.MADE, made_by__isnull=False)
    return made.select_related("project").order_by("-id")


def custodian_tasks(custodian: Organisation, user: User) -> Iterator[Task]:
    """Return what this officer can do now. What they asked for themselves waits for somebody else."""
    name, ref = custodian.name(language()), custodian.public_id
    for release in releases_to_pay(custodian):
        yield Task(
            title=_("Pay out %(amount)s") % {"amount": say(release.amount_minor, release.currency)},
            text=f"{release.project.title(language())}: {release.milestone.text}",
            url=reverse("custodian_release", args=[release.public_id]),
            waiting_since=release.asked_at,
            organisation_name=name,
        )
    yield from custodian_screening_tasks(custodian, user)
    for found, since, title, text, url_name in _heaps(custodian, user):
        row = found.aggregate(n=Count("pk", distinct=True), oldest=Min(since))
        if row["n"]:
            yield Task(
                title=title(row["n"]) % {"n": row["n"]},
                text=text,
                url=reverse(url_name, args=[ref]),
                waiting_since=row["oldest"],
                organisation_name=name,
            )


def _heaps(custodian: Organisation, user: User) -> list[Heap]:
    return [
        Heap(
            payments_to_confirm(custodian).exclude(recorded_by=user).order_by(),
            "recorded_at",
            lambda n: ngettext("%(n)s payment to confirm", "%(n)s payments to confirm", n),
            _("Look at the statement, then confirm or refuse."),
            "custodian_waiting",
        ),
        Heap(
            claims_asked(custodian).exclude(asked_by=user).order_by(),
            "asked_at",
            lambda n: ngettext("%(n)s claim on unknown money", "%(n)s claims on unknown money", n),
            _("A colleague knows whose it is. Look at the proof."),
            "custodian_decisions",
        ),
        Heap(
            corrections_asked(custodian).exclude(asked_by=user).order_by(),
            "asked_at",
            lambda n: ngettext("%(n)s mistake to put right", "%(n)s mistakes to put right", n),
            _("A colleague wants a payment taken back."),
            "custodian_decisions",
        ),
        *_cash_heaps(custodian, user),
        *_refund_heaps(custodian, user),
        *(Heap(*each) for each in bank_heaps(custodian, user)),
        *_after_heaps(custodian, user),
        *_other_heaps(custodian, user),
    ]


def _other_heaps(custodian: Organisation, user: User) -> list[Heap]:
    return [
        _exchange_heap(custodian, user),
        *(Heap(*each) for each in transfer_heaps(custodian, user)),
        Heap(
            quarantined(custodian).exclude(explained_by=user).order_by(),
            "found_at",
            lambda n: ngettext("%(n)s thing at Stripe to explain", "%(n)s things at Stripe to explain", n),
            _("It does not fit our record, and nothing was booked."),
            "custodian_stripe",
        ),
        *_watch_heaps(custodian, user),
        Heap(
            pledges_to_call(custodian).order_by(),
            "made_at",
            lambda n: ngettext("%(n)s donor to call back", "%(n)s donors to call back", n),
            _("Their promise counts once somebody reached them."),
            "custodian_pledges",
        ),
        Heap(
            unidentified(custodian).exclude(identifications__status=Identification.Status.ASKED),
            "recorded_at",
            lambda n: ngettext("%(n)s payment of unknown origin", "%(n)s payments of unknown origin", n),
            _("Find out whose it is."),
            "custodian_unknown_list",
        ),
    ]


def _cash_heaps(custodian: Organisation, user: User) -> list[Heap]:
    return [
        Heap(
            bankings_asked(custodian).exclude(asked_by=user).order_by(),
            "asked_at",
            lambda n: ngettext("%(n)s time cash came to the bank", "%(n)s times cash came to the bank", n),
            _("A colleague took it there. Look at the statement."),
            "custodian_cash",
        ),
        Heap(
            take_backs_asked(custodian).exclude(asked_by=user).order_by(),
            "asked_at",
            lambda n: ngettext("%(n)s wish about banked cash", "%(n)s wishes about banked cash", n),
            _("A colleague says that it was booked by mistake."),
            "custodian_cash",
        ),
    ]


def _exchange_heap(custodian: Organisation, user: User) -> Heap:
    return Heap(
        exchanges_waiting(custodian).exclude(asked_by=user).order_by(),
        "asked_at",
        lambda n: ngettext("%(n)s exchange to confirm", "%(n)s exchanges to confirm", n),
        _("A colleague wrote down what the bank exchanged. Look at both statements."),
        "custodian_exchange",
    )


def _refund_heaps(custodian: Organisation, user: User) -> list[Heap]:
    return [
        Heap(
            Refund.objects.filter(
                Q(part=None) | Q(part__status__in=[PartStatus.WAITING, PartStatus.OFFICER]),
                custodian=custodian,
                status=RefundStatus.DUE,
            ),
            "due_at",
            lambda n: ngettext("%(n)s refund to send", "%(n)s refunds to send", n),
            _("A project ended; this money goes back."),
            "custodian_refunds",
        ),
        Heap(
            Refund.objects.filter(custodian=custodian, status=RefundStatus.SENT).filter(~Q(sent_by=user)),
            "sent_at",
            lambda n: ngettext("%(n)s refund to confirm", "%(n)s refunds to confirm", n),
            _("A colleague sent it. Look at the statement."),
            "custodian_refunds",
        ),
        Heap(
            GiftBack.objects.filter(custodian=custodian, status=GiftBack.Status.ASKED).exclude(asked_by=user),
            "asked_at",
            lambda n: ngettext("%(n)s gift asked back", "%(n)s gifts asked back", n),
            _("A donor wants it back while the project is built."),
            "custodian_gifts_back",
        ),
    ]


def _after_heaps(custodian: Organisation, user: User) -> list[Heap]:
    return [
        Heap(
            StripeDispute.objects.filter(account__custodian=custodian, status__in=WAITS_FOR_US),
            "opened_at",
            lambda n: ngettext("%(n)s dispute to answer", "%(n)s disputes to answer", n),
            _("A giver’s bank wants money back. Answer at Stripe before the day is over."),
            "custodian_stripe",
        ),
        Heap(
            refund_orders(custodian).filter(status=RefundOrderStatus.ASKED).exclude(asked_by=user).order_by(),
            "made_at",
            lambda n: ngettext("%(n)s refund to a card to agree to", "%(n)s refunds to cards to agree to", n),
            _("A colleague wants to send it back."),
            "custodian_stripe",
        ),
        Heap(
            ReserveMove.objects.filter(custodian=custodian, status="asked").exclude(asked_by=user).order_by(),
            "asked_at",
            lambda n: ngettext("%(n)s wish for the reserve", "%(n)s wishes for the reserve", n),
            _("A colleague wants to fill it, or to cover what a project lacks."),
            "custodian_reserve",
        ),
    ]


def _watch_heaps(custodian: Organisation, user: User) -> list[Heap]:
    return [
        Heap(
            differences_open(custodian).filter(Q(owner=None) | Q(owner=user)).order_by(),
            "found_at",
            lambda n: ngettext("%(n)s thing that does not agree", "%(n)s things that do not agree", n),
            _("Our books and the bank’s say different things."),
            "custodian_agreeing",
        ),
        Heap(
            Flag.objects.filter(custodian=custodian).filter(
                Q(status=FlagStatus.OPEN) | Q(status=FlagStatus.ASKED) & ~Q(decided_by=user)
            ),
            "found_at",
            lambda n: ngettext("%(n)s thing that looks wrong", "%(n)s things that look wrong", n),
            _("Many promises of one payer, a related party, or tried cards. Nothing is stopped."),
            "custodian_watch",
        ),
    ]


def custodian_context(custodian: Organisation, user: User) -> dict[str, Any]:
    """Return the custodian's desk."""
    return {
        "custodian": custodian,
        "title": custodian.name(language()),
        "tasks": list(custodian_tasks(custodian, user)),
        "books": books_of(custodian),
        "menu": custodian_menu(custodian),
        "late": late_notes(custodian),
    }
