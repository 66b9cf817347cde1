"""Messages about pools: to those who give, and to those who decide."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from birge import clock
from birge.accounts.models import User
from birge.money import Money, format_money
from birge.notifications.services import Contact, notice_send
from funds.banking.services import reference_for
from funds.payments.models import PaymentMethod
from funds.payments.selectors import payment_methods_for

from .models import Pool, PoolGift, PoolGiver, Proposal, StandingPromise
from .tokens import pool_gift_link, standing_link


def gift_contact(gift: PoolGift) -> tuple[Contact, str] | None:
    """Return where the giver can be reached and in which language, or None (erased, or never given)."""
    giver = PoolGiver.objects.filter(gift=gift).exclude(contact="").first()
    return None if giver is None else (Contact(giver.contact_kind, giver.contact), giver.language)


def gift_notice(gift: PoolGift, template: str, **context: Any) -> None:
    """Send `notifications/<template>.txt` to who gives; does nothing where no contact is left.

    The template always knows `amount`, `pool`, `custodian`, `reference` and `link`. Money in `context` is written as
    this reader writes it.
    """
    found = gift_contact(gift)
    if found is None:
        return
    contact, language = found
    said = {key: format_money(value, language) if isinstance(value, Money) else value for key, value in context.items()}
    notice_send(
        contact=contact,
        template=template,
        language=language,
        **{
            "amount": format_money(gift.amount, language),
            "pool": gift.pool.name(language),
            "custodian": gift.pool.custodian.name(language),
            "reference": reference_for(gift.public_id),
            "link": pool_gift_link(gift),
            "monthly": standing_link(gift.standing) if gift.standing is not None else "",
        }
        | said,
    )


def ways_to_pay(pool: Pool) -> list[str]:
    """Return in words how money reaches the pool's custodian today, from the country of its owner."""
    methods = payment_methods_for(pool.custodian, pool.organisation.country, clock.today())
    return [_way_text(method) for method in methods if method.works]


def standing_notice(standing: StandingPromise, template: str, **context: Any) -> None:
    """Tell the one who promised so much a month; `amount`, `pool` and `link` are always known."""
    contact = person_contact(standing.giver)
    if contact is None:
        return
    amount = Money(standing.amount_minor, standing.pool.currency)
    said = {
        "amount": format_money(amount, standing.language),
        "pool": standing.pool.name(standing.language),
        "link": standing_link(standing),
    }
    notice_send(contact=contact, template=template, language=standing.language, **(said | context))


def proposal_notice(proposal: Proposal, people: list[User], template: str, **context: Any) -> None:
    """Tell these people about a proposal, each in their language."""
    for person in people:
        contact = person_contact(person)
        if contact is not None:
            notice_send(
                contact=contact,
                template=template,
                language=person.language,
                pool=proposal.pool.name(person.language),
                reference=proposal.public_id,
                link=f"{settings.SITE_URL}/v/{proposal.public_id}",
                amount=format_money(proposal.amount, person.language) if proposal.amount_minor else "",
                **{"reason": proposal.reason} | context,
            )


def person_contact(person: User) -> Contact | None:
    """Return where somebody with an account can be reached."""
    if person.email:
        return Contact("email", person.email)
    return Contact("sms", person.phone) if person.phone else None


def _way_text(method: PaymentMethod) -> str:
    details = "; ".join(str(value) for value in method.details.values())
    return f"{method.get_kind_display()}: {details}" if details else method.get_kind_display()
