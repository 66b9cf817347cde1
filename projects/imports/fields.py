"""What a list can say about a project, and the words at the top of columns by which we know it. See docs/import.md."""

from __future__ import annotations

from projects.works.models import LANGUAGES, Category, Party

TITLES = tuple(f"title_{language}" for language in LANGUAGES)
SUMMARIES = tuple(f"summary_{language}" for language in LANGUAGES)
SHARES = {f"share_{party}": party.value for party in Party}
PERCENTS = {f"percent_{party}": party.value for party in Party}  # only compared with the sums
TEXTS = frozenset({"title", "summary", *TITLES, *SUMMARIES, "people_asked", "permits", "keeper_name", "keeper_role"})
DATES = frozenset({"starts_on", "due_on"})  # `starts_on` is only compared
FIELDS = TEXTS | DATES | set(SHARES) | set(PERCENTS) | {
    "ref", "place", "category", "currency", "language", "cost", "upkeep_yearly"
}  # fmt: skip
LENGTHS = {"title": 200, "keeper_name": 120, "keeper_role": 120, "ref": 60}
LONGEST_TEXT = 10_000

# As people head their columns, in small letters and without what stands in brackets. `village` is the place.
HEADINGS: dict[str, str] = {
    "id": "ref", "no": "ref", "№": "ref", "номер": "ref", "номери": "ref",
    "village": "place", "село": "place", "айыл": "place",
    "project": "title", "проект": "title", "название": "title", "долбоор": "title", "аталышы": "title",
    "description": "summary", "описание": "summary", "мазмуну": "summary",
    "kind": "category", "категория": "category", "вид": "category", "түрү": "category",
    "валюта": "currency", "валютасы": "currency", "язык": "language", "тили": "language",
    "total": "cost", "стоимость": "cost", "всего": "cost", "сумма": "cost", "баасы": "cost", "жалпы": "cost",
    "donors": "share_donors", "migrants": "share_donors", "доноры": "share_donors", "мигранты": "share_donors",
    "донорлор": "share_donors", "мигранттар": "share_donors",
    "budget": "share_village", "местный бюджет": "share_village", "жергиликтүү бюджет": "share_village",
    "айыл окмоту": "share_village", "айыл өкмөтү": "share_village",
    "matching": "share_matching", "софинансирование": "share_matching", "кошумча каржылоо": "share_matching",
    "ashar": "share_in_kind", "ашар": "share_in_kind",
    "keeper": "keeper_name", "ответственный": "keeper_name", "жооптуу": "keeper_name",
    "должность": "keeper_role", "кызматы": "keeper_role",
    "upkeep": "upkeep_yearly", "содержание в год": "upkeep_yearly",
    "deadline": "due_on", "срок": "due_on", "мөөнөтү": "due_on",
}  # fmt: skip
CATEGORIES: dict[str, str] = {
    "свет": "light", "освещение": "light", "жарык": "light",
    "вода": "water", "питьевая вода": "water", "таза суу": "water", "ичүүчү суу": "water", "drinking water": "water",
    "орошение": "irrigation", "полив": "irrigation", "сугат": "irrigation",
    "детский сад": "kindergarten", "бала бакча": "kindergarten",
    "школа": "school", "мектеп": "school",
    "дорога": "road", "жол": "road", "мост": "bridge", "көпүрө": "bridge",
    "фап": "clinic", "больница": "clinic", "медпункт": "clinic", "фельдшердик пункт": "clinic",
    "культура": "culture", "спорт": "culture", "культура и спорт": "culture", "маданият": "culture",
    "другое": "other", "башка": "other",
}  # fmt: skip
CATEGORIES.update({value: value for value in Category.values})


def field_of(heading: str) -> str:
    """Return the field that a column with this name holds, or "" for one we do not know."""
    name = " ".join(heading.split("(")[0].split(",")[0].lower().split()).strip(" .:*")
    return name if name in FIELDS else HEADINGS.get(name, "")
