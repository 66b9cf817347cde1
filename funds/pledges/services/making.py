"""A pledge is made: nothing is promised before its contact is proven."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from birge import clock
from birge.accounts.models import User
from birge.errors import Conflict, InvalidInput, NotAllowed, RuleNotMet
from birge.money import Money
from birge.notifications.services import Contact
from birge.organisations.models import Organisation, Role
from birge.organisations.permissions import Action, require
from birge.organisations.selectors import holds_office
from funds.ledger.posting import OpenCommand, command_finish, command_open
from projects.works.models import Project
from projects.works.states import ProjectStatus

from ..contacts import contact_of
from ..limits import amount_check, plan_full
from ..models import CreditChoice, Party, Pledge, PledgeContact, PledgeCredit
from ..notices import pledge_notice
from ..proofs import LIFETIME, code_new
from ..relations import relation_clean, relation_keep
from ..selectors import plan_rest
from ..tokens import Purpose, pledge_link
from .cleaning import CleanForm, form_clean
from .transitions import history_write

MESSAGES_A_DAY = 5  # to one contact, whoever asks for them


@transaction.atomic
def pledge_make(
    *,
    project: Project,
    amount: Money,
    contact: Contact | None,
    country: str,
    credit_choice: str | None,
    credit_line: str = "",
    language: str,
    terms_version: str,
    idempotency: tuple[str, str],
    actor: User | None = None,
    conditions: Sequence[Mapping[str, Any]] | None = None,
    party: str = Party.DONORS,
    on_behalf: bool = False,
    related: str = "",
    related_words: str = "",
) -> Pledge:
    """Write down a promise (status *made*) and send the contact a link and a code to confirm it.

    `idempotency` is (scope, key): the same request again returns the same pledge, another one raises KeyReused.
    `on_behalf`: the custodian's officer `actor` writes it for someone at the desk or on the phone; only then may
    `contact` be None. Signed in and without a contact, the person's own e-mail is taken.
    `related`: who gives sells to the project or works for it (`related_words`: who, what). `party` "matching" fills the
    matching donor's share and takes that organisation's manager.
    Raises InvalidInput with its field, RuleNotMet (`not_open`), Conflict (`terms_changed`), NotAllowed.
    """
    form = form_clean(
        contact=contact,
        country=country,
        language=language,
        credit_choice=credit_choice,
        credit_line=credit_line,
        conditions=conditions,
        actor=actor,
        on_behalf=on_behalf,
    )
    relation = relation_clean(related, related_words)
    opened = _opened(idempotency, project, amount, party, form.as_request() | relation.as_request())
    if opened.replayed:
        return Pledge.objects.get(public_id=opened.command.result_ref)
    project = Project.objects.select_related("custodian").get(pk=project.pk)  # as it is now, not as it was shown
    custodian = _custodian_of(project)
    _giver_check(project, custodian, party, actor, on_behalf)
    _amount_check(project, amount, Party(party), terms_version)
    pledge = relation_keep(_write(project, custodian, amount, Party(party), form, actor, on_behalf), relation)
    command_finish(opened.command, pledge.public_id)
    if not on_behalf:
        confirmation_send(pledge)
    return pledge


def _opened(
    idempotency: tuple[str, str], project: Project, amount: Money, party: str, said: Mapping[str, Any]
) -> OpenCommand:
    request = {"project": project.public_id, "amount_minor": amount.minor, "currency": amount.currency, "party": party}
    return command_open(scope=idempotency[0], key=idempotency[1], request={"verb": "pledge_make", **request, **said})


def _write(
    project: Project,
    custodian: Organisation,
    amount: Money,
    party: Party,
    form: CleanForm,
    actor: User | None,
    on_behalf: bool,
) -> Pledge:
    pledge = Pledge.objects.create(
        project=project,
        custodian=custodian,
        party=party,
        amount_minor=amount.minor,
        currency=amount.currency,
        plan_amount_minor=amount.minor,
        donor=None if on_behalf else actor,
        made_by=actor if on_behalf else None,
        country=form.country,
        language=form.language,
        conditions=form.conditions,
        terms_version=settings.TERMS_VERSION,
        horizon=clock.today() + dt.timedelta(days=settings.PLEDGE_CONFIRM_DAYS),
        made_at=clock.now(),
    )
    if form.contact is not None:
        PledgeContact.objects.create(pledge=pledge, kind=form.contact.kind, value=form.contact.value)
    if form.credit.choice != CreditChoice.NOBODY:
        PledgeCredit.objects.create(pledge=pledge, choice=form.credit.choice, line=form.credit.line)
    history_write(pledge, before="", actor=actor)
    return pledge


def confirmation_send(pledge: Pledge) -> None:
    """Send the link and a fresh code to the pledge's contact; the code before becomes useless.

    Beyond five pledges a day for one contact nothing is sent, without a word: neither the flooded person nor the
    one who floods learns more. Raises Conflict (`too_many_codes`) after five codes for one pledge.
    """
    contact = contact_of(pledge)
    if contact is None:
        return
    since = clock.now() - dt.timedelta(days=1)
    recent = PledgeContact.objects.filter(value=contact.value, pledge__made_at__gt=since).count()
    if recent > MESSAGES_A_DAY:
        return
    pledge_notice(
        pledge,
        "pledge_confirm",
        code=code_new(pledge),
        link=pledge_link(pledge, Purpose.CONFIRM),
        minutes=int(LIFETIME.total_seconds() // 60),
    )


def _custodian_of(project: Project) -> Organisation:
    if project.status != ProjectStatus.OPEN or project.custodian is None:
        raise RuleNotMet(_("This project does not take pledges now."), code="not_open", status=project.status)
    return project.custodian


def _amount_check(project: Project, amount: Money, party: Party, terms_version: str) -> None:
    """Tell early what the confirmation, which holds the lock, will decide; then look at the terms."""
    rest = plan_rest(project, party)
    amount_check(amount, plan_currency=project.currency, rest=rest)
    if amount.minor > rest:
        raise plan_full(project, rest)
    if terms_version != settings.TERMS_VERSION:
        raise Conflict(_("The terms have changed. Please read them once more."), code="terms_changed")


def _giver_check(project: Project, custodian: Organisation, party: str, actor: User | None, on_behalf: bool) -> None:
    if on_behalf:
        require(actor, Action.PAYMENT_RECORD, custodian)
    if party == Party.DONORS:
        return
    if party != Party.MATCHING:
        raise InvalidInput(_("We do not know this part of the plan."), field="party")
    share = project.shares.filter(party=Party.MATCHING).select_related("organisation").first()
    if share is None or share.organisation is None:
        raise RuleNotMet(_("The plan has no share of a matching donor."), code="no_share")
    if actor is None or not holds_office(actor, share.organisation, {Role.DONOR_MANAGER}):
        raise NotAllowed
