"""A receipt for cash as a small PDF and as a picture to send on, and the treasurer's list on paper.

In a font that has ң ө ү. The code leads to the page where the receipt can be checked; read without a network it says
number, sum and day.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import segno
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image, ImageDraw, ImageFont

from birge import clock
from birge.i18n.dates import day_text
from birge.money import Money, format_money

from .facts import ReceiptFacts
from .models import Kept
from .selectors import CashTotals, InHand

FONT_FILE = Path(__file__).resolve().parents[1] / "pools" / "fonts" / "DejaVuSans.ttf"
FONT = "DejaVuSans"
SLIP = (105.0, 148.0)  # A6, millimetres: four to a sheet
MARGIN, ROW = 8.0, 5.0
WIDE, HIGH, EDGE = 640, 900, 32  # of the picture, pixels
INK, PALE, PAPER = 0, 110, 255
LONGEST = 120  # of what it is for, so that all fits on one slip


def receipt_pdf(facts: ReceiptFacts, language: str) -> bytes:
    """Return the receipt as an A6 slip, in `language`."""
    with override(language):
        paper = _paper(SLIP, f"{facts.number} · {facts.office.name(language)}", language)
        _write(paper, facts.office.name(language), size=10)
        _write(paper, _("Receipt for cash No. %(number)s") % {"number": facts.number}, size=13)
        _write(paper, format_money(facts.amount, language), size=18)
        for name, text in _lines(facts, language):
            _write(paper, f"{name}: {text}", size=8.5)
        side, top = 40.0, paper.get_y() + 2
        _code(paper, facts.code, MARGIN, top, side)
        paper.set_xy(MARGIN + side + 3, top + 3)
        paper.set_font(FONT, size=7.5)
        paper.multi_cell(0, 4, check_words(), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        paper.set_xy(MARGIN, top + side + 1)
        _write(paper, facts.url, size=7.5)
        paper.ln(2)
        for name in (_("Who gave"), _("Who took")):
            _write(paper, f"{name}: {'_' * 24}", size=8.5)
        return bytes(paper.output())


def receipt_png(facts: ReceiptFacts, language: str) -> bytes:
    """Return the receipt as a picture of 640 × 900, sixteen greys, well under 40 KB."""
    with override(language):
        image = Image.new("L", (WIDE, HIGH), PAPER)
        draw = ImageDraw.Draw(image)
        top = float(EDGE)
        for text, size, ink in (
            (facts.office.name(language), 22, PALE),
            (_("Receipt for cash No. %(number)s") % {"number": facts.number}, 30, INK),
            (format_money(facts.amount, language), 44, INK),
            *((f"{name}: {said}", 21, INK) for name, said in _lines(facts, language)),
        ):
            top = _draw(draw, text, top, size, ink)
        code = segno.make(facts.code, micro=False, error="m")
        scale = max(3, int(300 // code.symbol_size(border=2)[0]))
        side = code.symbol_size(scale=scale, border=2)[0]
        top = min(top + 6, HIGH - side - 80)
        image.paste(_picture(code, scale), (EDGE, int(top)))
        _draw(draw, f"{check_words()}\n{facts.url.partition('//')[2]}", top + side + 6, 18, PALE)
        out = io.BytesIO()
        image.quantize(16).save(out, format="PNG", optimize=True)
        return out.getvalue()


def list_pdf(states: Iterable[InHand], totals: CashTotals, *, title: str, language: str) -> bytes:
    """Return what is in a treasurer's hands as a list on A4: to be counted against the tin, and signed."""
    with override(language):
        paper = _paper("A4", title, language)
        _write(paper, title, size=14)
        _write(paper, tin_words(totals, language), size=11)
        paper.ln(3)
        paper.set_font(FONT, size=9)
        for state in states:
            for text, width, align in _cells(state, language):
                paper.cell(width, 6, text, border="B", align=align)
            paper.ln()
        paper.ln(8)
        for name in (_("Counted by"), _("Second person")):
            _write(paper, f"{name}: {'_' * 36}   {day_text(clock.today(), language)}", size=10)
            paper.ln(4)
        return bytes(paper.output())


