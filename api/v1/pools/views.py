"""Pools: list, one, opening and closing."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import organisation_named, requester
from api.errors import fields_named
from api.idempotency import PARAMETER, signed_once
from api.pagination import NamePages
from api.v1.projects.inputs import ReasonInput
from api.views import ApiView, ListView, WriteView
from birge.accounts.models import User
from funds.pools.models import Pool
from funds.pools.selectors import pools_money, pools_public
from funds.pools.services import pool_close, pool_open

from .facts import pool_context
from .filters import PoolFilters
from .finding import pool_for
from .inputs import PoolInput
from .outputs import PoolDetailOutput, PoolOutput


@extend_schema_view(get=extend_schema(summary="List pools"))
class PoolListView(ListView, WriteView):
    """Pools of verified associations and matching donors, by Russian name, with what each holds now."""

    queryset = pools_public()
    serializer_class = PoolOutput
    filterset_class = PoolFilters
    pagination_class = NamePages
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Add what each pool holds, for all of the page at once."""
        money = pools_money(args[0]) if args else {}
        kwargs["context"] = {**self.get_serializer_context(), "money": money}
        return PoolOutput(*args, **kwargs)

    @extend_schema(summary="Open a pool", request=PoolInput, responses={201: PoolDetailOutput}, parameters=[PARAMETER])
    def post(self, request: Request) -> Response:
        """Open it, for whoever leads an organisation that has agreed in writing on how it decides."""
        body = self.read(PoolInput)
        said = {name: value for name, value in body.items() if name not in ("organisation", "custodian")}
        with fields_named(budget="budget_minor"):
            pool = signed_once(
                request,
                verb="pool_open",
                target=body["organisation"],
                body=body,
                run=lambda _proof: pool_open(
                    organisation=organisation_named(body["organisation"], "organisation"),
                    custodian=organisation_named(body["custodian"], "custodian"),
                    actor=self.actor,
                    **said,
                ),
                again=lambda ref: pool_for(self.actor, ref),
            )
        return Response(pool_out(self.actor, pool.public_id), status=status.HTTP_201_CREATED)


class PoolView(ApiView):
    """One pool."""

    @extend_schema(summary="One pool", responses=PoolDetailOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it with its rules, its totals, whom it thanks and what it gave."""
        return Response(pool_out(requester(request), public_id))


class PoolCloseView(WriteView):
    """A pool that holds nothing takes no more money."""

    @extend_schema(summary="Close a pool", request=ReasonInput, responses=PoolDetailOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Close it, with a reason, once nothing is in it and nothing waits."""
        pool, body = pool_for(self.actor, public_id), self.read(ReasonInput)
        signed_once(
            request,
            verb="pool_close",
            target=public_id,
            body=body,
            run=lambda _proof: pool_close(pool=pool, actor=self.actor, reason=body["reason"]),
            again=lambda ref: pool_for(self.actor, ref),
        )
        return Response(pool_out(self.actor, public_id))


def pool_out(user: User | None, public_id: str) -> Any:
    """Return the pool as it is now."""
    pool: Pool = pool_for(user, public_id)
    return PoolDetailOutput(pool, context=pool_context(pool)).data
