"""The bank's statements, of late evening by evening. The last one is not explained yet: whoever looks does the rest."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from birge import clock
from birge.money import Money
from funds.banking.models import BankAccount, BankLine
from funds.banking.services import bank_account_open, line_explain, reference_for, statement_import
from funds.ledger.models import Posting
from funds.pledges.models import Pledge
from funds.pledges.states import OPEN
from funds.reconciliation.movements import banks_of

from .scene import CURRENCY, Scene
from .timeline import Story

Line = tuple[dt.date, int, str, str]  # day, minor units, text, the other party
NUMBER = "1030120000004821"
UNKNOWN = (
    (1_500_00, "Мектепке", "Турсунов Н."),
    (300_00, "перевод", "Иванова О. П."),
)
FEE = 45_00
MOST = 3
FIRST = 300  # days ago: before the first money came
EVENINGS = 95  # so many days back each evening is told by itself, before that ten days at once: see the public figure
TOGETHER = 10


def bank(scene: Scene) -> Story:
    """Let an officer take in the statement of each evening on which money moved, and say what each line is.

    Only the last one waits to be explained: some lines with references, two unknown, one fee.
    """
    yield scene.world.moment(FIRST, 8)
    custodian, officer = scene.community.custodian.organisation, scene.officer()
    account = bank_account_open(
        custodian=custodian, number=NUMBER, currency=CURRENCY, name="Айыл Банк", opened_on=clock.today(), actor=officer
    )
    told: Counter[tuple[dt.date, str, int]] = Counter()
    written, first = 0, clock.today()
    for days_ago in range(FIRST, 0, -1):
        if days_ago > EVENINGS and days_ago % TOGETHER:
            continue
        yield scene.world.moment(days_ago, 23)
        before, written = written, Posting.objects.filter(account__type="bank", currency=CURRENCY).count()
        if days_ago > 1 and written == before:
            continue  # nothing moved
        held = sum(minor * times for (_day, _ref, minor), times in told.items())
        moved = sorted((_booked(account) - told).elements(), key=lambda each: (each[0], each[2], each[1]))
        lines = [
            (max(first, day), minor, *_words(minor, told.total() + n)) for n, (day, _ref, minor) in enumerate(moved)
        ]
        if days_ago > 1 and not lines:
            continue
        known = len(lines)
        lines += _lines(account) if days_ago == 1 else []
        _take_in(account, held, first, lines, scene)
        first = clock.today() + dt.timedelta(days=1)
        new = list(BankLine.objects.filter(account=account, payment_ref="").order_by("id"))[:known]
        for line, (_day, ref, minor) in zip(new, moved, strict=True):
            line_explain(line, ref=ref, amount=Money(minor, CURRENCY))
        told.update(moved)


def _booked(account: BankAccount) -> Counter[tuple[dt.date, str, int]]:
    """Return what our books say moved at the bank until now: (day, what it is, minor units)."""
    banks = banks_of(account.custodian)
    return Counter(entry for bank in banks if bank.currency == account.currency for entry in bank.entries)


def _words(minor: int, number: int) -> tuple[str, str]:
    """Return a text and another party of its own for the line with this number."""
    if minor > 0:
        return "Взнос на проект", f"Отправитель {number + 1}"
    return "Оплата по проекту", f"Получатель {number + 1}"


def _take_in(account: BankAccount, opening: int, first: dt.date, lines: list[Line], scene: Scene) -> None:
    data = _statement(account, opening, first, lines)
    report = statement_import(account=account, data=data, actor=scene.officer())
    if report.errors:
        raise RuntimeError(f"the statement of the demonstration is refused: {report.errors}")


def _lines(account: BankAccount) -> list[Line]:
    """Return the lines of the last evening that nobody has explained."""
    open_ones = Pledge.objects.filter(custodian=account.custodian, currency=CURRENCY, status__in=OPEN, pool_ref="")
    pledges = list(open_ones.order_by("-id")[:MOST])
    named = [(each.amount_minor, f"Взнос {reference_for(each.group)}", "Отправитель перевода") for each in pledges]
    said = [*named, *UNKNOWN, (-FEE, "Комиссия за обслуживание", "Айыл Банк")]
    return [(clock.today(), *each) for each in said]


def _statement(account: BankAccount, opening: int, first: dt.date, lines: list[Line]) -> bytes:
    """Return a file as 1C writes it, from the day `first` until today."""
    closing = opening + sum(minor for _day, minor, _text, _who in lines)
    days = [f"ДатаНачала={first:%d.%m.%Y}", f"ДатаКонца={clock.today():%d.%m.%Y}"]
    rows = [
        "1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=UTF-8", *days,
        f"РасчСчет={account.number}", "СекцияРасчСчет", *days,
        f"РасчСчет={account.number}", f"НачальныйОстаток={_plain(opening)}", f"КонечныйОстаток={_plain(closing)}",
        "КонецРасчСчет",
    ]  # fmt: skip
    for number, (day, minor, text, who) in enumerate(lines, start=1):
        came, when = minor > 0, f"{day:%d.%m.%Y}"
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