def tin_words(totals: CashTotals, language: str) -> str:
    """Return in one line what should be in the tin, in the active language."""

    def say(minor: int) -> str:
        return format_money(Money(minor, totals.currency), language)

    parts = [_("In hand: %(sum)s") % {"sum": say(totals.total_minor)}]
    if totals.wallet_minor:
        parts.append(_("of it in a wallet: %(sum)s") % {"sum": say(totals.wallet_minor)})
    if totals.waiting_minor:
        parts.append(_("not confirmed: %(sum)s") % {"sum": say(totals.waiting_minor)})
    if totals.old_minor:
        parts.append(_("too old: %(sum)s") % {"sum": say(totals.old_minor)})
    return "; ".join(parts)


def check_words() -> str:
    """Return what the code is for, in the active language."""
    return _("Point a phone at the code: it shows whether this money is confirmed and at the bank.")


def _lines(facts: ReceiptFacts, language: str) -> Iterator[tuple[str, str]]:
    yield _("Day"), day_text(facts.day, language)
    purpose = facts.purpose(language)[:LONGEST]
    if purpose:
        yield _("For"), purpose
    yield _("Who holds the money"), facts.custodian.name(language)
    if facts.kept == Kept.WALLET:
        yield _("Where"), str(facts.kept.label)
    yield _("On %(day)s") % {"day": day_text(clock.today(), language)}, str(facts.status.label)


def _cells(state: InHand, language: str) -> Iterator[tuple[str, float, str]]:
    receipt = state.receipt
    said = str(receipt.get_kept_display()) if receipt.kept == Kept.WALLET else ""
    if not state.confirmed:
        said = ", ".join(filter(None, (said, _("not confirmed yet"))))
    yield receipt.label, 24, "L"
    yield _day(receipt.payment.received_on), 24, "L"
    yield ngettext("%(n)s day", "%(n)s days", state.days) % {"n": state.days} + (" !" if state.red else ""), 22, "L"
    yield said[:52], 78, "L"
    yield format_money(Money(state.left_minor, state.currency), language), 30, "R"


def _paper(form: str | tuple[float, float], title: str, language: str) -> FPDF:
    paper = FPDF(orientation="portrait", unit="mm", format=form)
    paper.set_creation_date(clock.now())
    paper.set_lang(language)
    paper.set_margins(MARGIN, MARGIN)
    paper.set_auto_page_break(auto=True, margin=MARGIN)
    paper.add_font(FONT, fname=FONT_FILE)
    paper.set_title(title)
    paper.add_page()
    return paper


def _write(paper: FPDF, text: str, *, size: float) -> None:
    paper.set_font(FONT, size=size)
    paper.multi_cell(0, size * 0.55, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _code(paper: FPDF, text: str, left: float, top: float, side: float) -> None:
    """Draw the code as squares, so that it is sharp on any printer."""
    rows = list(segno.make(text, micro=False, error="m").matrix_iter(border=2))
    step = side / len(rows)
    paper.set_fill_color(0)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                paper.rect(left + x * step, top + y * step, step, step, style="F")


def _picture(code: segno.QRCode, scale: int) -> Image.Image:
    out = io.BytesIO()
    code.save(out, kind="png", scale=scale, border=2)
    out.seek(0)
    return Image.open(out).convert("L")


def _draw(draw: ImageDraw.ImageDraw, text: str, top: float, size: int, ink: int) -> float:
    """Draw text, wrapped to the picture's width, and return where the next line begins."""
    font = ImageFont.truetype(str(FONT_FILE), size)
    for line in _wrapped(draw, text, font):
        draw.text((EDGE, top), line, font=font, fill=ink)
        top += size * 1.32
    return top + size * 0.25


def _wrapped(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont) -> Iterator[str]:
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}".strip()
            if line and draw.textlength(longer, font=font) > WIDE - 2 * EDGE:
                yield line
                longer = word
            line = longer
        yield line


def _day(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"
