"""Who may do what with money: promised, come, unknown, put right, paid out, shown, and given back."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from birge import clock
from birge.money import Money
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pledges.services.monthly import monthly_make, monthly_start, monthly_token
from funds.pledges.tokens import pledge_token
from funds.releases.models import Refund
from funds.settlement.services import (
    payment_correct_ask,
    payment_identify_ask,
    project_cancel_and_refund,
    refund_send,
    unidentified_payment_record,
)
from projects.works.models import Share
from tests.api.acting import (
    CLERKS,
    CUSTODIAN,
    HEAD,
    NOBODY,
    OFFICER,
    SECOND,
    SIGNERS,
    VILLAGE,
    Act,
    post,
    sign,
)
from tests.api.acts_projects import TOTAL, WHY, opened, under_way
from tests.factories import funds as make
from tests.factories.api import money
from tests.factories.roles import EVERYONE, Scene
from tests.factories.saved_cards import kept


def made(scene: Scene) -> None:
    scene.at["pledge"], scene.at["token"] = scene.pledge.public_id, pledge_token(scene.pledge)
    scene.at["forged"] = f"{scene.pledge.public_id}-aaaaaaaaaaaaaaaa"


def confirmed(scene: Scene) -> None:
    made(scene)
    make.confirm(scene.pledge)


def card_saved(scene: Scene) -> None:
    confirmed(scene)
    kept(scene.world.custodian, "pledge", scene.pledge.group, scene.pledge.amount_minor)


def asked_to_prolong(scene: Scene) -> None:
    confirmed(scene)
    scene.pledge.refresh_from_db()
    scene.pledge.horizon_asked_on = clock.today()
    scene.pledge.save()


def recorded(scene: Scene) -> None:
    confirmed(scene)
    scene.at["payment"] = make.record(scene.world, scene.pledge).public_id


def village_recorded(scene: Scene) -> None:
    scene.at["payment"] = make.record_village(scene.world, 500_00).public_id


def arrived(scene: Scene) -> None:
    confirmed(scene)
    scene.at["payment"] = make.pay(scene.world, scene.pledge).public_id


def correction_asked(scene: Scene) -> None:
    arrived(scene)
    payment = Payment.objects.get(public_id=scene.at["payment"])
    asked = payment_correct_ask(payment=payment, actor=scene.world.officer, reason="Не тот вклад")
    scene.at["correction"] = asked.public_id


def stray(scene: Scene) -> None:
    confirmed(scene)
    payment = unidentified_payment_record(
        custodian=scene.world.custodian,
        kind="transfer",
        amount=Money(100_00, "KGS"),
        received_on=clock.today(),
        reference="B-9",
        actor=scene.world.officer,
        idempotency=("user:test", "stray-money"),
    )
    second = scene.world.second_officer
    payment_confirm(payment=payment, actor=second, proof=make.factor(second))
    scene.at["payment"], scene.at["proof"] = payment.public_id, make.paper(scene.world).public_id


def claimed(scene: Scene) -> None:
    stray(scene)
    scene.pledge.refresh_from_db()
    payment = Payment.objects.get(public_id=scene.at["payment"])
    claim = payment_identify_ask(
        payment=payment, pledge=scene.pledge, proof=make.paper(scene.world), actor=scene.world.officer
    )
    scene.at["claim"] = claim.public_id


def matching_donor(scene: Scene) -> None:
    Share.objects.create(project=scene.project, party="matching", amount_minor=TOTAL, organisation=scene.matching_donor)


def refund_due(scene: Scene) -> None:
    arrived(scene)
    project_cancel_and_refund(project=scene.project, actor=scene.world.head, reason="Не будет")
    refund = Refund.objects.get(project=scene.project)
    scene.at["refund"], scene.at["line"] = refund.public_id, make.paper(scene.world).public_id


def refund_sent(scene: Scene) -> None:
    refund_due(scene)
    refund_send(
        refund=Refund.objects.get(project=scene.project),
        actor=scene.world.officer,
        bank_reference="R-1",
        bank_line=None,
        proof=make.factor(scene.world.officer),
    )


def ready_to_ask(scene: Scene) -> None:
    under_way(scene)
    scene.at["basis"] = make.paper(scene.world, "contract").public_id


def release_asked(scene: Scene) -> None:
    under_way(scene)
    scene.at["release"] = make.ask(scene.world).public_id


def release_signed(scene: Scene) -> None:
    under_way(scene)
    world = scene.world
    scene.at["release"] = make.sign(make.ask(world), world.head, world.signatory).public_id
    scene.at["line"] = make.paper(world).public_id


def release_paid(scene: Scene) -> None:
    under_way(scene)
    scene.at["release"] = make.released(scene.world).public_id
    scene.at["receipt"] = make.paper(scene.world, "receipt").public_id


def receipt_shown(scene: Scene) -> None:
    under_way(scene)
    scene.at["expense"] = make.receipt(scene.world, make.released(scene.world)).public_id


def promise(**changes: Any) -> Any:
    """Return what makes a pledge, without an account unless whoever sends it has one."""

    def body(scene: Scene) -> dict[str, Any]:
        said = {
            "project": scene.project.public_id,
            "amount": money(100_00),
            "contact": {"kind": "email", "value": "somebody@example.org"},
            "country": "RU",
            "language": "ru",
            "terms_version": settings.TERMS_VERSION,
        }
        return said | changes

    return body


def monthly_promise(scene: Scene) -> dict[str, Any]:
    """Return what promises so much a month, without an account unless whoever sends it has one."""
    return {
        "project": scene.project.public_id,
        "amount": money(100_00),
        "day": 5,
        "contact": {"kind": "email", "value": "somebody@example.org"},
        "country": "RU",
        "language": "ru",
        "terms_version": settings.TERMS_VERSION,
    }


def monthly_made(scene: Scene) -> None:
    monthly = monthly_make(
        project=scene.project,
        amount=Money(100_00, "KGS"),
        day=5,
        contact=make.contact(),
        country="DE",
        language="en",
        terms_version=settings.TERMS_VERSION,
        idempotency=("guest:test", "monthly-made"),
    )
    scene.at["monthly"], scene.at["forged"] = monthly_token(monthly), f"{monthly.public_id}-aaaaaaaaaaaaaaaa"


def monthly_begun(scene: Scene) -> None:
    monthly_made(scene)
    monthly_start(token=scene.at["monthly"])


def came(what: str) -> Any:
    """Return what writes down money for the pledge, from the village, or of unknown origin."""

    def body(scene: Scene) -> dict[str, Any]:
        named = {
            "pledge": scene.pledge.public_id,
            "project": scene.project.public_id,
            "custodian": scene.world.custodian.public_id,
        }
        kind = "village" if what == "project" else "transfer"
        common = {"amount": money(100_00), "received_on": clock.today().isoformat(), "reference": "PP-77"}
        return {what: named[what], "kind": kind, **common}

    return body


def tranche(scene: Scene) -> dict[str, Any]:
    asking = {"project": scene.project.public_id, "milestone": 1, "reason": "Поставщик ждёт"}
    return {**asking, "basis": scene.at["basis"]}


def receipt(scene: Scene) -> dict[str, Any]:
    return {
        "release": scene.at["release"],
        "budget_line": 1,
        "amount": money(100_00),
        "supplier": "ОсОО Свет",
        "number": "Ч-7",
        "spent_on": clock.today().isoformat(),
        "receipt": scene.at["receipt"],
    }


def claim(scene: Scene) -> dict[str, Any]:
    return {"payment": scene.at["payment"], "pledge": scene.at["pledge"], "proof": scene.at["proof"]}


def mistake(scene: Scene) -> dict[str, Any]:
    return {"payment": scene.at["payment"], "reason": "Не тот вклад"}


def bank(scene: Scene) -> dict[str, Any]:
    return {"bank_reference": "OUT-1", "bank_line": scene.at["line"]}


HIDDEN = {"denied": 404}  # the books of a custodian are open to its officers alone
TWO_OFFICERS = {"denied": 404, "told": {403: OFFICER}}  # who recorded, asked or sent does not decide
NAMED = {"denied": 400}  # what a body names and one may not see is unknown
LINK = {"may": EVERYONE}  # whoever holds the signed link
FORGED = {"may": NOBODY, "denied": 404, "guest": 404}
TAKEN_BACK = {"reason": "Позвонила сама, в 10 утра"}

MONEY_ACTS = [
    Act("make a pledge", opened, post("pledges/", promise()), EVERYONE),
    Act("write a pledge for a caller", opened, post("pledges/", promise(on_behalf=True)), CUSTODIAN),
    Act("promise a matching donor's share", matching_donor, post("pledges/", promise(party="matching")),
        {"own matching donor"}, guest=403),
    Act("confirm a pledge by its link", made,
        post("pledges/{token}/confirm/", lambda scene: {"code": make.newest_code(scene.pledge)}), **LINK),
    Act("have the code sent again", made, post("pledges/{token}/resend/"), **LINK),
    Act("take a pledge back by its link", confirmed, post("pledges/{token}/withdraw/"), **LINK),
    Act("prolong a pledge by its link", asked_to_prolong, post("pledges/{token}/prolong/"), **LINK),
    Act("change the thanks by the link", confirmed,
        post("pledges/{token}/credit/", {"credit_choice": "family", "credit_line": "Мы"}, method="put"), **LINK),
    Act("stop one's saved card by the link", card_saved, post("pledges/{token}/card/stop/"), **LINK),
    Act("stop a saved card by a forged link", card_saved, post("pledges/{forged}/card/stop/"), **FORGED),
    Act("promise a project something monthly", opened, post("monthly-pledges/", monthly_promise), EVERYONE),
    Act("start a monthly promise by the link", monthly_made, post("monthly-pledges/{monthly}/start/"), **LINK),
    Act("pause a monthly promise by the link", monthly_begun, post("monthly-pledges/{monthly}/pause/"), **LINK),
    Act("change a monthly promise by the link", monthly_begun,
        post("monthly-pledges/{monthly}/change/", {"amount": money(200_00), "day": 7}), **LINK),
    Act("end a monthly promise by the link", monthly_begun, post("monthly-pledges/{monthly}/end/"), **LINK),
    Act("end a monthly promise by a forged link", monthly_begun, post("monthly-pledges/{forged}/end/"), **FORGED),
    Act("be forgotten by the link", confirmed, post("pledges/{token}/forget/"), **LINK),
    Act("say by the link that one paid", recorded, post("pledges/{token}/payments/{payment}/confirm/"), **LINK),
    Act("say by the link that one did not pay", recorded, post("pledges/{token}/payments/{payment}/refuse/"), **LINK),
    Act("confirm a pledge by a forged link", made, post("pledges/{forged}/confirm/", {"code": "123456"}), **FORGED),
    Act("take a pledge back by a forged link", confirmed, post("pledges/{forged}/withdraw/"), **FORGED),
    Act("confirm a payment by a forged link", recorded,
        post("pledges/{forged}/payments/{payment}/confirm/"), **FORGED),
    Act("be forgotten by a forged link", confirmed, post("pledges/{forged}/forget/"), **FORGED),
    Act("confirm a pledge by a call", made, post("pledges/held/{pledge}/call-back/", TAKEN_BACK), CUSTODIAN, **HIDDEN),
    Act("take a pledge back for a caller", confirmed, post("pledges/held/{pledge}/withdraw/", TAKEN_BACK), CUSTODIAN,
        **HIDDEN),
    Act("record a payment", confirmed, post("payments/", came("pledge")), CUSTODIAN, **NAMED),
    Act("record the village's payment", opened, post("payments/", came("project")), CUSTODIAN),
    Act("record money of unknown origin", opened, post("payments/", came("custodian")), CUSTODIAN),
    Act("confirm a payment", recorded, sign("payments/{payment}/confirm/"), SECOND, **TWO_OFFICERS),
    Act("confirm the village's payment", village_recorded, sign("payments/{payment}/confirm/"), SECOND,
        **TWO_OFFICERS),
    Act("refuse a payment", recorded, post("payments/{payment}/refuse/", WHY), CUSTODIAN, **HIDDEN),
    Act("claim unknown money", stray, post("identifications/", claim), CUSTODIAN, **NAMED),
    Act("approve an identification", claimed, sign("identifications/{claim}/approve/"), SECOND, **TWO_OFFICERS),
    Act("refuse an identification", claimed, post("identifications/{claim}/refuse/", WHY), SECOND, **TWO_OFFICERS),
    Act("ask to put a payment right", arrived, post("corrections/", mistake), CUSTODIAN, **NAMED),
    Act("approve a correction", correction_asked, sign("corrections/{correction}/approve/"), SECOND, **TWO_OFFICERS),
    Act("refuse a correction", correction_asked, post("corrections/{correction}/refuse/", WHY), SECOND,
        **TWO_OFFICERS),
    Act("send a refund", refund_due, sign("refunds/{refund}/send/", bank), CUSTODIAN, **HIDDEN),
    Act("confirm a refund", refund_sent, sign("refunds/{refund}/confirm/"), SECOND, **TWO_OFFICERS),
    Act("say that a refund was not sent", refund_sent, post("refunds/{refund}/not-sent/", WHY), CUSTODIAN, **HIDDEN),
    Act("ask for a tranche", ready_to_ask, post("releases/", tranche), CLERKS),
    Act("sign a tranche", release_asked, sign("releases/{release}/sign/"), HEAD | SIGNERS),
    Act("refuse a tranche", release_asked, post("releases/{release}/refuse/", WHY), VILLAGE | SIGNERS | CUSTODIAN),
    Act("pay a tranche", release_signed, sign("releases/{release}/pay/", bank), CUSTODIAN),
    Act("show a receipt", release_paid, post("expenses/", receipt), CLERKS),
    Act("accept a receipt", receipt_shown, post("expenses/{expense}/accept/"), SIGNERS),
    Act("refuse a receipt", receipt_shown, post("expenses/{expense}/refuse/", WHY), SIGNERS),
]  # fmt: skip
