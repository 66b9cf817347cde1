"""People give: promises by guests, by donors with an account and by the matching donor; money on its way; refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from birge import clock
from birge.accounts.models import User
from birge.documents.models import DocumentKind
from birge.money import Money
from birge.notifications.services import Contact
from funds.payments.models import Payment
from funds.payments.services import payment_confirm
from funds.pledges.models import CreditChoice, Party, Pledge
from funds.pledges.services import pledge_make
from funds.pledges.states import PledgeStatus
from funds.pledges.tokens import Purpose, pledge_token
from funds.releases.models import Refund, RefundStatus
from funds.settlement.services import (
    payment_confirm_by_payer,
    pledge_confirm_and_match,
    pledge_pay,
    pledge_payment_record,
    refund_confirm,
    refund_send,
    village_payment_record,
)

from .people import proof_of
from .scene import Scene
from .world import data_read

COUNTRIES = ("RU",) * 17 + ("KZ", "KZ", "TR", "KR", "US", "KG")  # where those who were asked in the field work
CHOICES = (
    (CreditChoice.OWN_NAME,) * 4 + (CreditChoice.FAMILY,) * 2 + (CreditChoice.GROUP,) * 2 + (CreditChoice.NOBODY,) * 4
)
NAMES: dict[str, list[str]] = data_read("others.toml")["names"]
WAYS = ("transfer", "transfer", "transfer", "cash", "sandbox")

LETTERS = str.maketrans("0123456789", "abcdefghij")


@dataclass(frozen=True)
class Gift:
    """What somebody is about to promise."""

    amount: Money
    country: str
    language: str
    credit: tuple[str, str]
    conditions: Sequence[dict[str, Any]] | None = None
    giver: User | None = None


def gifts(scene: Scene, som: int, count: int, *, giver: str = "", **more: Any) -> list[Gift]:
    """Divide a sum among so many givers: one large gift of the association's people, and many small ones.

    All but the last are whole hundreds; `giver` names the donor with an account who is the first of them.
    """
    dice = scene.dice
    weights = [count * 0.4, *(dice.choice((0.3, 0.5, 0.5, 1, 1, 1, 1.5, 2)) for _each in range(count - 1))]
    amounts = [max(100, int(som * weight / sum(weights)) // 100 * 100) for weight in weights]
    amounts[-1] = som - sum(amounts[:-1])
    found = [_gift(scene, amount, **more) for amount in amounts]
    association = scene.community.association.name(scene.language)[:80]
    found[0] = Gift(
        scene.money(amounts[0]), found[0].country, scene.language, (CreditChoice.GROUP, association), **more
    )
    if giver and len(found) > 1:
        user = scene.world.givers[giver]
        country = {"aigul": "RU", "timur": "KZ"}.get(giver, "US")
        credit = (CreditChoice.OWN_NAME, str(user))
        found[1] = Gift(scene.money(amounts[1]), country, user.language, credit, giver=user, **more)
    return found


def _gift(scene: Scene, som: int, **more: Any) -> Gift:
    dice = scene.dice
    choice = dice.choice(CHOICES)
    line = dice.choice(NAMES[choice.value]) if choice != CreditChoice.NOBODY else ""
    country = dice.choice(COUNTRIES)
    language = "en" if country == "US" else dice.choice((scene.language, scene.language, "ru"))
    return Gift(scene.money(som), country, language, (choice, line), **more)


def promise(scene: Scene, gift: Gift) -> Pledge:
    """Let a guest, or a donor with an account, promise. The contact is not proven yet."""
    number = scene.number()
    # Addresses that differ in a number only look like one payer's: so do those of one project, to be looked into.
    name = number.lower() if scene.key == "ak-turpak-road" else number.lower().translate(LETTERS)
    contact = None if gift.giver else Contact("email", f"guest-{name}@donor.example")
    return pledge_make(
        project=scene.fresh(),
        amount=gift.amount,
        contact=contact,
        country=gift.country,
        credit_choice=gift.credit[0],
        credit_line=gift.credit[1],
        language=gift.language,
        terms_version=settings.TERMS_VERSION,
        idempotency=(_scope(gift.giver), number),
        actor=gift.giver,
        conditions=gift.conditions,
    )


def confirm(made: Pledge) -> Pledge:
    """Let the donor open the link of the message, or confirm signed in."""
    if made.donor is not None:
        return pledge_confirm_and_match(pledge=made, how="signed_in", actor=made.donor)
    return pledge_confirm_and_match(pledge=made, how="link", token=pledge_token(made, Purpose.CONFIRM))


def promise_by_phone(scene: Scene, som: int) -> Pledge:
    """Let an officer write a promise down for somebody without e-mail, and another confirm it by a call."""
    made = pledge_make(
        project=scene.fresh(),
        amount=scene.money(som),
        contact=None,
        country="KG",
        credit_choice=CreditChoice.NOBODY,
        language=scene.language,
        terms_version=settings.TERMS_VERSION,
        idempotency=(_scope(scene.officer()), scene.number()),
        actor=scene.officer(),
        on_behalf=True,
    )
    return pledge_confirm_and_match(pledge=made, how="call_back", actor=scene.officer(1), reason=scene.words["called"])


def promise_match(scene: Scene, som: int) -> Pledge:
    """Let the matching donor's manager promise its share, or a part of it."""
    donor, manager = scene.world.donor, scene.world.manager
    if donor is None or manager is None:
        raise ValueError("no matching donor")
    made = pledge_make(
        project=scene.fresh(),
        amount=scene.money(som),
        contact=None,
        country="KG",
        credit_choice=CreditChoice.GROUP,
        credit_line=donor.name(scene.language),
        language="ru",
        terms_version=settings.TERMS_VERSION,
        idempotency=(_scope(manager), scene.number()),
        actor=manager,
        party=Party.MATCHING,
    )
    return pledge_confirm_and_match(pledge=made, how="signed_in", actor=manager)


