"""A bank's statement of yesterday, taken in and not explained yet: whoever looks at the demonstration does the rest."""

from __future__ import annotations

import datetime as dt

from birge import clock
from funds.banking.models import BankAccount
from funds.banking.services import bank_account_open, reference_for, statement_import
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.pledges.models import Pledge
from funds.pledges.states import OPEN

from .scene import CURRENCY, Scene
from .timeline import Story

NUMBER = "1030120000004821"
UNKNOWN = (
    (1_500_00, "Мектепке", "Турсунов Н."),
    (300_00, "перевод", "Иванова О. П."),
)
FEE = 45_00
MOST = 3


def bank(scene: Scene) -> Story:
    """Let the custodian's officer take yesterday's statement in: some lines with references, two unknown, one fee."""
    yield scene.world.moment(1, 18)
    custodian, officer = scene.community.custodian.organisation, scene.officer()
    account = bank_account_open(
        custodian=custodian, number=NUMBER, currency=CURRENCY, name="Айыл Банк", opened_on=clock.today(), actor=officer
    )
    opening = balance(codes.bank(custodian.public_id), CURRENCY)
    data = _statement(account, opening, clock.today(), _lines(account))
    report = statement_import(account=account, data=data, actor=officer)
    if report.errors:
        raise RuntimeError(f"the statement of the demonstration is refused: {report.errors}")


def _lines(account: BankAccount) -> list[tuple[int, str, str]]:
    """Return (minor units, text, who) of each line."""
    open_ones = Pledge.objects.filter(custodian=account.custodian, currency=CURRENCY, status__in=OPEN, pool_ref="")
    pledges = list(open_ones.order_by("-id")[:MOST])
    named = [(each.amount_minor, f"Взнос {reference_for(each.group)}", "Отправитель перевода") for each in pledges]
    return [*named, *UNKNOWN, (-FEE, "Комиссия за обслуживание", "Айыл Банк")]


def _statement(account: BankAccount, opening: int, day: dt.date, lines: list[tuple[int, str, str]]) -> bytes:
    """Return a file as 1C writes it."""
    closing, when = opening + sum(minor for minor, _text, _who in lines), f"{day:%d.%m.%Y}"
    rows = [
        "1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=UTF-8", f"ДатаНачала={when}", f"ДатаКонца={when}",
        f"РасчСчет={account.number}", "СекцияРасчСчет", f"ДатаНачала={when}", f"ДатаКонца={when}",
        f"РасчСчет={account.number}", f"НачальныйОстаток={_plain(opening)}", f"КонечныйОстаток={_plain(closing)}",
        "КонецРасчСчет",
    ]  # fmt: skip
    for number, (minor, text, who) in enumerate(lines, start=1):
        came = minor > 0
        ours, theirs = (account.number, account.custodian.name("ru")), ("1240020000098765", who)
        payer, payee = (theirs, ours) if came else (ours, theirs)
        rows += [
            "СекцияДокумент=Платежное поручение", f"Номер={number}", f"Дата={when}", f"Сумма={_plain(abs(minor))}",
            f"{'ДатаПоступило' if came else 'ДатаСписано'}={when}", f"ПлательщикСчет={payer[0]}",
            f"Плательщик={payer[1]}", f"ПолучательСчет={payee[0]}", f"Получатель={payee[1]}",
            f"НазначениеПлатежа={text}", "КонецДокумента",
        ]  # fmt: skip
    return "\r\n".join([*rows, "КонецФайла", ""]).encode()


def _plain(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"
