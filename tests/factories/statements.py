"""One month of an account, written as banks write it: 1C, camt.053, MT940, CSV, XLSX."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from openpyxl import Workbook

from birge import clock
from birge.organisations.models import Organisation
from funds.banking.models import BankAccount

OURS, THEIRS = "1030120000012345", "1240020000098765"
OPENING = 100_000_00


@dataclass(frozen=True)
class Told:
    """One line as a test wants it: positive came, negative went."""

    day: dt.date
    minor: int
    text: str = "Помощь селу"
    name: str = "Асанова Айгүл"
    account: str = THEIRS
    bank_id: str = ""
    number: str = "17"


def account_at_bank(custodian: Organisation, number: str = OURS, currency: str = "KGS") -> BankAccount:
    """Return a bank account of this custodian."""
    return BankAccount.objects.create(
        custodian=custodian, number=number, currency=currency, name="Айыл фонду", opened_on=clock.today()
    )


def plain(minor: int) -> str:
    """Return 1234.50 for 123450, without a float."""
    return str(Decimal(minor).scaleb(-2))


def one_c(
    lines: Sequence[Told],
    *,
    opening: int = OPENING,
    closing: int | None = None,
    days: tuple[dt.date, dt.date] | None = None,
    account: str = OURS,
    encoding: str = "cp1251",
) -> bytes:
    """Return a 1C file."""
    closing = opening + sum(each.minor for each in lines) if closing is None else closing
    first, last = days or (min(each.day for each in lines), max(each.day for each in lines))
    declared = {"cp1251": "Windows", "cp866": "DOS"}.get(encoding, "UTF-8")
    came, went = (sum(abs(each.minor) for each in lines if (each.minor > 0) is sign) for sign in (True, False))
    rows = [
        "1CClientBankExchange", "ВерсияФормата=1.03", f"Кодировка={declared}", "Отправитель=Банк", "Получатель=",
        f"ДатаНачала={first:%d.%m.%Y}", f"ДатаКонца={last:%d.%m.%Y}", f"РасчСчет={account}",
        "СекцияРасчСчет", f"ДатаНачала={first:%d.%m.%Y}", f"ДатаКонца={last:%d.%m.%Y}", f"РасчСчет={account}",
        f"НачальныйОстаток={plain(opening)}", f"ВсегоПоступило={plain(came)}", f"ВсегоСписано={plain(went)}",
        f"КонечныйОстаток={plain(closing)}", "КонецРасчСчет",
    ]  # fmt: skip
    for each in lines:
        payer, payee = (each.account, account) if each.minor > 0 else (account, each.account)
        names = (each.name, "Фонд") if each.minor > 0 else ("Фонд", each.name)
        dated = "ДатаПоступило" if each.minor > 0 else "ДатаСписано"
        rows += [
            "СекцияДокумент=Платежное поручение", f"Номер={each.number}", f"Дата={each.day:%d.%m.%Y}",
            f"Сумма={plain(abs(each.minor))}", f"{dated}={each.day:%d.%m.%Y}", f"ПлательщикСчет={payer}",
            f"Плательщик={names[0]}", f"ПолучательСчет={payee}", f"Получатель={names[1]}",
            f"НазначениеПлатежа={each.text}", "КонецДокумента",
        ]  # fmt: skip
    text = "\r\n".join([*rows, "КонецФайла", ""])
    if encoding in {"cp1251", "cp866"}:
        text = text.translate(str.maketrans("ңөүҢӨҮ", "ноуНОУ"))  # as banks do
    return text.encode(encoding)


def camt(
    lines: Sequence[Told],
    *,
    opening: int = OPENING,
    closing: int | None = None,
    currency: str = "KGS",
    account: str = OURS,
    days: tuple[dt.date, dt.date] | None = None,
    version: str = "02",
) -> bytes:
    """Return a camt.053 file."""
    closing = opening + sum(each.minor for each in lines) if closing is None else closing
    first, last = days or (min(each.day for each in lines), max(each.day for each in lines))
    status = "<Cd>BOOK</Cd>" if version >= "08" else "BOOK"
    entries = "".join(_entry(each, currency, status, version) for each in lines)
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{plain(abs(minor))}</Amt>"
        f"<CdtDbtInd>{'CRDT' if minor >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
        for code, minor, day in (("OPBD", opening, first), ("CLBD", closing, last))
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n"
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'><BkToCstmrStmt><Stmt><Id>S</Id>"
        f"<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>\n"
        f"{balances}{entries}</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def _entry(each: Told, currency: str, status: str, version: str) -> str:
    side = "Dbtr" if each.minor > 0 else "Cdtr"
    name = f"<Nm>{escape(each.name)}</Nm>"
    party = f"<Pty>{name}</Pty>" if version >= "08" else name
    return (
        f"<Ntry><Amt Ccy='{currency}'>{plain(abs(each.minor))}</Amt>"
        f"<CdtDbtInd>{'CRDT' if each.minor > 0 else 'DBIT'}</CdtDbtInd><Sts>{status}</Sts>"
        f"<BookgDt><Dt>{each.day}</Dt></BookgDt>"
        f"{f'<AcctSvcrRef>{each.bank_id}</AcctSvcrRef>' if each.bank_id else ''}"
        f"<NtryDtls><TxDtls><RltdPties><{side}>{party}</{side}><{side}Acct><Id><Othr><Id>{each.account}</Id></Othr></Id>"
        f"</{side}Acct></RltdPties><RmtInf><Ustrd>{escape(each.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def mt940(lines: Sequence[Told], *, opening: int = OPENING, closing: int | None = None, currency: str = "KGS") -> bytes:
    """Return an MT940 file: no Cyrillic in it, as SWIFT wants."""
    closing = opening + sum(each.minor for each in lines) if closing is None else closing
    first, last = min(each.day for each in lines), max(each.day for each in lines)
    rows = [":20:STATEMENT", f":25:{OURS}", ":28C:1/1", f":60F:{_swift(opening, first, currency)}"]
    for each in lines:
        mark = "C" if each.minor > 0 else "D"
        amount = plain(abs(each.minor)).replace(".", ",")
        rows.append(f":61:{each.day:%y%m%d%m%d}{mark}{amount}NTRFNONREF{f'//{each.bank_id}' if each.bank_id else ''}")
        rows.append(f":86:{each.text.encode('ascii', 'ignore').decode().strip() or 'PAYMENT'}")
    return "\n".join([*rows, f":62F:{_swift(closing, last, currency)}", "-", ""]).encode()


def _swift(minor: int, day: dt.date, currency: str) -> str:
    return f"{'C' if minor >= 0 else 'D'}{day:%y%m%d}{currency}{plain(abs(minor)).replace('.', ',')}"


def table(lines: Sequence[Told], *, opening: int = OPENING) -> list[list[str]]:
    """Return the rows of a bank's table, with the balance after each line."""
    rows = [["Выписка по счету"], ["Счет", OURS], ["Валюта", "KGS"], []]
    rows.append(["Дата операции", "№ документа", "Дебет", "Кредит", "Остаток", "Контрагент", "Назначение платежа"])
    balance = opening
    for each in lines:
        balance += each.minor
        sums = ["", plain(each.minor)] if each.minor > 0 else [plain(-each.minor), ""]
        rows.append([f"{each.day:%d.%m.%Y}", each.number, *sums, plain(balance), each.name, each.text])
    return rows


def csv_file(lines: Sequence[Told], *, opening: int = OPENING, encoding: str = "utf-8") -> bytes:
    """Return such a table as CSV, with commas before the fraction."""
    rows = [
        ";".join(cell.replace(".", ",") if _is_sum(cell) else cell for cell in row)
        for row in table(lines, opening=opening)
    ]
    text = "\r\n".join([*rows, ""])
    return (text if encoding == "utf-8" else text.translate(str.maketrans("ңөү", "ноу"))).encode(encoding)


def _is_sum(cell: str) -> bool:
    return cell.count(".") == 1 and cell.replace(".", "").isdigit()


def xlsx_file(lines: Sequence[Told], *, opening: int = OPENING) -> bytes:
    """Return such a table as a spreadsheet, with days and numbers as such."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Выписка")
    for row in table(lines, opening=opening):
        sheet.append([_cell(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(cell: str) -> object:
    if _is_sum(cell):
        return float(cell)  # as spreadsheets keep it
    try:
        return dt.datetime.strptime(cell, "%d.%m.%Y").replace(tzinfo=None)  # noqa: DTZ007
    except ValueError:
        return cell
