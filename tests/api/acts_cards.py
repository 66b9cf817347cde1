"""Who may do what about cards after they have paid, and about the reserve behind them."""

from __future__ import annotations

from typing import Any

from birge.money import Money
from funds.payments.models import StripeAccount
from funds.payments.providers.stripe.models import QuarantineReason
from funds.payments.providers.stripe.quarantine import quarantine, quarantine_explain
from funds.payments.services import reserve_fill_ask
from tests.api.acting import CUSTODIAN, SECOND, Act, post, sign
from tests.api.acts_money import HIDDEN, NAMED, TWO_OFFICERS, confirmed
from tests.api.acts_projects import WHY
from tests.factories import after
from tests.factories.api import money
from tests.factories.roles import Scene


def by_card(scene: Scene) -> None:
    confirmed(scene)
    scene.at["payment"] = after.by_card(scene.world, scene.pledge).public_id


def refund_asked(scene: Scene) -> None:
    confirmed(scene)
    scene.at["refund"] = after.asked_back(scene.world, after.by_card(scene.world, scene.pledge)).public_id


def paid_out(scene: Scene) -> None:
    by_card(scene)
    payout = after.payout(scene.world)
    scene.at["payout"] = payout.public_id
    scene.at["line"] = after.bank_line(scene.world.custodian, payout.arrives_on, payout.amount_minor).public_id


def reserve_asked(scene: Scene) -> None:
    move = reserve_fill_ask(
        custodian=scene.world.custodian, amount=Money(100_00, "KGS"), reference="OWN-1", reason="свои деньги",
        actor=scene.world.officer, idempotency=("test", "the-reserve"),
    )  # fmt: skip
    scene.at["move"] = move.public_id


def nothing(_scene: Scene) -> None:
    """Nothing has to lead there."""


def short(scene: Scene) -> None:
    by_card(scene)
    after.reserve(scene.world, 100_00)
    after.shortfall(scene.world, 50_00)


def odd(scene: Scene) -> Any:
    by_card(scene)
    account = StripeAccount.objects.get(custodian=scene.world.custodian)
    item = quarantine(account=account, object_id="dp_1", reason=QuarantineReason.DISPUTE)
    scene.at["item"] = item.public_id
    return item


def explained(scene: Scene) -> None:
    quarantine_explain(item=odd(scene), actor=scene.world.officer, explanation="билет на концерт")


def back(scene: Scene) -> dict[str, Any]:
    return {"payment": scene.at["payment"], "amount": money(100), **WHY}


def own_money(scene: Scene) -> dict[str, Any]:
    return {"custodian": scene.world.custodian.public_id, "amount": money(100_00), "reference": "OWN-7", **WHY}


def cover(scene: Scene) -> dict[str, Any]:
    return {"project": scene.project.public_id, "amount": money(50_00), **WHY}


CARD_ACTS = [
    Act("ask to send a card's payment back", by_card, post("card-refunds/", back), CUSTODIAN, **NAMED),
    Act("agree to a refund by card", refund_asked, sign("card-refunds/{refund}/agree/"), SECOND, **TWO_OFFICERS),
    Act("refuse a refund by card", refund_asked, post("card-refunds/{refund}/refuse/", WHY), SECOND, **TWO_OFFICERS),
    Act("tie a payout to the bank's line", paid_out,
        post("payouts/{payout}/tie/", lambda scene: {"line": scene.at["line"]}), CUSTODIAN, **HIDDEN),
    Act("fill the reserve", nothing, post("reserve/", own_money), CUSTODIAN, **NAMED),
    Act("cover a shortfall from the reserve", short, post("reserve/", cover), CUSTODIAN, **NAMED),
    Act("book a move of the reserve", reserve_asked, sign("reserve/{move}/agree/"), SECOND, **TWO_OFFICERS),
    Act("refuse a move of the reserve", reserve_asked, post("reserve/{move}/refuse/", WHY), CUSTODIAN, **HIDDEN),
    Act("explain what does not fit at Stripe", odd, post("odd/{item}/explain/", {"decision": "leave", **WHY}),
        CUSTODIAN, **HIDDEN),
    Act("agree to what does not fit at Stripe", explained, sign("odd/{item}/agree/"), SECOND, **TWO_OFFICERS),
]  # fmt: skip
