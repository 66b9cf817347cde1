"""Nothing leaves without somebody from outside: they read, sign or refuse, look at stages, check receipts."""

from __future__ import annotations

import pytest

from birge.organisations.models import Role
from projects.updates.services import update_publish
from projects.works.models import SignatoryChange
from projects.works.services import milestone_report
from tests.factories import funds as make
from tests.factories.pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make.under_way(donors=10_000_00, village=10_000_00, stages=2)


@pytest.fixture
def signatory(world):
    return Visitor(world.signatory)


def test_from_the_desk_to_the_signature(world, signatory):
    release = make.sign(make.ask(world), world.head)
    desk = signatory.open("desk")
    assert "Sign 10,000 som" in desk.text
    page = signatory.open("signing_release", release.public_id)
    assert "Поставщик ждёт" in page.text
    assert "Held for the project 20,000 som" in page.text
    done = signatory.send(page, "sign/", code=signatory.code)
    release.refresh_from_db()
    assert release.status == "signed"
    assert "Both sides have signed." in done.text
    assert not done.offers("sign/")


def test_a_second_tap_signs_once(world, signatory):
    release = make.ask(world)
    page = signatory.open("signing_release", release.public_id)
    code = signatory.code
    for _n in range(2):
        assert signatory.send(page, "sign/", code=code).status == 200
    assert release.signatures.count() == 1


@pytest.mark.parametrize("code", ["", "000000"])
def test_without_a_right_code_nothing_is_signed(world, signatory, code):
    release = make.ask(world)
    page = signatory.send(signatory.open("signing_release", release.public_id), "sign/", code=code)
    assert page.status == 422
    assert 'id="sign_code-error"' in page.html
    assert not release.signatures.exists()


def test_it_is_refused_with_a_reason_the_village_reads(world, signatory):
    release = make.ask(world)
    page = signatory.open("signing_release", release.public_id)
    assert signatory.send(page, "refuse/", reason="").status == 422
    assert "Refused: No contract." in signatory.send(page, "refuse/", reason="No contract.").text


def test_who_stands_in_may_sign_and_one_signature_of_the_side_is_enough(world, signatory):
    release = make.ask(world)
    substitute = Visitor(world.substitute)
    old = signatory.open("signing_release", release.public_id)
    substitute.send(substitute.open("signing_release", release.public_id), "sign/", code=substitute.code)
    late = signatory.send(old, "sign/", code=signatory.code)
    assert "Your side has signed already." in late.text
    assert release.signatures.count() == 1


def test_a_colleague_who_is_not_named_may_not_and_strangers_find_nothing(world):
    release = make.ask(world)
    colleague = Visitor(make.officer_of(world.association, Role.CHAIR))
    refused = colleague.open("signing_release", release.public_id)
    assert refused.status == 403
    assert "somebody else of your association signs" in refused.text
    other = make.open_village_project()
    for user in (other.signatory, world.head, world.officer, make.person()):
        visitor = Visitor(user)
        assert visitor.open("signing_release", release.public_id).status == 404
        sent = visitor.post("signing_release_deed", release.public_id, "refuse", key="k", reason="no")
        assert sent.status == 404
    assert not release.signatures.exists()


def reported(world, *, photo=True):
    if photo:
        update_publish(
            project=world.project, actor=world.finance_officer, text="Столбы стоят", language="ru",
            photos=[make.photo_file()], milestone=make.stage(world, 1),
        )  # fmt: skip
    milestone_report(milestone=make.stage(world, 1), actor=world.finance_officer)


def test_a_reported_stage_is_looked_at_and_accepted(world, signatory):
    reported(world)
    listed = signatory.open("signing")
    page = signatory.go(listed.link("/sign/stage/"))
    assert "Столбы стоят" in page.text
    assert "<img" in page.html
    done = signatory.send(page, "accept/")
    assert "Accepted." in done.text
    assert make.stage(world, 1).status == "accepted"
    assert signatory.send(page, "accept/").status == 200


def test_a_stage_without_a_photo_says_so(world, signatory):
    reported(world, photo=False)
    page = signatory.open("signing_stage", world.project.public_id, 1)
    assert "There is no photo of this stage yet." in page.text


def test_a_stage_that_is_not_reported_offers_nothing(world, signatory):
    page = signatory.open("signing_stage", world.project.public_id, 2)
    assert not page.offers("accept/")
    sent = signatory.post("signing_stage_deed", world.project.public_id, 2, "accept", key="k")
    assert "Only a reported stage can be accepted" in sent.text
    assert make.stage(world, 2).status == "planned"
    assert signatory.open("signing_stage", world.project.public_id, 77).status == 404


def test_receipts_are_checked_one_by_one(world, signatory):
    release = make.released(world)
    good, bad = make.receipt(world, release, 4_000_00), make.receipt(world, release, 1_000_00)
    assert "2 receipts to check" in signatory.open("desk").text
    accepted = signatory.send(signatory.open("signing_receipt", good.public_id), "accept/")
    assert "It is in the books." in accepted.text
    sent_back = signatory.send(signatory.open("signing_receipt", bad.public_id), "refuse/", reason="Another buyer.")
    assert "Refused: Another buyer." in sent_back.text
    assert signatory.go(accepted.link("/ledger/")).status == 200


def test_the_village_cannot_accept_its_own_receipts(world):
    expense = make.receipt(world, make.released(world), 1_000_00)
    for user in (world.finance_officer, world.head, world.officer):
        assert Visitor(user).post("signing_receipt_deed", expense.public_id, "accept", key="k").status == 404


def test_another_signatory_is_asked_for_and_the_head_decides(world, signatory):
    chair = make.officer_of(world.association, Role.CHAIR)
    page = signatory.open("signing_project", world.project.public_id)
    done = signatory.send(
        page, "signatory/", person=chair.public_id, substitute="no", reason="She lives in the village now."
    )
    assert "The village’s head decides." in done.text
    change = SignatoryChange.objects.get()
    assert (change.person, change.substitute, change.status) == (chair, False, "asked")
    again = signatory.send(
        signatory.open("signing_project", world.project.public_id),
        "signatory/", person=chair.public_id, substitute="no", reason="Once more.",
    )  # fmt: skip
    assert again.status == 422


def test_a_report_on_the_upkeep_comes_a_year_later_not_earlier(world, signatory):
    world.project.status = "completed"
    world.project.save()
    world.project.transitions.create(from_status="under_way", to_status="completed")
    page = signatory.open("signing_project", world.project.public_id)
    early = signatory.send(page, "close/", reason="All lamps burn.")
    assert early.status == 422
    assert "a year after" in early.text


def test_who_signs_for_nothing_has_an_empty_list():
    page = Visitor(make.person()).open("signing")
    assert page.status == 200
    assert "A village’s head names the signatory" in page.text
