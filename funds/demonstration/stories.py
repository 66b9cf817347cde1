"""What became of each project: one story for each state that a project can be in."""

from __future__ import annotations

from collections.abc import Callable

from birge.organisations.models import Role
from funds.payments.services import payment_refuse
from funds.pledges.models import Pledge
from funds.pledges.states import PledgeStatus
from funds.pledges.tokens import pledge_token
from funds.settlement.services import (
    payment_correct_approve,
    payment_correct_ask,
    pledge_prolong,
    pledge_withdraw_and_release,
    project_cancel_and_refund,
)
from projects.works.services import (
    project_close,
    project_decline,
    project_return,
    project_suspend,
    signatory_change_ask,
)

from . import giving, spending
from .people import proof_of
from .scene import Scene
from .timeline import Story

OPENS, WHOLE, FUNDED, STARTS = 16, 60, 76, 80  # days of a project's life that most of them share
ALL = 100


def adopted(scene: Scene) -> Story:
    """Write, submit, attach quotes, adopt; then the first news."""
    yield scene.at(0)
    scene.write()
    yield scene.at(5, 11)
    scene.submit()
    yield scene.at(10, 5)
    scene.quotes()
    yield scene.at(14, 8)
    scene.adopt()
    if scene.voice.get("news") and scene.plan["state"] == "adopted":
        yield scene.at(15, 12)
        scene.tell(scene.voice["news"][0], subject=scene.plan["picture"])


def draft(scene: Scene) -> Story:
    """Only begin: the stages are still missing."""
    yield scene.at(0, 12)
    scene.write(stages=False)


def submitted(scene: Scene) -> Story:
    """Get it back once from the council, and hand it in again."""
    yield scene.at(0)
    scene.write()
    yield scene.at(3, 7)
    scene.submit()
    yield scene.at(6, 13)
    chair = scene.who(Role.COUNCIL_CHAIR)
    scene.project = project_return(project=scene.project, actor=chair, reason=scene.words["returned"])
    yield scene.at(8)
    scene.costs()
    yield scene.at(8, 10)
    scene.submit()


def declined(scene: Scene) -> Story:
    """Be refused by the council."""
    yield scene.at(0)
    scene.write()
    yield scene.at(3)
    scene.submit()
    yield scene.at(12, 6)
    chair = scene.who(Role.COUNCIL_CHAIR)
    scene.project = project_decline(project=scene.project, actor=chair, reason=scene.words["declined"])


def opened(scene: Scene, *, days: int = 100) -> Story:
    """Be adopted and opened, with news."""
    yield from adopted(scene)
    yield scene.at(OPENS, 9)
    scene.open(days=days)
    for text in scene.voice.get("news", []):
        yield scene.at(OPENS + 2, 12)
        scene.tell(text, subject=scene.plan["picture"])


def raising(scene: Scene, *, percent: int, first: int, last: int, count: int = 9) -> Story:
    """Collect promises for so much of the donors' share: each is made, and confirmed minutes later."""
    goal = giving.share(scene, "donors") * percent // 100
    found = giving.gifts(scene, goal, count, giver=scene.plan.get("giver", ""))
    days = sorted(scene.dice.randint(first, last) for _gift in found)
    for number, (gift, day) in enumerate(zip(found, days, strict=True)):
        yield scene.at(day, 4 + number, scene.dice.randint(0, 40))
        made = giving.promise(scene, gift)
        yield scene.at(day, 4 + number, 52)
        giving.confirm(made)


def full(scene: Scene) -> Story:
    """Be promised in full by day 60, the matching donor's share included."""
    yield from opened(scene)
    if giving.share(scene, "matching"):
        yield scene.at(OPENS + 3, 6)
        giving.promise_match(scene, giving.share(scene, "matching"))
    yield from raising(scene, percent=ALL, first=OPENS + 4, last=WHOLE)


