"""ISO 20022 camt.053 (versions 02 to 13), read as a stream. No entity is ever resolved, no other file fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from .basics import CAMT, MAX_LINES, Draft, StatementError, StatementLine, squeeze
from .decoding import nul_check
from .values import day_of, exponent_of, plain_amount

_NAMESPACE = re.compile(r"urn:(?:iso:std:iso:20022:tech:xsd|swift:xsd):\$?camt\.053\.001\.(\d\d)")
_BOMB = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_NOTHING = {"NOTPROVIDED", "NOTAVAILABLE", "NONREF"}
_WANTED = ("Acct", "FrToDt", "Bal", "Ntry", "Stmt")


def camt_read(data: bytes) -> list[Draft]:
    """Return the statements of a file. Raises StatementError."""
    nul_check(data)
    bomb = _BOMB.search(data)
    if bomb:
        raise StatementError("entities", data.count(b"\n", 0, bomb.start()) + 1)
    if data.count(b"Ntry>") > 2 * MAX_LINES:  # begun and ended
        raise StatementError("too_many_lines", most=MAX_LINES)
    try:
        return _Reader().read(data)
    except etree.XMLSyntaxError as error:
        raise StatementError(_code(error.msg or "", data), error.lineno or 0) from None


def _code(message: str, data: bytes) -> str:
    head = data[:4096]
    if "ncoding" in message or b"UTF-16" in head[:100].upper():
        return "encoding"
    return "cut_off" if b"camt.053" in head and not data.rstrip().endswith(b"Document>") else "xml"


class _Reader:
    """One pass through the document; each entry is forgotten once it is read."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.draft: Draft | None = None
        self.ns = ""
        self.paths: dict[str, str] = {}

    def read(self, data: bytes) -> list[Draft]:
        """Return the statements that are in it."""
        events = etree.iterparse(
            io.BytesIO(data), events=("start", "end"), tag=[f"{{*}}{name}" for name in _WANTED], resolve_entities=False,
            no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        for event, element in events:
            if not self.ns:
                self._root(element.getroottree().getroot())
            name = element.tag.rpartition("}")[2]
            if element.tag != f"{self.ns}{name}":
                continue
            if event == "start":
                if name == "Stmt":
                    self.draft = Draft(CAMT, "", "", at_line=element.sourceline or 0)
            elif self.draft is not None and (name == "Stmt" or element.getparent().tag == f"{self.ns}Stmt"):
                self._ended(name, element)
        if not self.ns and events.root is not None:
            self._root(events.root)
        if not self.drafts:
            raise StatementError("no_statement")
        return self.drafts

    def _root(self, element: Any) -> None:
        if element.getroottree().docinfo.internalDTD is not None:
            raise StatementError("entities", 1)
        namespace = str(element.tag).rpartition("}")[0].removeprefix("{")
        if not _NAMESPACE.fullmatch(namespace):
            raise StatementError("not_camt053", element.sourceline or 0, found=(namespace or str(element.tag))[-60:])
        self.ns = f"{{{namespace}}}"

    def _ended(self, name: str, element: Any) -> None:
        draft = self.draft
        assert draft is not None  # noqa: S101
        if name == "Acct":
            draft.account = self.text(element, "Id/IBAN") or self.text(element, "Id/Othr/Id")
            draft.currency = self.text(element, "Ccy")
        elif name == "FrToDt":
            days = (self.text(element, tag)[:10] for tag in ("FrDtTm", "FrDt", "ToDtTm", "ToDt"))
            draft.covers(*(day_of(day, element.sourceline or 0) for day in days if day))
        elif name == "Bal":
            self._balance(draft, element)
        elif name == "Ntry":
            self._entry(draft, element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        else:
            self._finish(draft, element.sourceline or 0)

    def _finish(self, draft: Draft, line: int) -> None:
        if not draft.account:
            raise StatementError("no_account", line)
        if not draft.currency:
            raise StatementError("currency", line, currency="")
        self.drafts.append(draft)
        self.draft = None

    def _balance(self, draft: Draft, element: Any) -> None:
        code = self.text(element, "Tp/CdOrPrtry/Cd")
        if code not in {"OPBD", "PRCD", "CLBD"} or (code == "PRCD" and draft.opening_minor is not None):
            return
        line = element.sourceline or 0
        amount, currency = self.amount(element, line)
        draft.currency = draft.currency or currency
        if currency != draft.currency:
            facts = {"balance": currency, "account": draft.currency}
            draft.warnings.append(StatementError("balance_currency", line, **facts))
            return  # it says nothing of this account: as if it were not there
        day = self.text(element, "Dt/Dt") or self.text(element, "Dt/DtTm")[:10]
        if code == "CLBD":
            draft.closing_minor = amount
            draft.covers(day_of(day, line) if day else None)
        else:
            draft.opening_minor = amount

    def _entry(self, draft: Draft, entry: Any) -> None:
        line = entry.sourceline or 0
        status = self.text(entry, "Sts/Cd") or self.text(entry, "Sts")
        if status not in {"BOOK", "PDNG", "INFO", "FUTR"}:
            raise StatementError("status", line, status=status[:20])
        if status != "BOOK":
            return
        amount, currency = self.amount(entry, line)
        draft.currency = draft.currency or currency
        if currency != draft.currency:
            facts = {"entry": currency, "account": draft.currency}
            draft.problems.append(StatementError("line_currency", line, **facts))
        day = self.text(entry, "BookgDt/Dt") or self.text(entry, "BookgDt/DtTm")[:10] or self.text(entry, "ValDt/Dt")
        details = list(entry.iterfind(f"{self.ns}NtryDtls/{self.ns}TxDtls"))
        only = details[0] if len(details) == 1 else None
        side = "Dbtr" if amount > 0 else "Cdtr"
        draft.add(
            StatementLine(
                day=day_of(day, line), amount_minor=amount, currency=currency,
                reference=self._id(self.text(entry, "AcctSvcrRef") or self.text(only, "Refs/AcctSvcrRef")),
                text=self._purpose(entry, details),
                other_name=squeeze(*dict.fromkeys(self._party(each, side) for each in details), most=200),
                other_account=self._account(only, side),
                number=self._id(self.text(only, "Refs/EndToEndId")),
            )
        )  # fmt: skip

    def _purpose(self, entry: Any, details: list[Any]) -> str:
        """Return what was written with it; of a batch, with each of its payments."""
        found: list[str] = []
        for each in details:
            written = list(self.texts(each, "RmtInf/Ustrd")) or list(self.texts(each, "RmtInf/Strd/CdtrRefInf/Ref"))
            found += written or list(self.texts(each, "AddtlTxInf"))
        return squeeze(*found) or squeeze(*self.texts(entry, "AddtlNtryInf"))

    def _party(self, details: Any, side: str) -> str:
        return self.text(details, f"RltdPties/{side}/Nm") or self.text(details, f"RltdPties/{side}/Pty/Nm")

    def _account(self, details: Any, side: str) -> str:
        path = f"RltdPties/{side}Acct/Id"
        return (self.text(details, f"{path}/IBAN") or self.text(details, f"{path}/Othr/Id"))[:64]

    @staticmethod
    def _id(text: str) -> str:
        return "" if text.upper() in _NOTHING else text[:64]

    def amount(self, element: Any, line: int) -> tuple[int, str]:
        """Return signed minor units and their currency."""
        found = element.find(f"{self.ns}Amt")
        mark = self.text(element, "CdtDbtInd")
        if found is None or mark not in {"CRDT", "DBIT"}:
            raise StatementError("entry_incomplete", line)
        currency = (found.get("Ccy") or "").strip()
        exponent_of(currency, line)
        amount = plain_amount(found.text or "", currency, line)
        return (amount if mark == "CRDT" else -amount), currency

    def texts(self, element: Any, path: str) -> Iterator[str]:
        """Yield the texts at a path."""
        if element is not None:
            steps = self.paths.get(path)
            if steps is None:
                steps = self.paths[path] = "/".join(f"{self.ns}{step}" for step in path.split("/"))
            for found in element.iterfind(steps):
                yield (found.text or "").strip()

    def text(self, element: Any, path: str) -> str:
        """Return the first text at a path that is not empty."""
        return next((text for text in self.texts(element, path) if text), "")
