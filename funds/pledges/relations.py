"""Somebody who sells to a project, or works for it, promises money too: welcome, but nothing follows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from birge.errors import InvalidInput

from .models import Party, Pledge, PledgeRelation, RelatedKind


@dataclass(frozen=True)
class Relation:
    """What was declared. Empty: nothing."""

    kind: str = ""
    words: str = ""

    def as_request(self) -> dict[str, str]:
        """Return what of it belongs to the request, for telling a repeat from another one."""
        return {"related": self.kind, "related_words": self.words} if self.kind else {}


def relation_clean(kind: str, words: str) -> Relation:
    """Return what was declared. Raises InvalidInput (`related`; `related_words`: who and what, in a few words)."""
    if not kind:
        return Relation()
    if kind not in RelatedKind.values:
        raise InvalidInput(_("We do not know this answer."), field="related")
    if not words.strip():
        raise InvalidInput(_("Please say in a few words who it is and what for."), field="related_words")
    return Relation(kind, words.strip()[:200])


def relation_keep(pledge: Pledge, relation: Relation) -> Pledge:
    """Keep it with a pledge that was just made, and return that. A matching donor's promise draws nothing anyway."""
    if not relation.kind or pledge.party != Party.DONORS:
        return pledge
    pledge.related = relation.kind
    pledge.save(update_fields=["related"])
    PledgeRelation.objects.create(pledge=pledge, words=relation.words)
    return pledge
