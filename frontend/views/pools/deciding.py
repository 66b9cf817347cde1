"""A proposal: yes or no, each once and by their own office; taken back, or booked by another than its author."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from frontend.access import desk_page, signed_in
from frontend.deeds import Deed, deeds_page
from frontend.forms.pools.proposing import BookForm, NoForm, TakeBackForm, YesForm
from frontend.presenters.pools.proposals import Stand, proposal_page, stand_of
from funds.pools.models import Proposal
from funds.pools.services import proposal_withdraw
from funds.settlement.services import ballot_cast_and_book, proposal_book

from .finding import proposal_inside


@require_GET
def proposal_link(_request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead from the short address in a message to the page, in the reader's language; who may see it is asked there."""
    return redirect(reverse("proposal", args=[public_id]))


@desk_page
def proposal(request: HttpRequest, public_id: str, wanted: str = "") -> HttpResponse:
    """Show a proposal to its pool's people, with what this person may do."""
    found = proposal_inside(request, public_id)
    stand = stand_of(found, signed_in(request))
    return deeds_page(
        request,
        template="pools/proposal.html",
        context=proposal_page(found, stand),
        deeds=[*_answers(found, stand), *_afterwards(found, stand)],
        here=reverse("proposal", args=[public_id]),
        wanted=wanted,
        target=public_id,
    )


def _answers(found: Proposal, stand: Stand) -> list[Deed]:
    shown = {"digest": found.digest, "signs": stand.signs}
    return [
        Deed(
            name="yes",
            title=_("I agree"),
            text=_("To exactly this, as it stands here."),
            button=_("Yes"),
            form=YesForm,
            arguments=shown,
            run=lambda doing: ballot_cast_and_book(
                proposal=found, actor=doing.actor, yes=True, digest=doing.data["digest"], proof=doing.proof
            ),
            thanks=_("Your yes counts."),
            offered=stand.can_decide,
        ),
        Deed(
            name="no",
            title=_("I do not agree"),
            button=_("No"),
            form=NoForm,
            arguments=shown,
            run=lambda doing: ballot_cast_and_book(
                proposal=found,
                actor=doing.actor,
                yes=False,
                digest=doing.data["digest"],
                proof=doing.proof,
                reason=doing.data["reason"],
            ),
            thanks=_("Your no counts."),
            danger=True,
            offered=stand.can_decide,
        ),
    ]


def _afterwards(found: Proposal, stand: Stand) -> list[Deed]:
    return [
        Deed(
            name="book",
            title=_("Book it"),
            text=_("What was decided goes into the books, exactly as it stands here."),
            button=_("Book it"),
            form=BookForm,
            run=lambda doing: proposal_book(proposal=found, actor=doing.actor, proof=doing.proof),
            thanks=_("Booked."),
            offered=stand.can_book,
        ),
        Deed(
            name="take-back",
            title=_("Take it back"),
            text=_("No money has moved. It can be proposed again."),
            button=_("Take it back"),
            form=TakeBackForm,
            run=lambda doing: proposal_withdraw(proposal=found, actor=doing.actor, reason=doing.data["reason"]),
            thanks=_("Taken back."),
            danger=True,
            offered=stand.can_take_back,
        ),
    ]
