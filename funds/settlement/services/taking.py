"""From where money is taken that goes back to a payer: from that gift's own share, then the reserve, then a shortfall.

Never silently from what others gave: their money stays what it is, and what lacks is shown.
"""

from __future__ import annotations

from django.db.models import Sum

from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg
from funds.matching.rule_selectors import given_minor
from funds.payments.exchanged import out_of_plan, plan_part
from funds.payments.models import Payment
from funds.payments.selectors import sent_back_minor
from funds.releases.models import REFUND_ENDED, Refund
from funds.releases.selectors import released_minor
from projects.works.models import Project

from ..facts import held_minor
from .assets import asset_code
from .returning.closing import named_gift
from .returning.dividing import claim_in, sources_of


def own_held_minor(payment: Payment, project: Project) -> int:
    """Return how much of what is held for a locked project is this payment's own (minor units of the plan's currency).

    Before anything was paid out that is all that donors brought: what providers took as fees the purpose bears, and
    what pools matched is not a donor's. Afterwards it is the payment's part of what is left, in proportion. Once the
    project has ended, it is what is on its way back to this payer.
    """
    refunds = Refund.objects.filter(project=project)
    own = refunds.filter(payment=payment).first()
    waiting = refunds.exclude(status__in=REFUND_ENDED).exclude(payment=payment)
    free = held_minor(project) - int(waiting.aggregate(total=Sum("amount_minor"))["total"] or 0)
    if own is not None:
        return max(0, min(free, 0 if own.status in REFUND_ENDED else own.amount_minor))
    if released_minor(project) == 0:
        return max(0, free - given_minor(project))
    sources = sources_of(project)
    brought = sum(each.amount_minor for each in sources)
    return max(0, free * claim_in(sources, payment) // brought) if brought > 0 else 0


def taken_drafts(
    payment: Payment, project: Project, amount: int, kind: EntryKind, *, counted: int | None = None
) -> list[EntryDraft]:
    """Return the entries by which `amount` (minor units of the payment's currency) leaves where its money lies.

    `kind` is what the last of them is where the gift's own share covers it; a refund that it does not cover is a
    reversal. `counted` is what it counts in the plan's currency, by the payment's own rate unless given. What came in
    another currency is taken back across first.
    """
    custodian, currency = payment.custodian.public_id, project.currency
    counted = plan_part(payment, amount, before=sent_back_minor(payment)) if counted is None else counted
    held, reserve = codes.held_project(custodian, project.public_id), codes.reserve(custodian)
    own = min(counted, own_held_minor(payment, project))
    reserved = min(counted - own, balance(reserve, currency))
    short = counted - own - reserved
    parts = [(held, own), (reserve, reserved), (codes.shortfall(custodian, project.public_id), short)]
    if kind == EntryKind.REFUND_PAID and own < counted:
        kind = EntryKind.PAYMENT_REVERSED
    across = []
    if payment.exchanged:
        across, parts = [out_of_plan(payment, project, parts, amount)], [(held, amount)]
    parts.append((asset_code(payment), -amount))
    draft = EntryDraft(
        kind=kind,
        legs=[Leg(AccountKey(code=code, currency=payment.currency), part) for code, part in parts if part],
        resolves=None if kind == EntryKind.PAYMENT_DISPUTED else named_gift(payment),
        group=payment.group,
    )
    return [*across, draft]
