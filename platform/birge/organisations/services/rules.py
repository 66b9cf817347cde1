"""Who may decide, and what one person cannot be at the same time."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from birge import clock
from birge.accounts.models import User
from birge.documents.models import Document
from birge.documents.selectors import document_open_for
from birge.errors import InvalidInput, NotAllowed, RuleNotMet

from ..models import ROLES_OF, Organisation, OrganisationKind, Role, Term, TermStatus
from ..permissions import Action, require
from ..selectors import offices_of

_VILLAGE = ROLES_OF[OrganisationKind.VILLAGE_ADMINISTRATION]
APART: tuple[tuple[frozenset[Role], frozenset[Role], Any], ...] = (
    (
        _VILLAGE,
        frozenset({Role.CHAIR, Role.TREASURER, Role.SIGNATORY}),
        gettext_lazy("One person cannot act for a village administration and for a migrant association."),
    ),
    (
        _VILLAGE,
        ROLES_OF[OrganisationKind.CUSTODIAN],
        gettext_lazy("One person cannot act for a village administration and for a custodian."),
    ),
    (
        _VILLAGE,
        ROLES_OF[OrganisationKind.LOCAL_COUNCIL],
        gettext_lazy("One person cannot act for a village administration and sit in a local council."),
    ),
    (
        _VILLAGE,
        ROLES_OF[OrganisationKind.MATCHING_DONOR],
        gettext_lazy("One person cannot act for a village administration and for a matching donor."),
    ),
)
ONE_SEAT = frozenset({Role.HEAD, Role.COUNCIL_CHAIR, Role.CHAIR})
MOST_SEATS = 99
LONGEST_REASON = 2000


def decider_require(actor: User, action: Action, organisation: Organisation) -> User:
    """Return the administrator who may decide this. Raises NotAllowed (also `not_outside`), SecondFactorRequired."""
    require(actor, action, organisation)
    if offices_of(actor).exclude(office__role=Role.MEMBER).exists():
        raise NotAllowed(
            _("You hold an office in an organisation. Another administrator must decide this."), code="not_outside"
        )
    return actor


def reason_clean(reason: str) -> str:
    """Return the reason without blanks around it. Raises InvalidInput (`reason`) where none is given."""
    text = reason.strip()
    if not text:
        raise InvalidInput(_("Please say why."), field="reason")
    if len(text) > LONGEST_REASON:
        raise InvalidInput(_("Please write at most %(most)s characters.") % {"most": LONGEST_REASON}, field="reason")
    return text


def papers_check(papers: Document | None, actor: User, organisation: Organisation | None) -> None:
    """Raise InvalidInput (`papers`) for a document that is not this person's or this organisation's to show."""
    if papers is None:
        return
    foreign = organisation is None or papers.organisation_id != organisation.pk
    if not document_open_for(actor, papers) or (foreign and papers.uploaded_by_id != actor.pk):
        raise InvalidInput(_("We do not know this document."), field="papers")


def sides_check(person: User, role: Role) -> None:
    """Raise RuleNotMet (`two_sides`) where the person already stands on a side that this role must not join.

    The caller holds the person's row: two grants at the same moment cannot both find them free.
    """
    held = {Role(value) for value in _running(person).values_list("office__role", flat=True)}
    for one, other, why in APART:
        if (role in one and held & other) or (role in other and held & one):
            raise RuleNotMet(why, code="two_sides", field="person")


def _running(person: User) -> Any:
    # Also terms that begin later: they will stand beside the new one.
    not_over = Q(ends__isnull=True) | Q(ends__gte=clock.today())
    return Term.objects.filter(not_over, user=person, status=TermStatus.ACTIVE)
