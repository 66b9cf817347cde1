"""The kinds of refusal this door gives, each with its status: the `type` of a problem (RFC 9457) leads here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

PREFIX = "/api/problems/"


@dataclass(frozen=True)
class ProblemKind:
    """One kind: its place in the address, its HTTP status, its title and what the caller can do."""

    slug: str
    status: int
    title: Any
    advice: Any

    @property
    def type(self) -> str:
        """Return the relative address that identifies this kind."""
        return PREFIX + self.slug


_ALL = [
    ProblemKind("invalid", 400, _("The request cannot be used as it is."), _("Correct the places named in `errors`.")),
    ProblemKind("not_authenticated", 401, _("Please sign in."), _("Send a token, or sign in and send the CSRF token.")),
    ProblemKind("not_allowed", 403, _("You may not do this."), _("Ask someone who holds the office for it.")),
    ProblemKind(
        "second_factor_required",
        403,
        _("A code from the second factor is needed."),
        _("Send a fresh code in `code`; each code works once."),
    ),
    ProblemKind(
        "not_found", 404, _("There is nothing here."), _("Check the address. What is not yours looks the same.")
    ),
    ProblemKind("method_not_allowed", 405, _("This address does not do that."), _("See the header `Allow`.")),
    ProblemKind("not_acceptable", 406, _("We cannot answer in this format."), _("Accept `application/json`.")),
    ProblemKind("conflict", 409, _("This clashes with what has happened since."), _("Read it again, then decide.")),
    ProblemKind("rule_not_met", 409, _("A rule does not hold yet."), _("`detail` says which, and what would help.")),
    ProblemKind(
        "key_reused",
        409,
        _("This Idempotency-Key was used for another request."),
        _("Make a new key for each new request; repeat a key only with the same body."),
    ),
    ProblemKind("insufficient_funds", 409, _("There is not enough money for this."), _("Only money held can move.")),
    ProblemKind("too_large", 413, _("The request is too large."), _("Send less at once.")),
    ProblemKind("unsupported_media_type", 415, _("We cannot read this format."), _("Send `application/json`.")),
    ProblemKind("throttled", 429, _("Too many requests."), _("Wait as long as the header `Retry-After` says.")),
    ProblemKind("server_error", 500, _("Something broke on our side."), _("Nothing was half done. Please try again.")),
]
KINDS: dict[str, ProblemKind] = {kind.slug: kind for kind in _ALL}
