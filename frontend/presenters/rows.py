"""Lists of the desk: each row leads somewhere, says what it is, and how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

PAGE_SIZE = 30
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Row:
    """One line of a list. `amount` and `tag` may be empty; `tone` is the tag's."""

    title: str
    text: str
    url: str
    amount: str = ""
    tag: str = ""
    tone: str = ""


def page_of(found: QuerySet[M], after: str, row: Callable[[M], Any], *, size: int = PAGE_SIZE) -> dict[str, Any]:
    """Return one page of a list, newest first, cut by key and never counted. A cursor that means nothing is the top."""
    started = after.isdigit() and len(after) < 19
    cut = found.filter(pk__lt=int(after)) if started else found
    listed = list(cut.order_by("-pk")[: size + 1])
    more = len(listed) > size
    return {
        "rows": [row(each) for each in listed[:size]],
        "next_cursor": str(listed[size - 1].pk) if more else "",
        "cursor": started,
    }


def rows_of(found: Iterable[M], row: Callable[[M], Any]) -> dict[str, Any]:
    """Return a list that is short by its nature, whole."""
    return {"rows": [row(each) for each in found]}
