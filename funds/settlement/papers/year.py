"""A donor's year on paper: every gift that arrived and all that went back, a sum for each currency."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.accounts.models import User
from birge.money import Money, format_money
from funds.payments.models import Payment, PaymentKind, PaymentStatus
from funds.pledges.models import Pledge
from funds.pools.models import Pool, PoolGift
from funds.releases.models import GiftBack, Refund, RefundStatus

from .paper import MARGIN, WIDE, Paper

COLUMNS = (22, 84, 34, 38)  # day, what for, how much, receipt number
ROW, SIZE = 6, 9


@dataclass(frozen=True)
class YearLine:
    """One gift that arrived, or a part of one that went back (below zero)."""

    on: dt.date
    purpose: str
    money: Money
    number: str


@dataclass(frozen=True)
class Year:
    """All of one signed-in donor's gifts in a calendar year (UTC)."""

    year: int
    lines: tuple[YearLine, ...]

    @property
    def sums(self) -> list[tuple[Money, Money]]:
        """Return (given, of which went back) for each currency."""
        found = []
        for currency in sorted({line.money.currency for line in self.lines}):
            mine = [line.money.minor for line in self.lines if line.money.currency == currency]
            given, back = sum(each for each in mine if each > 0), -sum(each for each in mine if each < 0)
            found.append((Money(given, currency), Money(back, currency)))
        return found


def years_of(user: User) -> list[int]:
    """Return the years in which money of this donor arrived, newest first."""
    return sorted({day.year for day in _gifts(user).values_list("received_on", flat=True)}, reverse=True)


def year_of(user: User, year: int) -> Year:
    """Return a donor's year, in the order of its days. A gift that only moved is not counted as given twice."""
    gifts = _gifts(user)
    language = (get_language() or "ky")[:2]
    pools = {
        pool.public_id: pool.name(language) for pool in Pool.objects.filter(public_id__in=gifts.values("pool_ref"))
    }
    lines = [
        YearLine(gift.received_on, _purpose(gift, pools, language), gift.amount, gift.public_id)
        for gift in gifts.filter(received_on__year=year)
    ]
    for refund in Refund.objects.filter(payment__in=gifts, status=RefundStatus.PAID).select_related("payment__project"):
        lines += _back(refund, refund.payment, refund.confirmed_at, year, pools, language)
    given_back = GiftBack.objects.filter(payment__in=_gifts(user, gone=True), status=GiftBack.Status.PAID)
    for back in given_back.select_related("payment__project"):
        lines += _back(back, back.payment, back.decided_at, year, pools, language)
    return Year(year, tuple(sorted(lines, key=lambda line: (line.on, line.number))))


def year_pdf(year: Year, language: str) -> bytes:
    """Return the year as a PDF in the active language."""
    title = _("My gifts in %(year)s") % {"year": year.year}
    paper = Paper(title, language)
    paper.text_line(title, size=15, bold=True)
    paper.ln(3)
    for given, back in year.sums:
        words = {"given": format_money(given, language), "back": format_money(back, language)}
        paper.text_line(_("Given: %(given)s. Gone back: %(back)s.") % words, bold=True)
    paper.ln(3)
    for line in year.lines:
        _row(paper, line, language)
    paper.ln(4)
    paper.text_line(_("Each gift has a receipt of its own, with the proof of its entry: %(site)s") % {
        "site": settings.SITE_URL
    }, size=8)  # fmt: skip
    return bytes(paper.output())


def _row(paper: Paper, line: YearLine, language: str) -> None:
    if paper.will_page_break(2 * ROW):
        paper.add_page()
    paper.set_font("DejaVuSans", size=SIZE)
    top = paper.get_y()
    paper.cell(COLUMNS[0], ROW, f"{line.on:%d.%m.%Y}")
    paper.multi_cell(COLUMNS[1], ROW, line.purpose, align="L")
    bottom = paper.get_y()
    paper.set_xy(MARGIN + COLUMNS[0] + COLUMNS[1], top)
    paper.cell(COLUMNS[2], ROW, format_money(line.money, language), align="R")
    paper.cell(COLUMNS[3], ROW, line.number, align="R")
    paper.set_draw_color(220)
    paper.line(MARGIN, max(bottom, top + ROW), WIDE - MARGIN, max(bottom, top + ROW))
    paper.set_xy(MARGIN, max(bottom, top + ROW))


def _gifts(user: User, *, gone: bool = False) -> QuerySet[Payment]:
    groups = Pledge.objects.filter(donor=user, pool_ref="").values("group")
    pool_groups = PoolGift.objects.filter(giver__user=user).values("public_id")
    found = Payment.objects.filter(Q(group__in=groups) | Q(group__in=pool_groups)).exclude(kind=PaymentKind.MOVED)
    statuses = [PaymentStatus.CONFIRMED, PaymentStatus.REVERSED] if gone else [PaymentStatus.CONFIRMED]
    return found.filter(status__in=statuses).select_related("project").order_by("received_on", "id")


def _purpose(gift: Payment, pools: dict[str, str], language: str) -> str:
    if gift.project is not None:
        return gift.project.title(language)
    return pools.get(gift.pool_ref, gift.pool_ref)


def _back(
    what: Refund | GiftBack, gift: Payment, at: dt.datetime | None, year: int, pools: dict[str, str], language: str
) -> list[YearLine]:
    if at is None or at.astimezone(dt.UTC).year != year:
        return []
    purpose = _("Gone back: %(purpose)s") % {"purpose": _purpose(gift, pools, language)}
    return [YearLine(at.astimezone(dt.UTC).date(), purpose, Money(-what.amount_minor, what.currency), what.public_id)]