def due(scene: Scene) -> list[Pledge]:
    """Return the promises that are to be paid now, oldest first."""
    waiting = Pledge.objects.filter(project=scene.project, status=PledgeStatus.DUE)
    return list(waiting.select_related("project", "custodian").order_by("id"))


def record(scene: Scene, pledge: Pledge, *, kind: str = "transfer", amount: Money | None = None) -> Payment:
    """Let the custodian's first officer write a payment down."""
    number = scene.number()
    return pledge_payment_record(
        pledge=pledge,
        kind=kind,
        amount=amount or pledge.amount,
        received_on=clock.today(),
        actor=scene.officer(),
        idempotency=(_scope(scene.officer()), number),
        reference=number,
    )


def confirm_payment(scene: Scene, payment: Payment) -> Payment:
    """Let the second officer confirm it."""
    return payment_confirm(payment=payment, actor=scene.officer(1), proof=proof_of(scene.officer(1)))


def pay(scene: Scene, pledge: Pledge, *, amount: Money | None = None, kind: str = "") -> Payment | None:
    """Let a promise be paid in one of the ways: by transfer, in cash with the payer's own word, or with play money."""
    way = kind or scene.dice.choice(WAYS)
    if way == "sandbox":
        return pledge_pay(pledge=pledge, kind=way, key=scene.number(), amount=amount).payment
    payment = record(scene, pledge, kind=way, amount=amount)
    if way == "cash" and pledge.made_by is None:
        return payment_confirm_by_payer(payment=payment, token=pledge_token(pledge))
    return confirm_payment(scene, payment)


def village_pays(scene: Scene, som: int) -> Payment:
    """Let the village's money come, written down and confirmed by two officers."""
    number = scene.number()
    evidence = scene.paper(DocumentKind.BANK_LINE, number, scene.officer())
    payment = village_payment_record(
        project=scene.fresh(),
        amount=scene.money(som),
        received_on=clock.today(),
        actor=scene.officer(),
        idempotency=(_scope(scene.officer()), number),
        reference=number,
        evidence=evidence,
    )
    return confirm_payment(scene, payment)


def refunds_by_hand(scene: Scene) -> list[Refund]:
    """Return what officers have to send: play money, and what pools gave, went back by itself."""
    due = Refund.objects.filter(project=scene.project, status=RefundStatus.DUE)
    return list(due.exclude(payment__kind="sandbox").order_by("id"))


def send_back(scene: Scene, refund: Refund) -> Refund:
    """Let an officer send money back, with the bank's line."""
    line = scene.paper(DocumentKind.BANK_LINE, scene.number(), scene.officer())
    officer = scene.officer()
    return refund_send(
        refund=refund, actor=officer, bank_reference=scene.number(), bank_line=line, proof=proof_of(officer)
    )


def confirm_back(scene: Scene, refund: Refund) -> Refund:
    """Let the second officer confirm that it went back."""
    return refund_confirm(refund=refund, actor=scene.officer(1), proof=proof_of(scene.officer(1)))


def _scope(user: User | None) -> str:
    return f"user:{user.public_id}" if user is not None else "guest:demonstration"


def share(scene: Scene, party: str) -> int:
    """Return what the plan asks of a party, in som."""
    return int(scene.plan["shares"].get(party, 0))
