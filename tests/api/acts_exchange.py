"""Who may do what with exchanges at a custodian's bank."""

from __future__ import annotations

from typing import Any

from birge import clock
from birge.money import Money
from funds.exchange.services import Side, exchange_ask
from tests.api.acting import CUSTODIAN, OFFICER, SECOND, Act, post, sign
from tests.api.acts_projects import WHY, opened
from tests.factories.exchange import pay_in, promised_in, rates_known
from tests.factories.roles import Scene

HIDDEN: dict[str, Any] = {"denied": 404}
TWO_OFFICERS: dict[str, Any] = {"denied": 404, "told": {403: OFFICER}}


def roubles(scene: Scene) -> None:
    opened(scene)
    rates_known(RUB="0.92")
    pay_in(scene.world, promised_in(scene.project, 500_00, "RUB"), 500_00, "RUB")


def asked(scene: Scene) -> None:
    roubles(scene)
    exchange = exchange_ask(
        custodian=scene.world.custodian,
        gave=Side(Money(500_00, "RUB")),
        got=Side(Money(455_00, "KGS")),
        done_on=clock.today(),
        actor=scene.world.officer,
        idempotency=("user:test", "exchange"),
        reference="FX-1",
    )
    scene.at["exchange"] = exchange.public_id


def said(scene: Scene) -> dict[str, Any]:
    return {
        "custodian": scene.world.custodian.public_id,
        "gave": {"minor": 500_00, "currency": "RUB"},
        "got": {"minor": 455_00, "currency": "KGS"},
        "done_on": clock.today().isoformat(),
        "reference": "FX-2",
    }


EXCHANGE_ACTS = [
    Act("write an exchange down", roubles, post("exchanges/", said), CUSTODIAN),
    Act("book an exchange", asked, sign("exchanges/{exchange}/book/"), SECOND, **TWO_OFFICERS),
    Act("refuse an exchange", asked, post("exchanges/{exchange}/refuse/", WHY), CUSTODIAN, **HIDDEN),
]
