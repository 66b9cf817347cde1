"""What goes on beside the projects: questions, money of unknown origin, and time itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from birge import clock
from birge.documents.models import DocumentKind
from funds.payments.models import Payment, PaymentKind
from funds.pledges.models import Pledge
from funds.pledges.states import PledgeStatus
from funds.settlement.services import (
    payment_identify_approve,
    payment_identify_ask,
    tick,
    unidentified_payment_record,
)
from projects.questions.models import Question

from . import giving
from .people import proof_of
from .scene import Scene
from .stories import OPENS
from .timeline import Story
from .world import FOUNDED_DAYS_AGO, World

LIVELY_DAYS, DAILY_DAYS = 260, 30


def questions(scene: Scene) -> Story:
    """Let people ask; some are answered days later, some never."""
    asked: dict[int, Question] = {}
    steps: list[tuple[int, int, Callable[[], None]]] = []
    for number, question in enumerate(scene.voice.get("questions", [])):
        day = _day_of(scene, number, question)
        steps.append((day, 7 + number, partial(_ask, scene, asked, number, question)))
        if "answer" in question:
            steps.append((day + 3, 12 + number, partial(_answer, scene, asked, number, question)))
    for day, hour, step in sorted(steps, key=lambda each: each[:2]):
        yield scene.at(day, hour, 25)
        step()


def strays(scene: Scene) -> Story:
    """Let money arrive without a name: one is found out, one claim waits for the second officer, one nobody knows."""
    yield scene.at(OPENS + 17, 21)
    pledge = _small_promise(scene)
    found = _stray(scene, pledge.amount_minor // 100, "балдарга")
    yield scene.at(OPENS + 20, 10)
    proof = scene.paper(DocumentKind.BANK_LINE, scene.number(), scene.officer())
    claim = payment_identify_ask(payment=found, pledge=pledge, proof=proof, actor=scene.officer(), note="")
    yield scene.at(OPENS + 21, 9)
    payment_identify_approve(identification=claim, actor=scene.officer(1), proof=proof_of(scene.officer(1)))
    yield scene.at(scene.begins - 6, 10)
    waiting = _stray(scene, 1500, "Нурлан")
    yield scene.at(scene.begins - 5, 10)
    proof = scene.paper(DocumentKind.BANK_LINE, scene.number(), scene.officer())
    payment_identify_ask(payment=waiting, pledge=_small_promise(scene), proof=proof, actor=scene.officer(), note="")
    yield scene.at(scene.begins - 4, 10)
    _stray(scene, 3200, "")


def days(world: World) -> Story:
    """Let time pass: by the week while there is one project only, by three days, and of late every day.

    Deadlines, horizons and messages of the older months so come up to two days later than they would.
    """
    early, older = range(FOUNDED_DAYS_AGO - 1, LIVELY_DAYS, -7), range(LIVELY_DAYS, DAILY_DAYS, -3)
    for days_ago in (*early, *older, *range(DAILY_DAYS, -1, -1)):
        yield world.moment(days_ago, 0, 0 if days_ago == 0 else 20)
        report = tick()
        if report.failed:
            raise RuntimeError(f"time could not pass on {clock.today()}: {report.failed}")


def _day_of(scene: Scene, number: int, question: dict[str, Any]) -> int:
    if "day" in question:
        return int(question["day"])
    if question.get("late"):
        return scene.begins - 26 + number
    return OPENS + 6 + 6 * number if "answer" in question else scene.begins - 4


def _ask(scene: Scene, asked: dict[int, Question], number: int, question: dict[str, Any]) -> None:
    asked[number] = scene.ask(question)


def _answer(scene: Scene, asked: dict[int, Question], number: int, question: dict[str, Any]) -> None:
    scene.answer(asked[number], question["answer"])


def _stray(scene: Scene, som: int, note: str) -> Payment:
    number = scene.number()
    payment = unidentified_payment_record(
        custodian=scene.community.custodian.organisation,
        kind=PaymentKind.TRANSFER,
        actor=scene.officer(),
        amount=scene.money(som),
        received_on=clock.today(),
        idempotency=(f"user:{scene.officer().public_id}", number),
        reference=number,
        payer_note=note,
    )
    return giving.confirm_payment(scene, payment)


def _small_promise(scene: Scene) -> Pledge:
    """Return the smallest promise to the project that stands and was made without an account."""
    standing = Pledge.objects.filter(project=scene.project, status=PledgeStatus.CONFIRMED, donor=None)
    return standing.select_related("project", "custodian").order_by("amount_minor", "id")[0]
