"""A pool's month as a page, on paper, and as a table. What does not tie to the ledger is not shown at all."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from birge.errors import Conflict, InvalidInput
from frontend.access import page_refusals
from frontend.presenters.pools.months import statement_page
from frontend.presenters.words import language
from funds.pools import statements as made
from funds.pools.models import Pool
from funds.pools.papers import statement_pdf as paper

from .finding import pool_shown

logger = logging.getLogger(__name__)


@require_GET
@page_refusals
def statement(request: HttpRequest, public_id: str, year: int, month: int) -> HttpResponse:
    """Show one month: what was there, what came and went, what is there."""
    pool = pool_shown(public_id)
    found = _made(pool, year, month)
    return render(request, "pools/statement.html", statement_page(pool, found, made.months_of(pool)))


@require_GET
@page_refusals
def statement_pdf(request: HttpRequest, public_id: str, year: int, month: int) -> HttpResponse:
    """Give the month as a PDF, in the reader's language."""
    response = HttpResponse(paper(_made(pool_shown(public_id), year, month)), content_type="application/pdf")
    return _named(response, public_id, year, month, "pdf")


@require_GET
@page_refusals
def statement_csv(request: HttpRequest, public_id: str, year: int, month: int) -> HttpResponse:
    """Give the month as a table that opens in Excel."""
    text = made.statement_csv(_made(pool_shown(public_id), year, month))
    return _named(HttpResponse(text, content_type="text/csv; charset=utf-8"), public_id, year, month, "csv")


def _made(pool: Pool, year: int, month: int) -> made.Statement:
    try:
        return made.statement(pool, year, month, language())
    except InvalidInput as error:
        raise Http404 from error
    except made.StatementMismatch as error:
        logger.exception("the statement of pool %s does not tie to the ledger", pool.public_id)
        raise Conflict(
            _("This statement does not agree with the ledger, so we do not show it. It is our mistake, not yours.")
        ) from error


def _named(response: HttpResponse, public_id: str, year: int, month: int, ending: str) -> HttpResponse:
    name = f"birge-pool-{public_id}-{year}-{month:02}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
