"""A receipt as a PDF: A4, letters ң ө ү in regular and bold, a QR code to the page where it can be checked."""

from __future__ import annotations

import segno
from django.conf import settings
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from birge import clock
from funds.pools.papers import FONT, FONT_FILE, GREY, MARGIN, WIDE

from .facts import Receipt

BOLD_FILE = FONT_FILE.with_name("DejaVuSans-Bold.ttf")
SMALL, USUAL, LARGE, SUM = 8, 10, 15, 22
NAMES, QR_SIZE = 52, 38  # millimetres


def receipt_pdf(receipt: Receipt) -> bytes:
    """Return the receipt on one page, in its own language, with the file that proves it inside."""
    paper = Paper(receipt.title, receipt.language)
    paper.text_line(receipt.title, size=LARGE, bold=True)
    paper.ln(2)
    paper.text_line(receipt.amount, size=SUM, bold=True)
    paper.ln(3)
    paper.pair(_("Receipt number"), receipt.number)
    for name, value in receipt.lines:
        paper.pair(name, value)
    paper.ln(4)
    paper.check(receipt)
    return bytes(paper.output())


class Paper(FPDF):
    """A page with our two fonts."""

    def __init__(self, title: str, language: str) -> None:
        """Begin the first page."""
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.set_creation_date(clock.now())
        self.set_lang(language)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.add_font(FONT, fname=FONT_FILE)
        self.add_font(FONT, style="B", fname=BOLD_FILE)
        self.set_title(title)
        self.add_page()
        self.set_text_color(GREY)
        self.text_line(f"Birge · {settings.SITE_URL}", size=SMALL)
        self.set_text_color(0)
        self.ln(4)

    def text_line(self, text: str, *, size: float = USUAL, bold: bool = False) -> None:
        """Write a line over the whole width."""
        self.set_font(FONT, style="B" if bold else "", size=size)
        self.multi_cell(0, size * 0.52, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def pair(self, name: str, value: str) -> None:
        """Write what it is, and its value beside it."""
        self.set_font(FONT, size=USUAL)
        top = self.get_y()
        self.set_text_color(GREY)
        self.multi_cell(NAMES, USUAL * 0.55, name, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
        self.set_text_color(0)
        self.set_xy(MARGIN + NAMES, top)
        self.set_font(FONT, style="B", size=USUAL)
        self.multi_cell(0, USUAL * 0.55, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.5)

    def check(self, receipt: Receipt) -> None:
        """Write how anybody can check it; the file that proves it lies in this PDF."""
        top = self.get_y()
        self.qr(receipt.check_url, MARGIN, top)
        self.set_left_margin(MARGIN + QR_SIZE + 6)
        self.set_xy(MARGIN + QR_SIZE + 6, top + 2)
        self.text_line(_("How to check it"), bold=True)
        self.text_line(_("Point a phone’s camera at the square, or open this page:"))
        self.text_line(receipt.check_url, size=SMALL)
        if receipt.proof:
            name = f"birge-receipt-{receipt.number}.json"
            self.embed_file(bytes=receipt.proof.encode(), basename=name, desc=receipt.title, compress=True)
            words = _("Inside this PDF lies the file %(name)s. It proves the entry even if this site were gone.")
            self.text_line(words % {"name": name}, size=SMALL)
        else:
            self.text_line(_("The file that proves it is ready in a minute: take this receipt once more."), size=SMALL)
        self.set_left_margin(MARGIN)
        self.set_y(max(self.get_y(), top + QR_SIZE) + 3)

    def qr(self, url: str, left: float, top: float) -> None:
        """Draw the code that leads a camera to `url`, as black squares (with the white border that it needs)."""
        rows = list(segno.make(url, micro=False, error="m").matrix_iter(border=2))
        side = QR_SIZE / len(rows)
        self.set_fill_color(0)
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    self.rect(left + x * side, top + y * side, side, side, style="F")


__all__ = ["MARGIN", "WIDE", "Paper", "receipt_pdf"]
