"""“Where is my money”: one plain sentence on top, then every step with its proof. Formats; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from birge import clock
from frontend.forms.pledging import CreditForm
from funds.banking.services import pay_picture_shown, reference_for
from funds.matching.selectors import match_of
from funds.payments.models import Payment, PaymentKind, PaymentMethod, PaymentStatus
from funds.payments.providers.registry import providers
from funds.payments.selectors import payment_methods_for
from funds.pledges.models import CreditChoice, Pledge, PledgeCredit
from funds.pledges.selectors import pledge_open_in_group
from funds.pledges.states import PledgeStatus
from funds.pledges.tokens import pledge_link
from funds.releases.models import REFUND_ENDED, Refund, RefundStatus
from funds.returns.models import PartStatus, RefundPart
from funds.settlement.exchange_words import pledge_counts
from funds.settlement.selectors import Progress, StoryStep, pledge_story, project_progress
from funds.watch.models import Decision
from funds.watch.selectors import flag_on
from projects.works.models import Project
from projects.works.states import ProjectStatus

from .cash import receipt_links
from .facts import day, say
from .matching import part_lines
from .missing import missing_part
from .projects import party_line, signed_line
from .receipts import my_receipts
from .returns import returns_part
from .saved_cards import card_part
from .words import language, place_line

BEGINNING = frozenset({"made", "confirmed", "matched"})
BUILT = frozenset({ProjectStatus.COMPLETED, ProjectStatus.CLOSED})


@dataclass(frozen=True)
class Step:
    """One step of the money's way. A `link` leads to what proves it."""

    tone: str
    text: str
    on: Any
    link: str
    link_text: str
    who: str = ""


@dataclass(frozen=True)
class Way:
    """A way to pay from where the donor is. `details` are to be copied; none where it does not work."""

    label: str
    works: bool
    note: str
    details: list[tuple[str, str]]
    is_play_money: bool
    is_card: bool = False
    qr: str = ""  # address of the bank's own picture


@dataclass(frozen=True)
class Gift:
    """A promise with its remainders, and the money that came for them."""

    first: Pledge
    live: Pledge  # what still waits for money, else the first one
    payments: list[Payment]
    match_minor: int

    @property
    def currency(self) -> str:
        """Return the plan's currency."""
        return self.first.project.currency

    @property
    def arrived(self) -> list[Payment]:
        """Return what is in the books."""
        return [each for each in self.payments if each.status == PaymentStatus.CONFIRMED]

    def sum_text(self, payments: list[Payment]) -> str:
        """Return what these payments come to: in the currency in which they came, in the plan's if in several."""
        currencies = {each.currency for each in payments}
        if len(currencies) == 1:
            return say(sum(each.amount_minor for each in payments), currencies.pop())
        return say(sum(each.plan_minor for each in payments), self.currency)

    @property
    def waiting(self) -> list[Payment]:
        """Return what an officer wrote down and nobody has confirmed."""
        return [each for each in self.payments if each.status == PaymentStatus.RECORDED]


def gift_of(pledge: Pledge) -> Gift:
    """Return what belongs together with this promise."""
    group = list(Pledge.objects.filter(group=pledge.group).select_related("project", "custodian").order_by("id"))
    return Gift(
        first=group[0],
        live=pledge_open_in_group(pledge.group) or group[-1],
        payments=list(Payment.objects.filter(group=pledge.group).order_by("id")),
        match_minor=sum(match_of(each.public_id) for each in group),
    )


def money_page(pledge: Pledge, token: str) -> dict[str, Any]:
    """Return everything the donor's own page shows. Nothing here lets anybody prove a contact that is not theirs."""
    said, project, gift = language(), pledge.project, gift_of(pledge)
    progress = project_progress(project)
    tone, line = now_line(gift, progress)
    waits = gift.live.status in (PledgeStatus.MADE, PledgeStatus.CONFIRMED, PledgeStatus.DUE)
    return {
        "token": token,
        "amount": gift.first.amount,
        "counts": pledge_counts(gift.first),
        "project": project,
        "title": project.title(said),
        "place_line": place_line(project.village),
        "reference": reference_for(gift.live.group) if gift.live.is_open else "",
        "now_tone": tone,
        "now_line": line,
        "needs_confirmation": gift.first.status == PledgeStatus.MADE,
        "ways_to_pay": [] if gift.waiting else ways_now(gift.live),
        "to_pay": gift.live.amount,
        "payments_to_confirm": gift.waiting,
        "steps": step_lines(story(gift), progress, project),
        "match_minor": gift.match_minor,
        "match_line": _("The village adds %(amount)s to yours.") % {"amount": say(gift.match_minor, gift.currency)},
        "match_parts": part_lines(gift.first),
        "page": {
            "parties": [party_line(party, project.currency) for party in progress.parties],
            "currency": project.currency,
        },
        "can_prolong": gift.live.is_open and gift.live.horizon_asked_on is not None,
        "can_withdraw": waits and not gift.waiting,
        "my_link": pledge_link(pledge),
        "receipts": my_receipts(pledge, token),
        "cash_receipts": receipt_links(gift.payments),
        **missing_part(gift.live.group, awaited=gift.live.is_open and not gift.waiting),
        "missing_url": reverse("pledge_missing", args=[token]),
        **card_part(gift.live, token),
        "decided": decided_words(pledge),
        **credit_part(pledge),
        **returns_part(pledge, token),
    }


