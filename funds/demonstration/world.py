"""Everyone who takes part: communities with their offices, custodians, the matching donor, administrators, donors."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from birge import clock
from birge.accounts.models import User
from birge.documents.models import DocumentKind
from birge.organisations.models import Organisation, OrganisationKind, RequestKind, Role
from birge.organisations.services import (
    office_request,
    office_request_approve,
    organisation_apply,
    organisation_verify,
)
from birge.places.models import Place
from birge.places.selectors import places_current
from funds.payments.models import PaymentKind, PaymentMethod

from .papers import paper
from .people import person_make, proof_of

DATA = Path(__file__).resolve().parent / "data"
FOUNDED_DAYS_AGO = 650
WHY_VERIFIED = "Показательная проверка: бумаги нарисованы."
WHY_NAMED = "Решение собрания, показательное."
OFFICES_OF_COUNCIL = (Role.COUNCIL_CHAIR, Role.DEPUTY)
OFFICES_OF_ADMINISTRATION = (Role.HEAD, Role.FINANCE_OFFICER, Role.FOCAL_POINT)
OFFICES_OF_ASSOCIATION = (Role.CHAIR, Role.SIGNATORY, Role.TREASURER)


@dataclass(frozen=True)
class Custodian:
    """Who holds money, and the officers: the first records, the second confirms."""

    organisation: Organisation
    officers: tuple[User, ...]


@dataclass(frozen=True)
class Community:
    """One of the ten: its organisations and who holds which office."""

    key: str
    place: Place
    administration: Organisation
    council: Organisation
    association: Organisation
    custodian: Custodian
    people: Mapping[Role, User]


@dataclass
class World:
    """The stage on which the stories are played. `today` is the day on which it is built."""

    today: dt.date
    password_hash: str
    administrators: list[User] = field(default_factory=list)
    custodians: dict[str, Custodian] = field(default_factory=dict)
    communities: dict[str, Community] = field(default_factory=dict)
    givers: dict[str, User] = field(default_factory=dict)
    donor: Organisation | None = None
    manager: User | None = None

    def moment(self, days_ago: int, hour: int = 9, minute: int = 0) -> dt.datetime:
        """Return a moment so many days before today (UTC)."""
        day = self.today - dt.timedelta(days=days_ago)
        return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.UTC)

    def person(self, name: str, email: str, language: str = "ky", **more: bool) -> User:
        """Return a new invented person."""
        return person_make(name=name, email=email, language=language, password_hash=self.password_hash, **more)


def data_read(name: str) -> dict[str, Any]:
    """Return one of the files beside this module."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def world_found(today: dt.date, password_hash: str) -> World:
    """Let all organisations apply, be verified and have their offices filled, in the demonstration's past."""
    world = World(today, password_hash)
    others = data_read("others.toml")
    with clock.moved_to(world.moment(FOUNDED_DAYS_AGO)):
        for each in others["administrator"]:
            world.administrators.append(world.person(each["name"], each["email"], "ru", staff=True))
        for each in others["custodian"]:
            world.custodians[each["key"]] = _custodian(world, each)
        _donor(world, others["donor"])
        for each in data_read("communities.toml")["community"]:
            world.communities[each["key"]] = _community(world, each)
        for each in others["giver"]:
            key = each["email"].partition("@")[0]
            world.givers[key] = world.person(each["name"], each["email"], each["language"], factor=False)
    with clock.moved_to(world.moment(5)):
        _applicant(world, others["applicant"])
    return world


def _organisation(
    world: World, kind: OrganisationKind, names: Mapping[str, Any], applicant: User, place: Place | None = None
) -> Organisation:
    """Let somebody apply with papers; a verified organisation comes back."""
    applied = _apply(kind, names, applicant, place)
    administrator = world.administrators[0]
    return organisation_verify(
        organisation=applied, actor=administrator, proof=proof_of(administrator), reason=WHY_VERIFIED
    )


def _apply(kind: OrganisationKind, names: Mapping[str, Any], applicant: User, place: Place | None) -> Organisation:
    papers = paper(DocumentKind.PAPERS, "Показательный устав", number="1", actor=applicant, organisation=None)
    return organisation_apply(
        kind=kind,
        name_ky=names["ky"],
        name_ru=names["ru"],
        name_en=names["en"],
        actor=applicant,
        place=place,
        country=names.get("country", "KG"),
        registered_number=names.get("number", ""),
        contact_email=applicant.email or "",
        papers=papers,
    )


def seat(world: World, organisation: Organisation, role: Role, person: User, *, number: int = 1) -> None:
    """Let who applied ask for the office, and an administrator grant it."""
    applicant = organisation.created_by
    if applicant is None:
        raise ValueError("nobody applied")
    asked = office_request(
        kind=RequestKind.FIRST_SIGNATORIES,
        organisation=organisation,
        role=role,
        person=person,
        actor=applicant,
        reason=WHY_NAMED,
        seat=number,
    )
    administrator = world.administrators[0]
    office_request_approve(request=asked, actor=administrator, proof=proof_of(administrator))


