"""Taking a list in: whole, with its day and where it is from."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.organisations.permissions import is_platform_administrator

from ..matching import lists_now, variants
from ..models import SOURCE_LENGTH, BlockedName, BlockedWord, BlockList
from ..reading import ListedRow, list_read

SHRINKS_TO = 0.9  # a list that names fewer than so many of those before is more likely cut off than true
_BATCH = 2_000


@transaction.atomic
def blocklist_load(
    *,
    data: bytes,
    source: str,
    version: dt.date,
    actor: User | None = None,
    proof: FactorProof | None = None,
    shrunk: bool = False,
) -> BlockList:
    """Take in a list (see `reading`) as it was on the day `version`. The same file again changes nothing.

    `actor` is an administrator with a second factor, or nobody for a shell, which alone may say that a list is
    `shrunk` for good. Older versions stay for ever. Raises NotAllowed, SecondFactorRequired, InvalidInput (`source`,
    `version`, `file`), RuleNotMet (`older`, `shrunk`).
    """
    method = _loader_check(actor, proof)
    named = " ".join(source.split())
    if not named or len(named) > SOURCE_LENGTH:
        raise InvalidInput(_("Please name who gives this list out, in at most 40 characters."), field="source")
    if version > clock.today():
        raise InvalidInput(_("This day has not come yet."), field="version")
    rows = list_read(data)
    digest = hashlib.sha256(data).hexdigest()
    known = BlockList.objects.filter(source=named, version=version, sha256=digest).first()
    if known is not None:
        return known
    _fits_before(named, version, len(rows), shrunk)
    made = BlockList.objects.create(
        source=named, version=version, sha256=digest, name_count=len(rows), loaded_by=actor, factor_method=method
    )
    _names_keep(made, rows)
    audit_record(
        actor=actor, action="blocklist_load", obj=made, source=named, version=version.isoformat(), sha256=digest,
        names=len(rows), shrunk=shrunk, factor=method,
    )  # fmt: skip
    return made


def _loader_check(actor: User | None, proof: FactorProof | None) -> str:
    if actor is None:
        return ""
    if not is_platform_administrator(actor):
        raise NotAllowed
    return factor_require(proof, actor).method


def _fits_before(source: str, version: dt.date, count: int, shrunk: bool) -> None:
    before = lists_now().filter(source=source).first()
    if before is None:
        return
    if version < before.version:
        raise RuleNotMet(
            _("A newer list of this source is here already, of %(day)s.") % {"day": before.version.isoformat()},
            code="older",
        )
    if count < before.name_count * SHRINKS_TO and not shrunk:
        raise RuleNotMet(
            _("This list names %(now)s, the one before named %(before)s. It looks cut off.")
            % {"now": count, "before": before.name_count},
            code="shrunk",
        )


def _names_keep(made: BlockList, rows: list[ListedRow]) -> None:
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        names = [
            BlockedName(
                block_list=made,
                kind=row.kind,
                name=row.name,
                aliases=list(row.aliases),
                identifiers=list(row.identifiers),
                listed_by=row.listed_by,
                reason=row.reason,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for row in part
        ]
        kept = BlockedName.objects.bulk_create(names)
        found = [
            BlockedWord(name=name, variant=n, word=word, of=len(each))
            for name, row in zip(kept, part, strict=True)
            for n, each in enumerate(variants(row.kind, (row.name, *row.aliases), row.identifiers))
            for word in sorted(each)
        ]
        BlockedWord.objects.bulk_create(found, batch_size=_BATCH)
