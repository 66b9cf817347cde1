"""Who asks, and for whom they may act."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.views import WriteView
from birge.accounts.factors import factor_enrolled
from birge.organisations.selectors import offices_of

from .outputs import MeOutput


class MeView(WriteView):
    """Oneself."""

    @extend_schema(summary="Who asks", responses=MeOutput)
    def get(self, request: Request) -> Response:
        """Return one's identifier and offices."""
        me = {"user": self.actor, "second_factor": factor_enrolled(self.actor), "offices": offices_of(self.actor)}
        return Response(MeOutput(me).data)