def decided_words(pledge: Pledge) -> str:
    """Return what officers decided about this promise, if its donor may object to it."""
    flag = flag_on(pledge)
    if flag is None:
        return ""
    said = {
        Decision.ONE_DONOR: _("Two officers found that this promise and others are one donor’s."),
        Decision.NO_CARDS: _("Cards are not taken for this promise."),
    }
    related = _("Two officers found that you sell to this project or work for it: nothing is added to your promise.")
    return said.get(Decision(flag.decision), related)


def credit_part(pledge: Pledge) -> dict[str, Any]:
    """Return how the gift is shown, and the form to change that."""
    credit = PledgeCredit.objects.filter(pledge=pledge).first()
    choice, line = (credit.choice, credit.line) if credit else (CreditChoice.NOBODY, "")
    return {
        "credit_text": line or _("Nobody: only the sum and the day"),
        "credit_form": CreditForm(initial={"credit_choice": choice, "credit_line": line}),
    }


def now_line(gift: Gift, progress: Progress) -> tuple[str, str]:
    """Return the tone and the one sentence that says where the money is now."""
    live = gift.live
    if gift.first.status == PledgeStatus.MADE:
        return "warn", _("This is not a promise yet: please write the code that we sent you.")
    if gift.waiting:
        amount = gift.sum_text(gift.waiting)
        return "warn", _("%(amount)s is written down. It counts when a second person confirms it.") % {"amount": amount}
    if live.is_open:
        return _open_line(gift)
    ended = {
        PledgeStatus.REFUNDED: _("Your money went back to you."),
        PledgeStatus.WITHDRAWN: _("You took this promise back. You owe nothing."),
        PledgeStatus.LAPSED: _("This promise has ended. You owe nothing."),
    }
    if not gift.arrived:
        return "", ended.get(PledgeStatus(live.status), _("Nothing has come for this promise."))
    if live.status == PledgeStatus.REFUNDED:
        if Refund.objects.filter(payment__group=gift.first.group, status=RefundStatus.MOVED).exists():
            return "", _("Your money went on to another project, as you chose.")
        return "", ended[PledgeStatus.REFUNDED]
    return _collected_line(gift, progress)


def _open_line(gift: Gift) -> tuple[str, str]:
    words = {
        "arrived": gift.sum_text(gift.arrived),
        "amount": say(gift.live.amount_minor, gift.live.currency),
        "day": day(gift.live.horizon),
    }
    if gift.live.status == PledgeStatus.DUE:
        if gift.arrived:
            return "warn", _("%(arrived)s has arrived. Please pay the other %(amount)s by %(day)s.") % words
        if gift.first.project.status == ProjectStatus.OPEN:  # a monthly part, or what was booked by mistake
            return "warn", _("Please pay %(amount)s by %(day)s.") % words
        return "warn", _("Everything has come together. Please pay %(amount)s by %(day)s.") % words
    if gift.arrived:
        return "", _("%(arrived)s has arrived. The other %(amount)s is promised, you need not pay it yet.") % words
    if gift.live.horizon_asked_on is not None:
        return "warn", _("Your promise ends on %(day)s. Do you want it to stand longer?") % words
    return "", _("Your promise stands. You need not pay yet: we write to you when everything has come together.")


def _collected_line(gift: Gift, progress: Progress) -> tuple[str, str]:
    project = gift.first.project
    words = {
        "amount": gift.sum_text(gift.arrived),
        "custodian": gift.first.custodian.name(language()),
        "out": say(progress.released_minor, progress.currency),
        "held": say(progress.held_minor, progress.currency),
    }
    back = list(Refund.objects.filter(payment__group=gift.first.group))
    if any(refund.status not in REFUND_ENDED for refund in back):
        words["back"] = say(sum(refund.amount_minor for refund in back), gift.currency)
        if project.status in BUILT:
            return "", _("It is built, and money was left over: %(back)s of it is yours.") % words
        if RefundPart.objects.filter(refund__in=back, status=PartStatus.OFFERED).exists():
            return "warn", _("The project did not happen. Your %(back)s is for another project of the village.") % words
        return "warn", _("The project did not happen. %(back)s is on its way back to you.") % words
    if project.status in BUILT:
        return "", _("It is built. Your %(amount)s is in it.") % words
    if project.status == ProjectStatus.SUSPENDED:
        return "warn", _("Your %(amount)s has arrived. The project is stopped for now, no money leaves.") % words
    if progress.released_minor == 0:
        return "", _("Your %(amount)s has arrived. %(custodian)s holds it; nothing has been paid out yet.") % words
    return "", _(
        "Your %(amount)s has arrived. Of all the money, %(out)s was paid out for the work and %(held)s is still held."
    ) % words


