"""Proposals: one who belongs proposes, others decide, somebody else than its author books exactly that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import project_named, requester
from api.idempotency import PARAMETER, idempotency, signed_once
from api.throttling import FactorThrottle
from api.v1.payments.inputs import FactorInput
from api.v1.pools.finding import is_inside, pool_for, pool_named
from api.v1.pools.giving import POOL
from api.v1.projects.inputs import ReasonInput
from api.views import ApiView, ListView, SignedIn, WriteView
from birge.accounts.factors import FactorProof
from birge.accounts.models import User
from birge.errors import NotFound
from funds.pools.models import Pool, Proposal
from funds.pools.selectors import pools_public, proposals_for, proposals_of
from funds.pools.services import proposal_make, proposal_withdraw
from funds.settlement.services import ballot_cast_and_book, proposal_book

from .filters import ProposalFilters, WaitingFilters
from .inputs import NoInput, ProposalInput, YesInput
from .outputs import ProposalDetailOutput, ProposalOutput


def proposals_seen(user: User | None, pool: Pool) -> QuerySet[Proposal]:
    """Return the pool's proposals: all of them for who belongs, for everyone else what was decided."""
    proposals = proposals_of(pool)
    return proposals if is_inside(user, pool) else proposals.filter(decided_at__isnull=False)


def proposal_for(user: User | None, public_id: str) -> Proposal:
    """Return a proposal that this person may see. Raises NotFound."""
    pool = pools_public().filter(proposals__public_id=public_id).first()
    proposal = proposals_seen(user, pool).filter(public_id=public_id).first() if pool is not None else None
    if pool is None or proposal is None:
        raise NotFound
    proposal.pool = pool  # with whose it is and who holds it
    return proposal


@extend_schema_view(get=extend_schema(summary="List the proposals on a pool", parameters=[POOL]))
class ProposalListView(ListView, WriteView):
    """For who belongs, all proposals, newest first; for everyone else those that were approved or refused."""

    queryset = Proposal.objects.none()
    serializer_class = ProposalOutput
    filterset_class = ProposalFilters
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[Proposal]:
        """Return what this reader may see."""
        user = requester(self.request)
        return proposals_seen(user, pool_for(user, self.kwargs.get("public_id", "")))

    @extend_schema(
        summary="Propose something for a pool's money",
        description="By one who belongs to whoever owns it. How it is decided stays as the terms of reference say now.",
        request=ProposalInput,
        responses={201: ProposalDetailOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Propose it; all others who may decide are told."""
        key, pool = idempotency(request), pool_for(self.actor, public_id)
        body = self.read(ProposalInput)
        made = proposal_make(
            pool=pool,
            kind=body["kind"],
            actor=self.actor,
            reason=body["reason"],
            amount=body.get("amount"),
            project=project_named(self.actor, body["project"]) if "project" in body else None,
            to_pool=pool_named(body["to_pool"], "to_pool") if "to_pool" in body else None,
            rule_data=body.get("rule"),
            rule_ref=body.get("rule_ref", ""),
            name=body.get("name", ""),
            deadline=body.get("deadline"),
            idempotency=key,
        )
        return Response(proposal_out(self.actor, made.public_id), status=status.HTTP_201_CREATED)


@extend_schema(summary="List the proposals that wait for my answer")
class WaitingProposalListView(ListView, WriteView):
    """Proposals on which one may still say yes or no, newest first."""

    queryset = Proposal.objects.none()
    serializer_class = ProposalOutput
    filterset_class = WaitingFilters
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[Proposal]:
        """Return them."""
        return proposals_for(self.actor).filter(pool__in=pools_public().order_by())


class ProposalView(ApiView):
    """One proposal."""

    @extend_schema(summary="One proposal", responses=ProposalDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it; with its ballots to who belongs, once it is decided with their count to everyone."""
        return Response(proposal_out(requester(request), public_id))


class _ProposalStep(WriteView):
    """What the steps of a proposal share."""

    throttle_classes = [FactorThrottle, *WriteView.throttle_classes]

    def step(
        self,
        verb: str,
        public_id: str,
        body: dict[str, Any],
        run: Callable[[Proposal, FactorProof | None], Proposal],
    ) -> Response:
        """Run the verb once and return the proposal as it is then."""
        proposal = proposal_for(self.actor, public_id)
        signed_once(
            self.request,
            verb=verb,
            target=public_id,
            body=body,
            run=lambda proof: run(proposal, proof),
            again=lambda ref: proposal_for(self.actor, ref),
        )
        return Response(proposal_out(self.actor, public_id))

    def answer(self, public_id: str, body: dict[str, Any], *, yes: bool) -> Response:
        """Say yes or no, once."""
        return self.step(
            "proposal_yes" if yes else "proposal_no",
            public_id,
            body,
            lambda proposal, proof: ballot_cast_and_book(
                proposal=proposal,
                actor=self.actor,
                yes=yes,
                digest=body["digest"],
                proof=proof,
                reason=body.get("reason", ""),
            ),
        )


class ProposalYesView(_ProposalStep):
    """One more yes."""

    @extend_schema(
        summary="Say yes to a proposal",
        description="Never by its author. Where signatures decide it takes a second factor, and the yes that decides "
        "books at once where that can be done; where it cannot, the proposal stays approved until its last day.",
        request=YesInput,
        responses=ProposalDetailOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Agree to what was read."""
        proposal_for(self.actor, public_id)
        return self.answer(public_id, self.read(YesInput), yes=True)


class ProposalNoView(_ProposalStep):
    """One more no."""

    @extend_schema(
        summary="Say no to a proposal",
        description="With a reason; where signatures decide, with a second factor. Once so many yes as it needs "
        "cannot be reached any more, it is refused.",
        request=NoInput,
        responses=ProposalDetailOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Do not agree."""
        proposal_for(self.actor, public_id)
        return self.answer(public_id, self.read(NoInput), yes=False)


class ProposalWithdrawView(_ProposalStep):
    """It is taken back."""

    @extend_schema(
        summary="Take a proposal back", request=ReasonInput, responses=ProposalDetailOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Take it back before it is booked, with a reason: its author, or anyone who signs."""
        proposal_for(self.actor, public_id)
        body = self.read(ReasonInput)
        return self.step(
            "proposal_withdraw",
            public_id,
            body,
            lambda proposal, _proof: proposal_withdraw(proposal=proposal, actor=self.actor, reason=body["reason"]),
        )


class ProposalBookView(_ProposalStep):
    """What was decided is booked."""

    @extend_schema(
        summary="Book a proposal", request=FactorInput, responses=ProposalDetailOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Book exactly what was agreed to, as one who signs and did not propose it; with a second factor."""
        proposal_for(self.actor, public_id)
        return self.step(
            "proposal_book",
            public_id,
            self.read(FactorInput),
            lambda proposal, proof: proposal_book(proposal=proposal, actor=self.actor, proof=proof),
        )


def proposal_out(user: User | None, public_id: str) -> Any:
    """Return the proposal as it is now, as much of it as this person may see."""
    proposal = proposal_for(user, public_id)
    return ProposalDetailOutput(proposal, context={"inside": is_inside(user, proposal.pool)}).data