def _custodian(world: World, names: Mapping[str, Any]) -> Custodian:
    officers = tuple(
        world.person(name, f"officer-{number}@{names['key']}.example", "ru")
        for number, name in enumerate(names["officers"], start=1)
    )
    organisation = _organisation(world, OrganisationKind.CUSTODIAN, names, officers[0])
    for number, officer in enumerate(officers, start=1):
        seat(world, organisation, Role.CUSTODIAN_OFFICER, officer, number=number)
    _payment_methods(world, organisation, names)
    return Custodian(organisation, officers)


def _payment_methods(world: World, custodian: Organisation, names: Mapping[str, Any]) -> None:
    """Write down by which ways this custodian takes money, and which do not work today and why."""
    since = world.today - dt.timedelta(days=FOUNDED_DAYS_AGO)
    account = {"holder": names["holder"], "bank": names["bank"], "account": "0000 0000 0000 0000"}
    ways: list[dict[str, Any]] = [
        {"kind": PaymentKind.TRANSFER, "details": account},
        {
            "kind": PaymentKind.CASH,
            "details": {"holder": names["holder"], "address": names["bank"]},
            "note_ky": "Дүмүрчөктү сөзсүз алыңыз.",
            "note_ru": "Обязательно возьмите квитанцию.",
            "note_en": "Please take the slip with you.",
        },
        {"kind": PaymentKind.SANDBOX, "details": {}},
        {
            "kind": PaymentKind.TRANSFER,
            "donor_country": "RU",
            "details": account,
            "works": names["key"] == "south",
            "note_ky": "Россиядан которуу үч күнгө чейин барат; кээде банк кайтарып жиберет. Анда накталай төлөңүз.",
            "note_ru": "Перевод из России идёт до трёх дней; иногда банк его возвращает. Тогда наличными.",
            "note_en": "A transfer from Russia takes up to three days; at times it is sent back. Then pay in cash.",
        },
        {
            "kind": PaymentKind.CASH,
            "donor_country": "KR",
            "details": {},
            "works": False,
            "note_ky": "Сеулда азырынча накталай алган киши жок.",
            "note_ru": "В Сеуле сейчас некому принять наличные.",
            "note_en": "Nobody can take cash in Seoul at present.",
        },
    ]
    for way in ways:
        PaymentMethod.objects.create(custodian=custodian, valid_from=since, **way)


def _donor(world: World, names: Mapping[str, Any]) -> None:
    world.manager = world.person(names["manager"], "manager@donor.example", "ru")
    world.donor = _organisation(world, OrganisationKind.MATCHING_DONOR, names, world.manager)
    seat(world, world.donor, Role.DONOR_MANAGER, world.manager)


def _community(world: World, names: Mapping[str, Any]) -> Community:
    key, language = names["key"], "ru" if names["key"] == "voznesenovka" else "ky"
    place = places_current().get(soate=names["soate"])
    people: dict[Role, User] = {}
    for role in (*OFFICES_OF_ADMINISTRATION, *OFFICES_OF_COUNCIL, *OFFICES_OF_ASSOCIATION):
        email = f"{role.value.replace('_', '-')}@{key}.example"
        people[role] = world.person(names[role.value], email, language)
    administration = _organisation(
        world, OrganisationKind.VILLAGE_ADMINISTRATION, _names(names, "administration"), people[Role.HEAD], place
    )
    council = _organisation(
        world, OrganisationKind.LOCAL_COUNCIL, _names(names, "council"), people[Role.COUNCIL_CHAIR], place
    )
    association = _organisation(world, OrganisationKind.MIGRANT_ASSOCIATION, names["association"], people[Role.CHAIR])
    for organisation, roles in (
        (administration, OFFICES_OF_ADMINISTRATION),
        (council, OFFICES_OF_COUNCIL),
        (association, OFFICES_OF_ASSOCIATION),
    ):
        for role in roles:
            seat(world, organisation, role, people[role])
    custodian = world.custodians[names["custodian"]]
    return Community(key, place, administration, council, association, custodian, people)


def _names(names: Mapping[str, Any], what: str) -> dict[str, str]:
    patterns = {
        ("administration", False): ("{} айыл өкмөтү", "Айыл окмоту {}", "{} village administration"),
        ("administration", True): ("{} шаарынын мэриясы", "Мэрия города {}", "{} town hall"),
        ("council", False): ("{} айылдык кеңеши", "Айылный кенеш {}", "{} local council"),
        ("council", True): ("{} шаардык кеңеши", "Городской кенеш {}", "{} town council"),
    }
    chosen = patterns[what, bool(names.get("town"))]
    return {code: pattern.format(names[code]) for code, pattern in zip(("ky", "ru", "en"), chosen, strict=True)}


def _applicant(world: World, names: Mapping[str, Any]) -> None:
    chair = world.person(names["chair"], "chair@kuldu.example")
    _apply(OrganisationKind.MIGRANT_ASSOCIATION, names, chair, None)