def funded(scene: Scene) -> Story:
    """Be paid in full by day 76: one donor pays short and brings the rest later."""
    yield from full(scene)
    village = giving.share(scene, "village")
    first = village * 6 // 10
    yield scene.at(WHOLE + 3, 10)
    giving.village_pays(scene, first)
    waiting = giving.due(scene)
    for number, pledge in enumerate(waiting):
        yield scene.at(WHOLE + 4 + number * 8 // len(waiting), 6 + number % 12, 15)
        short = scene.money(pledge.amount_minor // 200) if number == 2 else None
        giving.pay(scene, pledge, amount=short)
    yield scene.at(FUNDED - 3, 9)
    for pledge in giving.due(scene):
        giving.pay(scene, pledge, kind="transfer")
    yield scene.at(FUNDED, 8)
    giving.village_pays(scene, village - first)


def started(scene: Scene) -> Story:
    """Begin to build."""
    yield from funded(scene)
    yield scene.at(STARTS, 5)
    spending.start(scene)


def first_stage(scene: Scene) -> Story:
    """Have the first money paid out, shown by accepted receipts, and the first stage accepted."""
    yield from started(scene)
    yield from spending.tranche(scene, 1, STARTS + 2)
    yield scene.at(STARTS + 15, 7)
    shown = spending.show_receipts(scene, 1)
    yield scene.at(STARTS + 17, 19)
    spending.accept_receipts(scene, shown)
    yield scene.at(STARTS + 20, 12)
    spending.report(scene, 1)


def built(scene: Scene) -> Story:
    """Have both stages built, seen and completed at day 136."""
    yield from first_stage(scene)
    yield scene.at(STARTS + 23, 17)
    spending.accept(scene, 1)
    yield scene.at(STARTS + 50, 12)
    spending.report(scene, 2)
    yield scene.at(STARTS + 53, 17)
    spending.accept(scene, 2)
    yield scene.at(STARTS + 56, 9)
    spending.complete(scene)


def completed(scene: Scene) -> Story:
    """Have the last money paid out; one receipt was refused, its successor waits, and a part is not shown at all."""
    yield from built(scene)
    yield from spending.tranche(scene, 2, STARTS + 58)
    yield scene.at(STARTS + 70, 7)
    shown = spending.show_receipts(scene, 2, percent=70)
    yield scene.at(STARTS + 72, 18)
    spending.refuse_receipt(scene, shown[-1])
    spending.accept_receipts(scene, shown[:-1])
    yield scene.at(scene.begins - 2, 7)
    spending.show_receipts(scene, 2, percent=15)


def completed_just_now(scene: Scene) -> Story:
    """Have asked for the last money; the head has signed, the outside signatory has not."""
    yield from built(scene)
    yield scene.at(STARTS + 58, 6)
    release = spending.ask(scene, 2)
    yield scene.at(STARTS + 60, 7)
    spending.sign(scene, release, Role.HEAD)


def closed(scene: Scene) -> Story:
    """Be looked at a year later, by the outside signatory."""
    yield from built(scene)
    yield from spending.tranche(scene, 2, STARTS + 58)
    yield scene.at(STARTS + 70, 7)
    shown = spending.show_receipts(scene, 2)
    yield scene.at(STARTS + 72, 18)
    spending.accept_receipts(scene, shown)
    yield scene.at(STARTS + 56 + 372, 12)
    signatory = scene.who(Role.SIGNATORY)
    scene.project = project_close(project=scene.fresh(), actor=signatory, reason=scene.words["closed"])


def second_tranche_signed(scene: Scene) -> Story:
    """Have the second money signed from both sides, waiting for the custodian; another signatory is asked for."""
    yield from first_stage(scene)
    yield scene.at(STARTS + 23, 17)
    spending.accept(scene, 1)
    yield scene.at(STARTS + 48, 6)
    release = spending.ask(scene, 2)
    yield scene.at(STARTS + 49, 7)
    release = spending.sign(scene, release, Role.HEAD)
    yield scene.at(STARTS + 50, 20)
    spending.sign(scene, release, Role.SIGNATORY)
    yield scene.at(STARTS + 51, 11)
    signatory_change_ask(
        project=scene.fresh(),
        actor=scene.who(Role.SIGNATORY),
        person=scene.who(Role.CHAIR),
        reason=scene.words["signatory"],
    )


def overdue(scene: Scene) -> Story:
    """Have the first money out, one receipt shown, and then silence: the stage is overdue."""
    yield from started(scene)
    yield from spending.tranche(scene, 1, STARTS + 2)
    yield scene.at(STARTS + 15, 7)
    shown = spending.show_receipts(scene, 1, percent=35)
    yield scene.at(STARTS + 19, 19)
    spending.accept_receipts(scene, shown)


def first_tranche_asked(scene: Scene) -> Story:
    """Have just asked for the first money; the outside signatory has signed, the head has not."""
    yield from started(scene)
    yield scene.at(STARTS + 2, 6)
    release = spending.ask(scene, 1)
    yield scene.at(STARTS + 3, 18)
    spending.sign(scene, release, Role.SIGNATORY)


def suspended(scene: Scene) -> Story:
    """Be stopped by the custodian: the first money is out, and no receipt was shown."""
    yield from started(scene)
    yield from spending.tranche(scene, 1, STARTS + 2)
    yield scene.at(STARTS + 70, 8)
    scene.project = project_suspend(project=scene.fresh(), actor=scene.officer(), reason=scene.words["suspended"])


def cancelled(scene: Scene) -> Story:
    """Be given up before anything was paid out; all money but one gift is back already."""
    yield from started(scene)
    yield scene.at(STARTS + 15, 9)
    scene.project = project_cancel_and_refund(
        project=scene.fresh(), actor=scene.who(Role.HEAD), reason=scene.words["cancelled"]
    )
    refunds = giving.refunds_by_hand(scene)
    for number, refund in enumerate(refunds[:-1]):
        yield scene.at(STARTS + 18 + number, 7)
        sent = giving.send_back(scene, refund)
        yield scene.at(STARTS + 18 + number, 13)
        giving.confirm_back(scene, sent)


def pledged(scene: Scene) -> Story:
    """Be promised in full and half paid: two payments wait for the second officer, one was no payment at all."""
    yield from full(scene)
    yield scene.at(WHOLE + 3, 10)
    giving.village_pays(scene, giving.share(scene, "village") // 2)
    waiting = giving.due(scene)
    for number, pledge in enumerate(waiting[: len(waiting) // 2]):
        yield scene.at(WHOLE + 4 + number, 6, 15)
        giving.pay(scene, pledge)
    wrong, *recorded = waiting[-3:]
    yield scene.at(WHOLE + 11, 9)
    payment = giving.record(scene, wrong)
    yield scene.at(WHOLE + 11, 15)
    payment_refuse(payment=payment, actor=scene.officer(1), reason=scene.words["refused_payment"])
    for number, pledge in enumerate(recorded):
        yield scene.at(WHOLE + 13, 9 + number)
        giving.record(scene, pledge, kind="cash" if number else "transfer")


def open_now(scene: Scene) -> Story:
    """Raise money: some promises are not confirmed yet, one was taken back, one was made by phone."""
    percent = scene.plan["percent"]
    yield from opened(scene, days=scene.plan["days"])
    if giving.share(scene, "matching"):
        yield scene.at(OPENS + 3, 6)
        giving.promise_match(scene, giving.share(scene, "matching") // 2)
    last = scene.begins - 3
    yield from raising(scene, percent=percent, first=OPENS + 4, last=last, count=scene.plan.get("gifts", 9))
    yield scene.at(last, 20, 30)
    giving.promise_by_phone(scene, 700)
    yield scene.at(last + 1, 6)
    giving.promise(scene, giving.gifts(scene, 1500, 1)[0])  # confirmed by nobody yet
    taken_back = Pledge.objects.filter(project=scene.project, status=PledgeStatus.CONFIRMED, donor=None, made_by=None)
    yield scene.at(last + 1, 12)
    pledge = taken_back.order_by("-id")[1]
    pledge_withdraw_and_release(pledge=pledge, token=pledge_token(pledge), reason=scene.words["withdrawn"])


def open_long(scene: Scene) -> Story:
    """Have been open so long that early promises ran out; one donor let theirs stand for 90 days more."""
    yield from opened(scene, days=scene.plan["days"])
    yield from raising(scene, percent=25, first=OPENS + 9, last=OPENS + 12, count=6)
    asked = Pledge.objects.filter(project=scene.project, horizon_asked_on__isnull=False, status=PledgeStatus.CONFIRMED)
    yield scene.at(OPENS + 12 + 87, 15)
    pledge = asked.order_by("-id")[0]
    pledge_prolong(pledge=pledge, token=pledge_token(pledge))
    yield from raising(scene, percent=30, first=OPENS + 100, last=scene.begins - 5, count=6)
    yield scene.at(scene.begins - 2, 9)
    giving.promise(scene, giving.gifts(scene, 2000, 1)[0])


def open_corrected(scene: Scene) -> Story:
    """Raise money; a payment of another project was written down here and put right by two officers."""
    yield from open_now(scene)
    yield scene.at(scene.begins - 2, 15)
    gift = giving.gifts(scene, 5000, 1, conditions=[])[0]
    pledge = giving.confirm(giving.promise(scene, gift))
    payment = giving.confirm_payment(scene, giving.record(scene, pledge))
    yield scene.at(scene.begins - 1, 8)
    asked = payment_correct_ask(payment=payment, actor=scene.officer(), reason=scene.words["correction"])
    yield scene.at(scene.begins - 1, 10)
    payment_correct_approve(correction=asked, actor=scene.officer(1), proof=proof_of(scene.officer(1)))


def open_village_first(scene: Scene) -> Story:
    """Have donors who wait for the village to pay first; it did, and so they pay while others still promise."""
    yield from opened(scene, days=scene.plan["days"])
    condition = [{"kind": "village_paid"}]
    for number, gift in enumerate(giving.gifts(scene, 60_000, 5, conditions=condition)):
        yield scene.at(OPENS + 4 + number, 10)
        giving.confirm(giving.promise(scene, gift))
    yield scene.at(OPENS + 14, 9)
    giving.village_pays(scene, giving.share(scene, "village"))
    for number, pledge in enumerate(giving.due(scene)[:4]):
        yield scene.at(OPENS + 16 + number, 8)
        giving.pay(scene, pledge, kind="transfer")
    yield scene.at(OPENS + 22, 6)
    giving.promise_match(scene, giving.share(scene, "matching") // 2)  # the rest is left to the rules of pools
    yield from raising(scene, percent=30, first=OPENS + 24, last=scene.begins - 3, count=8)


def expired(scene: Scene) -> Story:
    """Not come together: one gift is back, one was sent and waits for the second officer, one is still due."""
    yield from opened(scene, days=90)
    for number, gift in enumerate(giving.gifts(scene, 24_000, 3, conditions=[])):
        yield scene.at(OPENS + 4 + 3 * number, 10)
        pledge = giving.confirm(giving.promise(scene, gift))
        yield scene.at(OPENS + 6 + 3 * number, 10)
        giving.pay(scene, pledge, kind="transfer")
    yield from raising(scene, percent=25, first=OPENS + 20, last=OPENS + 70, count=7)
    yield scene.at(OPENS + 96, 9)
    refunds = giving.refunds_by_hand(scene)
    sent = giving.send_back(scene, refunds[0])
    yield scene.at(OPENS + 97, 9)
    giving.confirm_back(scene, sent)
    yield scene.at(OPENS + 99, 9)
    giving.send_back(scene, refunds[1])


STORIES: dict[str, Callable[[Scene], Story]] = {
    "draft": draft, "submitted": submitted, "adopted": adopted, "declined": declined, "open": open_now,
    "open_long": open_long, "open_corrected": open_corrected, "open_village_first": open_village_first,
    "pledged_in_full": pledged, "funded": funded, "first_tranche_asked": first_tranche_asked,
    "first_stage": first_stage, "second_tranche_signed": second_tranche_signed, "overdue": overdue,
    "completed": completed, "completed_just_now": completed_just_now, "closed": closed, "suspended": suspended,
    "cancelled": cancelled, "expired": expired,
}  # fmt: skip
