"""A street gets its lamps: from the first word of a draft to the finished work, by calls to the API alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings

from birge import clock
from birge.organisations.models import Role
from funds.ledger.checks import check_ledger
from tests.factories import funds as make
from tests.factories.api import Caller, caller, money

pytestmark = pytest.mark.django_db(transaction=True)  # letters leave when something is committed

LAMPS, POSTS = 900_000_00, 300_000_00
DONORS, VILLAGE = 800_000_00, 400_000_00


class Village:
    """Everyone who has a part in it, each with a program and a token of their own."""

    def __init__(self) -> None:
        aimak, place = make.aimak_and_village()
        administration = make.organisation("village_administration", aimak)
        council, custodian = make.organisation("local_council", aimak), make.organisation("custodian")
        association = make.organisation("migrant_association")
        self.place, self.administration = place.public_id, administration.public_id
        self.council, self.custodian = council.public_id, custodian.public_id
        self.association = association.public_id
        self.head = caller(make.officer_of(administration, Role.HEAD))
        self.accountant = caller(make.officer_of(administration, Role.FINANCE_OFFICER))
        self.chair = caller(make.officer_of(council, Role.COUNCIL_CHAIR))
        self.officer = caller(make.officer_of(custodian, Role.CUSTODIAN_OFFICER))
        self.second = caller(make.officer_of(custodian, Role.CUSTODIAN_OFFICER, seat=2))
        self.signatory = caller(make.officer_of(association, Role.SIGNATORY))
        self.treasurer = caller(make.officer_of(association, Role.TREASURER))
        self.guest = caller()
        make.PaymentMethod.objects.create(
            custodian=custodian, kind="transfer", valid_from=clock.today(), details={"account": "1280016000000000"}
        )


def test_from_the_draft_to_the_last_som(mailoutbox):
    village = Village()
    project = written_down(village)
    adopted(village, project)
    opened(village, project)
    token = promised(village, project, mailoutbox)
    collected(village, project, token)
    built(village, project)
    looked_at(village, project, token)


def written_down(village: Village) -> str:
    made = village.accountant.make(
        "projects/",
        {
            "village": village.place,
            "administration": village.administration,
            "category": "light",
            "language": "ru",
            "title_ru": "Свет на улице",
            "summary_ru": "Двадцать фонарей.",
        },
    )
    project = made["id"]
    assert (made["status"], made["signers"]["village"]["id"]) == ("draft", village.administration)
    assert village.guest.call("get", f"projects/{project}/").status_code == 404
    assert [each["id"] for each in village.head.read("projects/", mine="yes")["results"]] == [project]
    quote = village.accountant.upload(village.administration, "quote")
    plan = {
        "budget_lines": [
            {"text": "Фонари", "quantity": "20", "unit": "шт.", "unit_price_minor": LAMPS // 20, "quote": quote},
            {"text": "Столбы", "quantity": "10", "unit": "шт.", "unit_price_minor": POSTS // 10},
        ],
        "shares": [
            {"party": "donors", "amount": money(DONORS)},
            {"party": "village", "amount": money(VILLAGE), "note": "Бюджет 2027"},
        ],
        "milestones": [
            {"text": "Столбы стоят", "tranche": money(POSTS), "due_on": "2030-05-01"},
            {"text": "Свет горит", "tranche": money(LAMPS)},
        ],
    }
    planned = village.accountant.write(f"projects/{project}/plan/", plan, method="put")
    assert [line["total"]["minor"] for line in planned["budget_lines"]] == [LAMPS, POSTS]
    contract = village.accountant.upload(village.administration, "contract")
    village.head.write(f"projects/{project}/budget-lines/2/quote/", {"quote": contract}, method="put")
    return project


def adopted(village: Village, project: str) -> None:
    refused = village.accountant.call("post", f"projects/{project}/submit/").json()
    assert (refused["code"], refused["data"]) == ("missing", {"missing": ["keeper"]})
    words = {
        "keeper_name": "Б. Асанов",
        "keeper_role": "электрик",
        "upkeep_yearly_minor": 10_000_00,
        "permits": "РЭС 4",
    }
    village.accountant.write(f"projects/{project}/", words, method="patch")
    assert village.accountant.write(f"projects/{project}/submit/")["status"] == "submitted"
    resolution = village.chair.upload(village.council, "resolution")
    council = {"resolution": resolution, "number": "12", "date": clock.today().isoformat()}
    done = village.chair.write(f"projects/{project}/adopt/", council)
    assert done["resolution"] == {"number": "12", "date": clock.today().isoformat(), "document": resolution}
    assert village.guest.read(f"projects/{project}/")["status"] == "adopted"


def opened(village: Village, project: str) -> None:
    signers = village.head.read(f"organisations/{village.association}/signatories/")["results"]
    by_role = {each["role"]: each["person"] for each in signers}
    assert by_role["signatory"] == village.signatory.read("me/")["id"]
    done = village.head.write(
        f"projects/{project}/open/",
        {
            "deadline": clock.today().replace(year=clock.today().year + 1).isoformat(),
            "custodian": village.custodian,
            "signatory_organisation": village.association,
            "outside_signatory": by_role["signatory"],
            "outside_substitute": by_role["treasurer"],
        },
    )
    assert done["status"] == "open"
    shares = {each["party"]: each["promised"]["minor"] for each in done["progress"]["parties"]}
    assert shares == {"donors": 0, "village": VILLAGE}


def promised(village: Village, project: str, mailoutbox: list[Any]) -> str:
    made = village.guest.make(
        "pledges/",
        {
            "project": project,
            "amount": money(DONORS),
            "contact": {"kind": "email", "value": "Aigul@example.org"},
            "country": "KZ",
            "credit_choice": "family",
            "credit_line": "Семья из Алматы",
            "language": "ru",
            "terms_version": settings.TERMS_VERSION,
        },
    )
    letter = next(each for each in mailoutbox if each.to == ["aigul@example.org"])
    code = re.search(r"\b[0-9]{6}\b", letter.body).group()
    confirmed = village.guest.write(f"pledges/{made['token']}/confirm/", {"code": code})
    assert confirmed["status"] in ("confirmed", "due")
    assert village.guest.read(f"projects/{project}/")["status"] == "pledged_in_full"
    return str(made["token"])


def collected(village: Village, project: str, token: str) -> None:
    story = village.guest.read(f"pledges/{token}/")
    assert (story["status"], story["payment_methods"][0]["kind"]) == ("due", "transfer")
    today = clock.today().isoformat()
    seen = village.officer.read("pledges/held/", project=project)["results"]
    gift = village.officer.make(
        "payments/",
        {
            "pledge": seen[0]["id"],
            "kind": "transfer",
            "amount": money(DONORS),
            "received_on": today,
            "reference": "PP-1",
            "payer_note": "А. Усенова",
        },
    )
    village.guest.write(f"pledges/{token}/payments/{gift['id']}/confirm/")
    budget = village.officer.make(
        "payments/",
        {"project": project, "kind": "village", "amount": money(VILLAGE), "received_on": today, "reference": "VB-1"},
    )
    village.second.sign(f"payments/{budget['id']}/confirm/")
    now = village.guest.read(f"projects/{project}/")
    assert (now["status"], now["progress"]["held"]["minor"]) == ("funded", DONORS + VILLAGE)


def built(village: Village, project: str) -> None:
    assert village.head.write(f"projects/{project}/start/")["status"] == "under_way"
    paid_out(village, project, 1, basis=village.accountant.upload(village.administration, "contract"))
    documented(village, project, line=2, amount=POSTS)
    done(village, project, 1)
    done(village, project, 2)
    assert village.head.write(f"projects/{project}/complete/")["status"] == "completed"
    paid_out(village, project, 2)
    documented(village, project, line=1, amount=LAMPS)
    progress = village.guest.read(f"projects/{project}/")["progress"]
    assert [progress[name]["minor"] for name in ("held", "released", "spent")] == [
        0,
        DONORS + VILLAGE,
        DONORS + VILLAGE,
    ]


def paid_out(village: Village, project: str, milestone: int, **basis: str) -> None:
    asked = village.accountant.make(
        "releases/", {"project": project, "milestone": milestone, "reason": "Поставщик ждёт", **basis}
    )
    release = f"releases/{asked['id']}"
    village.head.sign(f"{release}/sign/")
    assert village.signatory.sign(f"{release}/sign/")["status"] == "signed"
    bank_line = village.officer.upload(village.custodian, "bank_line")
    paid = village.officer.sign(f"{release}/pay/", {"bank_reference": f"OUT-{milestone}", "bank_line": bank_line})
    assert paid["status"] == "paid"
    assert village.guest.read(f"entries/{paid['entry']}/")["kind"] == "tranche.released"


def documented(village: Village, project: str, *, line: int, amount: int) -> None:
    release = village.guest.read("releases/", project=project, status="paid")["results"][0]
    shown = village.accountant.make(
        "expenses/",
        {
            "release": release["id"],
            "budget_line": line,
            "amount": money(amount),
            "supplier": "ОсОО Электросвет",
            "number": f"Ч-{line}",
            "spent_on": clock.today().isoformat(),
            "receipt": village.accountant.upload(village.administration, "receipt"),
        },
    )
    assert village.signatory.write(f"expenses/{shown['id']}/accept/")["status"] == "accepted"


def done(village: Village, project: str, milestone: int) -> None:
    photos = {"photos": [make.photo_file(), make.photo_file()], "captions": ["Утром", "Вечером"]}
    words = {"project": project, "text": f"Готово: {milestone}", "language": "ru", "milestone": str(milestone)}
    update = village.head.make("updates/", {**words, **photos}, form="multipart")
    assert [photo["caption"] for photo in update["photos"]] == ["Утром", "Вечером"]
    stage = f"projects/{project}/milestones/{milestone}"
    village.accountant.write(f"{stage}/report/")
    accepted = village.signatory.write(f"{stage}/accept/")
    assert accepted["milestones"][milestone - 1]["status"] == "accepted"


def looked_at(village: Village, project: str, token: str) -> None:
    """Everyone can follow it: the donor by her link, the public by the ledger."""
    story = village.guest.read(f"pledges/{token}/")
    steps = [step["code"] for step in story["story"] if step["done"]]
    assert steps[0] == "made"
    assert steps[-1] == "completed"
    proven = [step["entry"] for step in story["story"] if step["entry"]]
    for entry in proven:
        assert village.guest.read(f"entries/{entry}/")["id"] == entry
    for entry in walked(village.guest, "entries/", project=project):
        assert sum(posting["amount"]["minor"] for posting in entry["postings"]) == 0
    balances = {each["code"]: each["balance"]["minor"] for each in walked(village.guest, "accounts/", project=project)}
    assert balances[f"held:{village.custodian}:project-{project}"] == 0
    asked = village.guest.make("questions/", {"project": project, "text": "Кто меняет лампы?", "language": "ru"})
    village.head.write(f"questions/{asked['id']}/answer/", {"text": "Электрик села."})
    assert village.guest.read("questions/", project=project, answered="yes")["results"][0]["answer"] == "Электрик села."
    assert not check_ledger()


def walked(client: Caller, path: str, **query: Any) -> list[Any]:
    """Return all rows of a list, page by page."""
    page = client.read(path, page_size=3, **query)
    rows = page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        rows += page["results"]
    return rows
