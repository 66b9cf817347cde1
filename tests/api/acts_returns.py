"""Who may do what with money on its way back: choose, say no, name an account, send many, and give a gift back."""

from __future__ import annotations

from typing import Any

from birge import clock
from birge.money import Money
from funds.banking.models import BankAccount, BankLine, StatementFile
from funds.payments.models import Payment
from funds.pledges.tokens import pledge_token
from funds.releases.models import Refund
from funds.settlement.services import gift_back_ask
from tests.api.acting import CUSTODIAN, SECOND, Act, post, sign
from tests.api.acts_money import FORGED, HIDDEN, LINK, NAMED, TWO_OFFICERS, arrived, confirmed, refund_due
from tests.api.acts_projects import WHY, under_way
from tests.factories import returns as back
from tests.factories.api import money
from tests.factories.roles import Scene


def held(scene: Scene) -> None:
    refund_due(scene)
    scene.at["custodian"] = scene.world.custodian.public_id
    refund = Refund.objects.get(public_id=scene.at["refund"])
    today = clock.today()
    account = BankAccount.objects.create(
        custodian=scene.world.custodian, number="1280", currency="KGS", name="Счёт", opened_on=today
    )
    file = StatementFile.objects.create(
        account=account, sha256="0" * 64, format="csv", first_day=today, last_day=today, line_count=1, new_count=1
    )
    line = BankLine.objects.create(
        account=account, file=file, day=today, amount_minor=-refund.amount_minor, currency="KGS", identity="line"
    )
    scene.at["bank_line"] = line.public_id


def sent(scene: Scene) -> None:
    held(scene)
    refund = Refund.objects.get(public_id=scene.at["refund"])
    refund.status, refund.sent_by, refund.sent_at = "sent", scene.world.officer, clock.now()
    refund.save()


def offered(scene: Scene) -> None:
    arrived(scene)
    back.beside(scene.world)
    back.choose_village(scene.pledge)
    back.give_up(scene.world)


def due(scene: Scene) -> None:
    refund_due(scene)
    scene.at["token"] = pledge_token(scene.pledge)


def built(scene: Scene) -> None:
    under_way(scene)
    payment = Payment.objects.filter(project=scene.project, kind="transfer").first()
    assert payment is not None
    scene.at["payment"] = payment.public_id


def asked_back(scene: Scene) -> None:
    built(scene)
    payment = Payment.objects.get(public_id=scene.at["payment"])
    wish = gift_back_ask(payment=payment, amount=Money(1_00, "KGS"), reason="Заболел", actor=scene.world.officer)
    scene.at["wish"] = wish.public_id


def pairs(scene: Scene) -> dict[str, Any]:
    pair = {"refund": scene.at["refund"], "line": scene.at["bank_line"]}
    return {"custodian": scene.at["custodian"], "refunds": [pair]}


def listed(scene: Scene) -> dict[str, Any]:
    total = Refund.objects.get(public_id=scene.at["refund"]).amount_minor
    return {"custodian": scene.at["custodian"], "refunds": [scene.at["refund"]], "total_minor": total}


def wanted(scene: Scene) -> dict[str, Any]:
    return {"payment": scene.at["payment"], "amount": money(1_00), "reason": "Заболел"}


ACCOUNT = {"holder": "А. Асанов", "account": "1280", "bank": ""}
RETURN_ACTS = [
    Act("choose by the link what becomes of a gift", confirmed,
        post("pledges/{token}/if-it-fails/", {"choice": "village"}, method="put"), **LINK),
    Act("choose by a forged link", confirmed,
        post("pledges/{forged}/if-it-fails/", {"choice": "village"}, method="put"), **FORGED),
    Act("say no by the link", offered, post("pledges/{token}/give-back/"), **LINK),
    Act("say no by a forged link", offered, post("pledges/{forged}/give-back/"), **FORGED),
    Act("name an account by the link", due, post("pledges/{token}/account/", ACCOUNT, method="put"), **LINK),
    Act("name an account by a forged link", arrived, post("pledges/{forged}/account/", ACCOUNT, method="put"),
        **FORGED),
    Act("send many refunds", held, sign("refund-batches/send/", pairs), CUSTODIAN),
    Act("confirm many refunds", sent, sign("refund-batches/confirm/", listed), SECOND),
    Act("ask to give a gift back", built, post("gifts-back/", wanted), CUSTODIAN, **NAMED),
    Act("give a gift back", asked_back, sign("gifts-back/{wish}/pay/", {"bank_reference": "OUT"}), SECOND,
        **TWO_OFFICERS),
    Act("refuse to give a gift back", asked_back, post("gifts-back/{wish}/refuse/", WHY), CUSTODIAN, **HIDDEN),
]  # fmt: skip
