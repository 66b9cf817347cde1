"""How much cash one treasurer may have in hand: ours for everybody, or a lower one of their own people."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from birge.accounts.factors import FactorProof, factor_require
from birge.accounts.models import User
from birge.audit.services import audit_record
from birge.errors import InvalidInput, NotAllowed, RuleNotMet
from birge.money import EXPONENTS, Money, format_money
from birge.organisations.models import Organisation
from birge.organisations.permissions import Action, may, require
from funds.ledger.posting import command_finish, command_open

from ..models import CashCeiling
from ..selectors import ceiling_for, in_hands_of
from .offices import office_lock

LONGEST_REASON = 300


@transaction.atomic
def ceiling_set(
    *,
    organisation: Organisation,
    amount: Money,
    actor: User,
    reason: str,
    proof: FactorProof | None,
    idempotency: tuple[str, str],
) -> CashCeiling:
    """Set, as the chair or manager, how much one treasurer may have in hand; never more than settings.CASH_CEILING.

    `reason` says where that was agreed. Who takes cash never sets a higher one than there is. Raises NotAllowed (also
    `same_person`), SecondFactorRequired, InvalidInput with its field, KeyReused.
    """
    require(actor, Action.POOL_OPEN, organisation)
    factor_require(proof, actor)
    why = reason.strip()
    if not why:
        raise InvalidInput(_("Please say why."), field="reason")
    _amount_check(amount)
    request = {
        "verb": "cash_ceiling_set",
        "organisation": organisation.public_id,
        "amount": [amount.minor, amount.currency],
    }
    opened = command_open(scope=idempotency[0], key=idempotency[1], request=request)
    if opened.replayed:
        return CashCeiling.objects.get(public_id=opened.command.result_ref)
    office = office_lock(organisation)
    now = ceiling_for(organisation, amount.currency)
    if now is not None and amount.minor > now and may(actor, Action.POOL_CASH_RECORD, organisation):
        raise NotAllowed(_("Who takes cash does not raise this. Another must."), code="same_person")
    made = CashCeiling.objects.create(
        office=office, currency=amount.currency, amount_minor=amount.minor, reason=why[:LONGEST_REASON], set_by=actor
    )
    command_finish(opened.command, made.public_id)
    audit_record(
        actor=actor, action="cash_ceiling_set", obj=made, organisation=organisation, reason=why,
        amount_minor=amount.minor, currency=amount.currency,
    )  # fmt: skip
    return made


def ceiling_check(*, organisation: Organisation, treasurer: User, amount: Money) -> None:
    """Lock the office, and raise RuleNotMet unless this treasurer may take so much more in cash.

    Codes: `over_ceiling` with `first_bank_minor`, what has to go to the bank first; `too_much_cash` for a sum that is
    more than anyone may have in hand.
    """
    office_lock(organisation)
    most = ceiling_for(organisation, amount.currency)
    if most is None:
        return
    if amount.minor > most:
        raise RuleNotMet(
            _("This is more than a treasurer may have in hand (%(most)s). Please let it be paid in at the bank.")
            % {"most": _say(most, amount.currency)},
            code="too_much_cash",
            field="amount",
            ceiling_minor=most,
        )
    over = in_hands_of(treasurer, organisation, amount.currency) + amount.minor - most
    if over > 0:
        raise RuleNotMet(
            _("First take %(sum)s to the bank: you may have at most %(most)s in hand.")
            % {"sum": _say(over, amount.currency), "most": _say(most, amount.currency)},
            code="over_ceiling",
            field="amount",
            first_bank_minor=over,
            ceiling_minor=most,
        )


def _amount_check(amount: Money) -> None:
    if amount.currency not in EXPONENTS:
        raise InvalidInput(_("We do not know this currency."), field="currency")
    if amount.minor < 0:
        raise InvalidInput(_("The amount must be more than nothing."), field="amount")
    most = settings.CASH_CEILING.get(amount.currency)
    if most is not None and amount.minor > most:
        raise InvalidInput(
            _("At most %(most)s may be in one person’s hands.") % {"most": _say(most, amount.currency)}, field="amount"
        )


def _say(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency), (get_language() or "ky")[:2])
