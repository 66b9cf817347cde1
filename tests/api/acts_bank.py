"""Who may do what with the bank: accounts, statements, lines, unknown money that goes back, payers who see nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from birge import clock
from funds.banking.models import BankLine
from funds.payments.models import Payment
from funds.settlement.statements import claim_make, line_aside_ask, line_link_out, stray_send
from tests.api.acting import CUSTODIAN, OFFICER, SECOND, Act, post, sign
from tests.api.acts_money import FORGED, LINK, confirmed, stray
from tests.api.acts_projects import WHY, opened
from tests.factories import funds as make
from tests.factories.bank import bank_account, line_of, paying, told
from tests.factories.roles import Scene
from tests.factories.statements import one_c

HIDDEN = {"denied": 404}
TWO_OFFICERS = {"denied": 404, "told": {403: OFFICER}}
NAMED = {"denied": 400}


def account(scene: Scene) -> None:
    opened(scene)
    scene.at["account"] = bank_account(scene.world.custodian).public_id


def line(scene: Scene) -> None:
    confirmed(scene)
    scene.pledge.refresh_from_db()
    kept = line_of(bank_account(scene.world.custodian), paying(scene.pledge.group, 100_00))
    scene.at["line"] = kept.public_id


def fee(scene: Scene) -> None:
    opened(scene)
    scene.at["line"] = line_of(bank_account(scene.world.custodian), told(-5_00)).public_id


def fee_asked(scene: Scene) -> None:
    opened(scene)
    kept = line_of(bank_account(scene.world.custodian), told(-5_00))
    line_aside_ask(line=kept, reason="Комиссия", actor=scene.world.officer)
    scene.at["line"] = kept.public_id


def old_stray(scene: Scene) -> None:
    stray(scene)
    long_ago = clock.today() - dt.timedelta(days=200)
    Payment.objects.filter(public_id=scene.at["payment"]).update(received_on=long_ago)


def went_back(scene: Scene) -> None:
    old_stray(scene)
    payment = Payment.objects.get(public_id=scene.at["payment"])
    officer = scene.world.officer
    sent = stray_send(payment=payment, actor=officer, proof=make.factor(officer), bank_reference="Н-1")
    scene.at["return"] = sent.public_id


def return_and_line(scene: Scene) -> None:
    went_back(scene)
    scene.at["line"] = line_of(bank_account(scene.world.custodian), told(-100_00)).public_id


def linked_out(scene: Scene) -> None:
    return_and_line(scene)
    found = BankLine.objects.get(public_id=scene.at["line"])
    line_link_out(line=found, ref=scene.at["return"], actor=scene.world.officer)


def claim(scene: Scene) -> None:
    line(scene)
    said = claim_make(
        of=scene.pledge, paid_on=clock.today(), amount=scene.pledge.amount, bank="МБанк", slip=make.paper(scene.world)
    )
    scene.at["claim"] = said.public_id


def an_account(scene: Scene) -> dict[str, Any]:
    return {
        "custodian": scene.world.custodian.public_id,
        "number": "1030 1200 0001 2345",
        "currency": "KGS",
        "name": "МБанк",
        "opened_on": clock.today().isoformat(),
    }


def a_statement(_scene: Scene) -> dict[str, Any]:
    from funds.banking.models import BankAccount

    number = BankAccount.objects.latest("id").number
    return {"file": SimpleUploadedFile("s.txt", one_c([told(100_00)], account=number), "text/plain")}


def a_slip(_scene: Scene) -> dict[str, Any]:
    paper = SimpleUploadedFile("slip.pdf", make.PDF, "application/pdf")
    return {"paid_on": clock.today().isoformat(), "amount_minor": 100_00, "bank": "МБанк", "file": paper}


LINES = "bank-lines/{line}/"
BANK_ACTS = [
    Act("write a bank account down", opened, post("bank-accounts/", an_account), CUSTODIAN),
    Act("take a statement in", account, post("bank-accounts/{account}/statements/", a_statement), CUSTODIAN,
        **HIDDEN, form="multipart"),
    Act("take a line for a pledge", line, post(f"{LINES}accept/", lambda scene: {"pledge": scene.pledge.public_id}),
        CUSTODIAN, **HIDDEN),
    Act("take a line as unknown money", line, post(f"{LINES}accept/", {"unidentified": True}), CUSTODIAN, **HIDDEN),
    Act("link a line that took money", return_and_line,
        post(f"{LINES}link/", lambda scene: {"ref": scene.at["return"]}), CUSTODIAN, **HIDDEN),
    Act("untie a line that took money", linked_out, post(f"{LINES}unlink/", WHY), CUSTODIAN, **HIDDEN),
    Act("ask to set a line aside", fee, post(f"{LINES}set-aside/", WHY), CUSTODIAN, **HIDDEN),
    Act("agree to set a line aside", fee_asked, sign(f"{LINES}set-aside/agree/"), SECOND, **TWO_OFFICERS),
    Act("look at a line again", fee_asked, post(f"{LINES}look-again/", WHY), CUSTODIAN, **HIDDEN),
    Act("send unknown money back", old_stray,
        sign("unknown-returns/", lambda scene: {"payment": scene.at["payment"], "bank_reference": "Н-1"}), CUSTODIAN,
        **NAMED),
    Act("confirm that unknown money went back", went_back, sign("unknown-returns/{return}/confirm/"), SECOND,
        **TWO_OFFICERS),
    Act("say that unknown money did not go back", went_back, post("unknown-returns/{return}/not-sent/", WHY), CUSTODIAN,
        **HIDDEN),
    Act("say by the link that money is not seen", confirmed, post("pledges/{token}/missing/", a_slip), **LINK,
        form="multipart"),
    Act("say by a forged link that money is not seen", confirmed, post("pledges/{forged}/missing/", a_slip), **FORGED,
        form="multipart"),
    Act("find a payer's money", claim, post("payer-claims/{claim}/found/", lambda scene: {"line": scene.at["line"]}),
        CUSTODIAN, **HIDDEN),
    Act("answer a payer", claim, post("payer-claims/{claim}/answer/", WHY), CUSTODIAN, **HIDDEN),
]  # fmt: skip
