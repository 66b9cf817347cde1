"""A statement on paper: A4, in a font that has ң ө ү and is shipped with us."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import cast

from babel.dates import format_date
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from birge import clock
from birge.money import Money, format_money

from .statements import Statement, StatementAccount

FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
FONT = "DejaVuSans"
WIDE, MARGIN, ROW = 210, 16, 5.5  # millimetres
COLUMNS = (22, 92, 32, 32)  # day, words, how much, what is there after it
SMALL, USUAL, LARGE = 8, 9, 15
GREY, BLACK = 110, 0


def statement_pdf(made: Statement) -> bytes:
    """Return the statement as a PDF, in its own language."""
    with override(made.language):
        paper = _Paper(made)
        paper.head()
        for account in made.accounts:
            paper.account(account)
        paper.foot()
        return bytes(paper.output())


class _Paper(FPDF):
    """One statement, page after page."""

    def __init__(self, made: Statement) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.made = made
        self.set_creation_date(clock.now())
        self.set_lang(made.language)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN + ROW)
        self.add_font(FONT, fname=FONT_FILE)
        self.set_title(f"{made.pool_name}, {self.month()}")
        self.add_page()

    def month(self) -> str:
        """Return which month it is, as one says it."""
        return str(format_date(self.made.first, "LLLL y", locale=self.made.language))

    def footer(self) -> None:
        """Write the page's number under each page."""
        self.set_y(-MARGIN)
        self.set_text_color(GREY)
        self.set_font(FONT, size=SMALL)
        self.cell(0, ROW, f"{self.made.pool_name} · {self.month()} · {self.page_no()}", align="C")
        self.set_text_color(BLACK)

    def head(self) -> None:
        """Write whose statement it is, for which month, and what it comes to."""
        made = self.made
        self._line(made.pool_name, size=LARGE)
        self._line(_("Statement for %(month)s") % {"month": self.month()}, size=LARGE - 3)
        self.ln(2)
        for name, value in (
            (_("Whose pool"), made.organisation),
            (_("Who holds the money"), made.custodian),
            (_("First day"), self._day(made.first)),
            (_("Last day"), self._day(made.last)),
            (_("There at the beginning"), self._money(made.opening_minor)),
            (_("There at the end"), self._money(made.closing_minor)),
        ):
            self._line(f"{name}: {value}")
        self.ln(3)

    def account(self, account: StatementAccount) -> None:
        """Write one account: opening, lines, closing."""
        self._line(account.name, size=USUAL + 2)
        first, last = self._day(self.made.first), self._day(self.made.last)
        self._row(first, _("There at the beginning"), "", self._money(account.opening_minor), grey=True)
        for line in account.lines:
            amount = self._money(line.amount_minor)
            amount = f"+{amount}" if line.amount_minor > 0 else amount
            self._row(self._day(line.date), line.words, amount, self._money(line.balance_minor))
        self._row(last, _("There at the end"), "", self._money(account.closing_minor), grey=True)
        self.ln(4)

    def foot(self) -> None:
        """Say where each line can be checked."""
        self.set_text_color(GREY)
        self._line(
            _("Each line is an entry of the public ledger: %(site)s/ledger/") % {"site": settings.SITE_URL}, size=SMALL
        )
        self.set_text_color(BLACK)

    def _row(self, day: str, words: str, amount: str, rest: str, *, grey: bool = False) -> None:
        """Write a row whose words may need several lines; it is not torn between two pages."""
        self.set_font(FONT, size=USUAL)
        self.set_text_color(GREY if grey else BLACK)
        lines = self.multi_cell(COLUMNS[1], ROW, words, dry_run=True, output=MethodReturnValue.LINES)
        height = ROW * max(1, len(cast("list[str]", lines)))
        if self.will_page_break(height):
            self.add_page()
        left, top = self.get_x(), self.get_y()
        self.cell(COLUMNS[0], ROW, day)
        self.multi_cell(COLUMNS[1], ROW, words, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.cell(COLUMNS[2], ROW, amount, align="R")
        self.cell(COLUMNS[3], ROW, rest, align="R")
        self.set_text_color(BLACK)
        self.set_draw_color(220)
        self.line(left, top + height, WIDE - MARGIN, top + height)
        self.set_xy(left, top + height)

    def _line(self, text: str, *, size: float = USUAL) -> None:
        self.set_font(FONT, size=size)
        self.multi_cell(0, size * 0.55, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _money(self, minor: int) -> str:
        return format_money(Money(minor, self.made.currency), self.made.language)

    def _day(self, day: dt.date) -> str:
        return f"{day:%d.%m.%Y}"
