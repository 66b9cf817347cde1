"""What happens after a card has paid: work under way on a card's money, a reserve, orders to give back."""

from __future__ import annotations

import datetime as dt
import itertools

from django.db import transaction

from birge import clock
from birge.money import Money
from birge.organisations.models import Organisation
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.ledger import codes
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.models import Payment, StripeAccount, StripeAttempt, StripePayout, StripeRefundOrder
from funds.payments.providers.base import PaymentRequest
from funds.payments.providers.stripe.gateway_after import PaidOut
from funds.payments.providers.stripe.payouts import payout_apply
from funds.payments.providers.stripe.refund_asking import card_refund_ask
from funds.payments.providers.stripe.refunding import order_send
from funds.payments.services import payment_arrived, reserve_cover_ask, reserve_fill_ask, reserve_move_agree
from funds.pledges.models import Pledge
from projects.works.models import Project
from projects.works.services import project_start
from tests.factories import cards
from tests.factories import funds as make
from tests.factories.funds import VillageProject
from tests.factories.statements import account_at_bank
from tests.support.stripe_double import StripeDouble, Thing

GIFT, OTHERS, VILLAGE = 2_000_00, 8_000_00, 10_000_00
TOTAL = GIFT + OTHERS + VILLAGE
_numbers = itertools.count(1)


def under_way_by_card(double: StripeDouble, *, stages: int = 2) -> tuple[VillageProject, Thing]:
    """Return work under way, a fifth of the donors' money by card, and that payment at Stripe. No fees."""
    double.fee = double.fee_percent = 0
    world = make.open_village_project(donors=GIFT + OTHERS, village=VILLAGE, stages=stages)
    cards.account(world.custodian)
    by_card, by_transfer = (make.confirmed_pledge(world.project, amount) for amount in (GIFT, OTHERS))
    intent = cards.paid_at_stripe(double, by_card)
    cards.told(double)
    make.pay(world, by_transfer)
    make.village_pays(world, VILLAGE)
    world.project = project_start(project=Project.objects.get(pk=world.project.pk), actor=world.head)
    return world, intent


def by_card(world: VillageProject, given: Pledge) -> Payment:
    """Return a gift that came by card, as our books have it: nobody asked Stripe, and nothing may."""
    account = StripeAccount.objects.filter(custodian=world.custodian).first() or cards.account(world.custodian)
    fresh = Pledge.objects.select_related("project").get(pk=given.pk)
    attempt = StripeAttempt.objects.create(
        account=account, project=fresh.project, pledge_ref=fresh.public_id, group=fresh.group,
        amount_minor=fresh.amount_minor, currency=fresh.currency, language="ru",
    )  # fmt: skip
    request = PaymentRequest(
        custodian=world.custodian, project=fresh.project, pledge_ref=fresh.public_id, group=fresh.group,
        amount=fresh.amount, country="DE", language="ru", key=str(attempt.command_id), on=clock.today(),
    )  # fmt: skip
    intent = f"pi_of_{attempt.public_id}"
    payment = payment_arrived(kind="stripe", reference=intent, request=request)
    attempt.payment = payment
    attempt.status, attempt.intent_id, attempt.movement_id = "succeeded", intent, f"txn_of_{attempt.public_id}"
    attempt.save()
    return payment


def asked_back(world: VillageProject, payment: Payment, minor: int = 100) -> StripeRefundOrder:
    """Let an officer ask that so much of it go back to its card."""
    return card_refund_ask(
        payment=payment, amount=Money(minor, payment.currency), reason="так просил даритель", actor=world.officer,
        idempotency=("test", f"back-{next(_numbers)}"),
    )  # fmt: skip


def payout(world: VillageProject, minor: int = 500_00) -> StripePayout:
    """Return a payout that is at the bank, as our books have it."""
    now = int(clock.now().timestamp())
    account = StripeAccount.objects.select_related("custodian").get(custodian=world.custodian)
    name = f"po_{next(_numbers)}"
    payout_apply(account, PaidOut(name, minor, "KGS", "paid", True, now, now, False, None))
    return StripePayout.objects.get(payout_id=name)


def bank_line(custodian: Organisation, day: dt.date, minor: int) -> BankLine:
    """Return a line of the custodian's statement."""
    n = next(_numbers)
    bank = BankAccount.objects.filter(custodian=custodian).first() or account_at_bank(custodian, number=f"{n:016}")
    file = StatementFile.objects.create(
        account=bank, sha256=f"{n:064}", format="csv", first_day=day, last_day=day, line_count=1, new_count=1
    )
    return BankLine.objects.create(
        account=bank, file=file, day=day, amount_minor=minor, currency="KGS", identity=f"line-{n}"
    )


def another_project(world: VillageProject) -> Project:
    """Return another project of this custodian, with money."""
    other = make.open_village_project(custodian=world.custodian)
    make.pay(other, make.confirmed_pledge(other.project, 700_00))
    return other.project


def reserve(world: VillageProject, amount: int, custodian: Organisation | None = None) -> None:
    """Let two officers put the custodian's own money into its reserve."""
    move = reserve_fill_ask(
        custodian=custodian or world.custodian,
        amount=Money(amount, "KGS"),
        reference=f"OWN-{next(_numbers)}",
        reason="свои деньги фонда",
        actor=world.officer,
        idempotency=("test", f"reserve-{next(_numbers)}"),
    )
    reserve_move_agree(move=move, actor=world.second_officer, proof=make.factor(world.second_officer))


def cover(world: VillageProject, amount: int) -> None:
    """Let two officers cover so much of the project's shortfall from the reserve."""
    project = Project.objects.select_related("custodian").get(pk=world.project.pk)
    once = ("test", f"cover-{next(_numbers)}")
    reason = "банк донора вернул деньги себе"
    move = reserve_cover_ask(
        project=project, amount=Money(amount, "KGS"), reason=reason, actor=world.officer, idempotency=once
    )
    reserve_move_agree(move=move, actor=world.second_officer, proof=make.factor(world.second_officer))


def send_orders() -> None:
    """Let the worker have Stripe do what was ordered."""
    for order in StripeRefundOrder.objects.filter(status="ordered").order_by("id"):
        order_send(order)


def shortfall(world: VillageProject, minor: int) -> None:
    """Let a project lack so much: it was taken back after it was spent."""
    custodian, project = world.custodian.public_id, world.project.public_id
    short, stripe = codes.shortfall(custodian, project), codes.stripe(custodian)
    legs = [Leg(AccountKey(short, "KGS"), minor), Leg(AccountKey(stripe, "KGS"), -minor)]
    with transaction.atomic():
        opened = command_open(scope="test", key=f"short-{next(_numbers)}", request={})
        post(command=opened.command, drafts=[EntryDraft(kind=EntryKind.PAYMENT_REVERSED, legs=legs)])
        command_finish(opened.command, "done")
