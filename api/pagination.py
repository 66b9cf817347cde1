"""Pages of lists that grow: a cursor, so that nothing is seen twice or missed while rows are added."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlencode

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from .errors import InvalidParameters

LARGEST_PAGE = 100


class CursorPages(CursorPagination):
    """Newest first. `ordering` is fixed for each list; callers do not choose it, since each order needs its index.

    The cursor is encrypted: it holds primary keys, and those would tell how many pledges or entries there are.
    """

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = LARGEST_PAGE
    ordering: Any = ("-id",)
    parameters = ("cursor", "page_size")

    def get_page_size(self, request: Request) -> int:
        """Return how many rows to show. Raises InvalidParameters."""
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= LARGEST_PAGE:
            message = _("Please give a whole number from 1 to %(largest)s.") % {"largest": LARGEST_PAGE}
            raise InvalidParameters({"page_size": [message]})
        return int(text)

    def encode_cursor(self, cursor: Cursor) -> str:
        """Return the address of the page that begins at `cursor`."""
        fields = {"o": cursor.offset or 0, "r": int(bool(cursor.reverse)), "of": self._list_name()}
        if cursor.position is not None:
            fields["p"] = cursor.position
        token = _cipher().encrypt(urlencode(fields).encode()).decode()
        return replace_query_param(self.base_url or "", self.cursor_query_param, token)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the cursor, if one was sent. Raises InvalidParameters for one that is not of this list."""
        token = request.query_params.get(self.cursor_query_param)
        if token is None:
            return None
        try:
            fields = parse_qs(_cipher().decrypt(token.encode()).decode(), keep_blank_values=True)
        except (InvalidToken, ValueError):
            fields = {}
        if fields.get("of") != [self._list_name()]:
            raise InvalidParameters({"cursor": [_("This cursor is not one of ours.")]})
        position = fields["p"][0] if "p" in fields else None
        return Cursor(
            offset=int(fields["o"][0]),
            reverse=fields["r"] == ["1"],
            position=position,  # type: ignore[arg-type]  # the stubs say int; it is the text of the row's first order
        )

    def _list_name(self) -> str:
        """Return what keeps a cursor from being used where its position means something else."""
        return ",".join(self.ordering)


class NamePages(CursorPages):
    """By Russian name, the one name that every place and organisation has."""

    ordering = ("name_ru", "id")


def _cipher() -> Fernet:
    key = hashlib.sha256(b"api-cursor|" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
