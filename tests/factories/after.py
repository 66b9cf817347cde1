"""What happens after a card has paid: work under way on a card's money, a reserve, orders to give back."""

from __future__ import annotations

import itertools

from birge.money import Money
from birge.organisations.models import Organisation
from funds.payments.models import StripeRefundOrder
from funds.payments.providers.stripe.refunding import order_send
from funds.payments.services import reserve_cover_ask, reserve_fill_ask, reserve_move_agree
from projects.works.models import Project
from projects.works.services import project_start
from tests.factories import cards
from tests.factories import funds as make
from tests.factories.funds import VillageProject
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