def ways_now(pledge: Pledge) -> list[Way]:
    """Return the ways that are shown now: all for a promise that is due; before that only a card, for who wants to."""
    if pledge.status not in (PledgeStatus.CONFIRMED, PledgeStatus.DUE):
        return []
    return [way for way in ways_to_pay(pledge) if pledge.status == PledgeStatus.DUE or (way.is_card and way.works)]


def ways_to_pay(pledge: Pledge) -> list[Way]:
    """Return the ways to pay this promise from the donor's country, those that work first."""
    known = providers()
    found = []
    for method in payment_methods_for(pledge.custodian, pledge.country, clock.today(), cards_in=pledge.currency):
        provider = known.get(method.kind)
        if provider is None:
            continue
        details = [(detail_name(name), str(value)) for name, value in method.details.items()]
        if method.kind not in (PaymentKind.SANDBOX, PaymentKind.STRIPE):
            details.append((_("Write this with it"), reference_for(pledge.group)))
        found.append(
            Way(
                label=provider.label,
                works=method.works,
                note=method.note(language()),
                details=details if method.works else [],
                is_play_money=provider.is_play_money,
                is_card=method.kind == PaymentKind.STRIPE,
                qr=qr_of(method) if method.works else "",
            )
        )
    return found


def qr_of(method: PaymentMethod) -> str:
    """Return the address of the bank's own QR picture for a way to pay, once two officers have put it there."""
    shown = pay_picture_shown(method.custodian, method.kind, method.donor_country)
    return reverse("document_sized", args=[shown.picture.public_id, 800]) if shown is not None else ""


def detail_name(name: str) -> str:
    """Return the name of a detail of a way to pay, in words; an unknown one as the custodian wrote it."""
    words = {
        "holder": _("To whom"),
        "account": _("Account"),
        "bank": _("Bank"),
        "bic": _("Bank code (BIC)"),
        "iban": _("IBAN"),
        "address": _("Where"),
        "phone": _("Phone"),
        "hours": _("When"),
        "purpose": _("Purpose of payment"),
        "name": _("Who"),
    }
    return words.get(name, name)


def story(gift: Gift) -> list[StoryStep]:
    """Return the steps of the gift, with its remainder where a part is still to come."""
    steps = pledge_story(gift.first)
    if gift.live.is_open and gift.live != gift.first:
        begun = [step for step in steps if step.code in BEGINNING]
        steps = begun + [step for step in pledge_story(gift.live) if step.code not in BEGINNING]
        added = _("The village adds %(amount)s to yours.") % {"amount": say(gift.match_minor, gift.currency)}
        steps = [replace(step, text=added) if step.code == "matched" else step for step in steps]
    return [step for step in steps if step.code != "due"] if gift.waiting else steps


def step_lines(steps: list[StoryStep], progress: Progress, project: Project) -> list[Step]:
    """Return the steps as the page shows them; after money left, how much of it receipts show."""
    lines, last_out = [step_line(step, project) for step in steps], 0
    for number, step in enumerate(steps, start=1):
        last_out = number if step.code == "released" else last_out
    if last_out:
        words = {
            "spent": say(progress.spent_minor, progress.currency),
            "out": say(progress.released_minor, progress.currency),
        }
        lines.insert(
            last_out,
            Step(
                tone="done" if progress.spent_minor == progress.released_minor else "now",
                text=_("Receipts show what %(spent)s of %(out)s was spent on.") % words,
                on=None,
                link=reverse("project_ledger", args=[project.public_id]),
                link_text=_("in the ledger"),
            ),
        )
    return lines


def step_line(step: StoryStep, project: Project) -> Step:
    """Return a step with the address of what proves it."""
    link, link_text = "", ""
    if step.entry:
        link, link_text = reverse("entry", args=[step.entry]), _("in the ledger")
    elif step.photos:
        link, link_text = reverse("project", args=[project.public_id]) + "#updates", _("see the photos")
    who = signed_line(project) if step.code == "released" else ""
    return Step(tone=step.tone, text=step.text, on=step.on, link=link, link_text=link_text, who=who)
