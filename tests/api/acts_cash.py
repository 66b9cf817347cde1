"""Who may do what with cash: how much one person may have in hand, what came to the bank, and taking it back."""

from __future__ import annotations

from typing import Any

from funds.cash.models import CashBanking
from funds.payments.services import payment_confirm
from funds.settlement.services import cash_take_back_ask
from tests.api.acting import CUSTODIAN, SECOND, Act, post, sign
from tests.api.acts_pools import CHAIR, pool
from tests.api.acts_projects import WHY
from tests.factories import cash, pools
from tests.factories import funds as make
from tests.factories.api import money
from tests.factories.roles import Scene


def opened(scene: Scene) -> None:
    pool(scene)
    scene.at["custodian"] = scene.world.custodian.public_id


def in_hand(scene: Scene) -> None:
    pools.cash_in(pool(scene))
    scene.at["line"] = cash.line_at_bank(scene.world.custodian, 300_00).public_id


def in_box(scene: Scene) -> None:
    opened(scene)
    world = scene.world
    payment = make.record(world, make.confirmed_pledge(world.project, 500_00), kind="cash")
    payment_confirm(payment=payment, actor=world.second_officer, proof=make.factor(world.second_officer))


def asked(scene: Scene) -> None:
    in_box(scene)
    scene.at["banking"] = cash.asked(scene.world, 500_00).public_id


def banked(scene: Scene) -> None:
    in_hand(scene)
    pools.banked(scene.at["world"], 300_00)
    scene.at["banking"] = CashBanking.objects.get().public_id


def wished(scene: Scene) -> None:
    banked(scene)
    made = CashBanking.objects.get()
    scene.at["wish"] = cash_take_back_ask(banking=made, actor=scene.world.officer, reason="Twice.").public_id


def from_box(scene: Scene) -> dict[str, Any]:
    return {"custodian": scene.at["custodian"], "amount": money(500_00), "bank_reference": "CB-2"}


def by_line(scene: Scene) -> dict[str, Any]:
    return {"amount": money(300_00), "line": scene.at["line"]}


def this_line(scene: Scene) -> dict[str, Any]:
    return {"line": scene.at["line"], "bankings": [scene.at["banking"]]}


BOX = {"denied": 404}
OTHER = {"denied": 404, "told": {403: CUSTODIAN - SECOND}}  # who asked does not decide

CASH_ACTS = [
    Act("set how much cash one person may have", opened,
        sign("organisations/{association}/cash-ceiling/", {"amount": money(5_000_00), "reason": "Протокол 4"}), CHAIR),
    Act("take a pool's cash to the bank by a line", in_hand, sign("pools/{pool}/cash/bank/", by_line), CUSTODIAN,
        denied=400),
    Act("say that cash of the box came to the bank", in_box, post("cash/bankings/", from_box), CUSTODIAN),
    Act("book cash of the box", asked, sign("cash/bankings/{banking}/confirm/"), SECOND, **OTHER),
    Act("refuse cash of the box", asked, post("cash/bankings/{banking}/refuse/", WHY), CUSTODIAN, **BOX),
    Act("link a banking to a line", banked, sign("cash/bankings/link/", this_line), CUSTODIAN, denied=400),
    Act("ask to take a banking back", banked, post("cash/bankings/{banking}/take-back/", WHY), CUSTODIAN, **BOX),
    Act("agree to take a banking back", wished, sign("cash/take-backs/{wish}/approve/"), SECOND, **OTHER),
    Act("refuse to take a banking back", wished, post("cash/take-backs/{wish}/refuse/", WHY), SECOND, **OTHER),
]  # fmt: skip
