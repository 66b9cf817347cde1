"""Who may do what with money between custodians, and with block lists."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from birge import clock
from funds.screening.models import ScreeningRecord
from funds.settlement.services import tick
from tests.api.acting import ADMINISTRATOR, CUSTODIAN, OFFICER, SECOND, Act, post, sign
from tests.api.acts_pools import pool
from tests.api.acts_projects import WHY
from tests.factories import pools
from tests.factories import transfers as ways
from tests.factories.api import money
from tests.factories.roles import Scene

THEIRS = {"other custodian officer", "other second officer"}
OWN_MONEY = 900_00


def two(scene: Scene) -> ways.Two:
    """Return the association's pool with money at the own custodian, and a pool at the other one."""
    here = pool(scene)
    pools.paid_in(here, OWN_MONEY)
    there = pools.pool_of(village=_other(scene))
    scene.at["both"] = ways.Two(here=here, there=there)
    return ways.Two(here=here, there=there)


def _other(scene: Scene) -> Any:
    officer, second = scene.people["other custodian officer"], scene.people["other second officer"]
    custodian = officer.terms.get().office.organisation
    return type("Kept", (), {"custodian": custodian, "officer": officer, "second_officer": second})


def kept(scene: Scene, stage: Any, **how: Any) -> None:
    scene.at["transfer"] = stage(two(scene), 100_00, **how).public_id


def asked(scene: Scene) -> None:
    kept(scene, ways.asked)


def prepared(scene: Scene) -> None:
    kept(scene, ways.prepared)


def approved(scene: Scene) -> None:
    kept(scene, ways.approved)


def sent(scene: Scene) -> None:
    kept(scene, ways.sent)


def closing(scene: Scene) -> None:
    kept(scene, ways.closing)


def held_up(scene: Scene) -> None:
    ways.listed()
    kept(scene, ways.prepared, receiver_bank="Keremet Bank")
    newest = ScreeningRecord.objects.filter(subject_ref=scene.at["transfer"]).order_by("-id")[0]
    scene.at["record"] = newest.public_id


def like_an_organisation(scene: Scene) -> None:
    ways.a_list(f"organisation,{scene.world.association.name_ru},,,UN,,,")
    tick()
    record = ScreeningRecord.objects.get(subject_ref=scene.world.association.public_id)
    scene.at["record"] = record.public_id


def nothing(_scene: Scene) -> None:
    pass


def left(_scene: Scene) -> dict[str, Any]:
    return {"sent_on": clock.today().isoformat(), "bank_reference": "OUT-1"}


def there(_scene: Scene) -> dict[str, Any]:
    return {"amount": money(100_00), "received_on": clock.today().isoformat(), "bank_reference": "IN-1"}


def bank(scene: Scene) -> dict[str, Any]:
    named = {"custodian": scene.world.custodian.public_id, "subject": "bank_account", "kind": "bank"}
    return {**named, "name": "Айыл Банк", "ref": "1350123456789012"}


def a_list(_scene: Scene) -> dict[str, Any]:
    file = SimpleUploadedFile("list.csv", (ways.LISTS / "two_banks.csv").read_bytes(), "text/csv")
    return {"source": "OFAC", "version": clock.today().isoformat(), "file": file}


CLOSED = {"how": "came_back", **WHY}
DECISION = {"verdict": "other", "reason": "Another bank"}
AT = "transfers/{transfer}/"

TRANSFER_ACTS = [
    Act("prepare a transfer", asked, post(f"{AT}prepare/", dict(ways.ROUTE)), CUSTODIAN),
    Act("approve a transfer", prepared, sign(f"{AT}approve/"), SECOND),
    Act("send a transfer", approved, sign(f"{AT}send/", left), CUSTODIAN),
    Act("receive a transfer", sent, sign(f"{AT}receive/", there), THEIRS),
    Act("do not send a transfer", approved, post(f"{AT}refuse/", WHY), CUSTODIAN),
    Act("say that a transfer came back", sent, post(f"{AT}close/", CLOSED), CUSTODIAN),
    Act("confirm that a transfer came back", closing, sign(f"{AT}close/confirm/"), SECOND),
    Act("say that a transfer is on its way", closing, post(f"{AT}close/refuse/", WHY), CUSTODIAN),
    Act("load a block list", nothing, sign("block-lists/", a_list), ADMINISTRATOR, form="multipart"),
    Act("look somebody up", nothing, post("screenings/", bank), CUSTODIAN),
    Act("decide about a transfer's bank", held_up, sign("screenings/{record}/decide/", DECISION), SECOND,
        denied=404, told={403: OFFICER}),
    Act("decide about an organisation", like_an_organisation, sign("screenings/{record}/decide/", DECISION),
        ADMINISTRATOR, denied=404),
]  # fmt: skip
