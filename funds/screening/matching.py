"""Who is like somebody on a list. By number it is sure; by name it is a likeness that a person has to look at.

A name is compared as it sounds (`birge.names`), in any order of its words and without what only says that something is
a firm or a bank. All words of the name on the list must stand in what is looked up. Of a person it is enough the other
way round too: whoever leaves out their father's name is still found.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from birge import clock
from birge.names import name_parts

from .models import BlockedName, BlockedWord, BlockList
from .states import PartyKind

# Whose own law the Union's lists are.
EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
EVERYWHERE = "UN"
LONGEST_WORD = 80
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
PREFIXES = range(3, 12)  # how many digits of an account number may stand for its bank
_FORMS = "ОАО ЗАО ПАО АО ООО ОсОО ОФ ОО LLC LTD INC PLC JSC OJSC CJSC GmbH the of and и"
_BANKS = (
    "bank banka bankasi банк банкы коммерческий акционерный открытое закрытое публичное общество company joint stock "
    "commercial open closed public АКБ КБ филиал branch"
)
COMPARED = {
    PartyKind.BANK: (PartyKind.BANK, PartyKind.ORGANISATION),
    PartyKind.ORGANISATION: (PartyKind.ORGANISATION, PartyKind.BANK),
    PartyKind.PERSON: (PartyKind.PERSON,),
}


@dataclass(frozen=True)
class Party:
    """Somebody to look up: `role` says what they are in the matter, in a word of ours."""

    kind: str
    name: str
    role: str = ""
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A likeness. `binding`: who put them on the list decides for a country concerned, so nobody can allow it."""

    key: str
    role: str
    party: str
    name: str
    kind: str
    listed_by: str
    reason: str
    valid_from: str
    list_ref: str
    source: str
    version: str
    by_number: bool
    binding: bool

    def plain(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return asdict(self)


def lists_now() -> QuerySet[BlockList]:
    """Return the list of each source that counts: the newest version, and of one day the one loaded last."""
    newest = BlockList.objects.filter(source=OuterRef("source")).order_by("-version", "-id")
    return BlockList.objects.filter(pk=Subquery(newest.values("pk")[:1])).order_by("source")


def hits_of(parties: Sequence[Party], *, countries: Iterable[str] = (), day: dt.date | None = None) -> list[Hit]:
    """Return every likeness in the lists that count. `countries` are those whose law binds somebody concerned."""
    found, bound = [], {country for country in countries if country}
    lists = {each.pk: each for each in lists_now()}
    for party in parties:
        for name, by_number in _names_like(party, list(lists), day or clock.today()):
            found.append(_hit(party, name, lists[name.block_list_id], by_number, bound))
    return found


def binds(listed_by: str, countries: Collection[str]) -> bool:
    """Say whether a list of this authority is law in one of the countries."""
    if listed_by == EVERYWHERE:
        return True
    return listed_by in countries or (listed_by == "EU" and not EU.isdisjoint(countries))


def variants(kind: str, names: Iterable[str], identifiers: Iterable[str]) -> list[set[str]]:
    """Return the sets of words under which somebody on a list is found, none twice."""
    found = [words(each) for each in names]
    if kind == PartyKind.BANK:
        found += [{f"~{word}" for word in _less(words(each), _BANK_WORDS)} for each in names]
    found += [{_number_word(each)} for each in identifiers]
    kept: list[set[str]] = []
    for each in found:
        if each and each not in kept:
            kept.append(each)
    return kept


def words(name: str) -> set[str]:
    """Return the words of a name as they sound, without its legal form."""
    return _less(_sounds(name), _FORM_WORDS)


def number(text: str) -> str:
    """Return a BIC, account number or its beginning with a star, without spaces; a BIC without its branch."""
    plain = re.sub(r"[^A-Z0-9*]", "", text.upper())
    return plain[:8] if BIC.fullmatch(plain) else plain


def _names_like(party: Party, lists: list[int], day: dt.date) -> list[tuple[BlockedName, bool]]:
    spoken, numbers = words(party.name), _number_words(party)
    sought = spoken | numbers
    if party.kind == PartyKind.BANK:
        sought |= {f"~{word}" for word in _less(spoken, _BANK_WORDS)}
    if not sought:
        return []
    standing = BlockedWord.objects.filter(
        Q(name__valid_from__isnull=True) | Q(name__valid_from__lte=day),
        Q(name__valid_to__isnull=True) | Q(name__valid_to__gte=day),
        word__in=sought,
        name__block_list__in=lists,
    )
    named = Q(name__kind__in=COMPARED[PartyKind(party.kind)]) | Q(word__in=numbers)
    rows = standing.filter(named).values("name", "variant", "of").annotate(n=Count("pk")).order_by("name", "variant")
    by_number = set(standing.filter(word__in=numbers).values_list("name", flat=True))
    found = {
        row["name"]
        for row in rows
        if row["n"] == row["of"] or (party.kind == PartyKind.PERSON and row["n"] == len(spoken) >= 2)
    }
    listed = BlockedName.objects.filter(pk__in=found).order_by("pk")
    return [(each, each.pk in by_number) for each in listed]


def _hit(party: Party, name: BlockedName, listed: BlockList, by_number: bool, bound: Collection[str]) -> Hit:
    binding = binds(name.listed_by, bound)
    said = [party.kind, " ".join(sorted(words(party.name))), party.role, name.listed_by, name.name]
    return Hit(
        key=hashlib.sha256("\n".join(said).encode()).hexdigest()[:20],
        role=party.role,
        party=party.name,
        name=name.name,
        kind=name.kind,
        listed_by=name.listed_by,
        reason=name.reason,
        valid_from=name.valid_from.isoformat() if name.valid_from else "",
        list_ref=listed.public_id,
        source=listed.source,
        version=listed.version.isoformat(),
        by_number=by_number,
        binding=binding,
    )


def _number_words(party: Party) -> set[str]:
    found: set[str] = set()
    for each in filter(None, map(number, party.identifiers)):
        found |= {f"={each}"} | {f"={each[:length]}*" for length in PREFIXES if length <= len(each)}
    return found


def _number_word(text: str) -> str:
    return f"={number(text)}" if number(text) else ""


def _sounds(name: str) -> set[str]:
    return {word.replace("c", "k")[:LONGEST_WORD] for word in name_parts(name, shortest=1)}


def _less(found: set[str], without: set[str]) -> set[str]:
    return (found - without) or found


_FORM_WORDS, _BANK_WORDS = _sounds(_FORMS), _sounds(_BANKS)
