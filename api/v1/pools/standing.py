"""One's own monthly promise to a pool: a reminder, never a charge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import PARAMETER, signed_once
from api.v1.projects.inputs import EmptyInput
from api.views import WriteView
from birge.errors import NotFound
from funds.pools.models import Pool, StandingPromise
from funds.pools.selectors import standing_of
from funds.pools.services import (
    amount_check,
    standing_change,
    standing_end,
    standing_pause,
    standing_resume,
    standing_start,
)

from .finding import pool_for, standing_for
from .inputs import StandingChangeInput, StandingInput
from .outputs import StandingOutput


class StandingStartView(WriteView):
    """What one promised this pool each month."""

    @extend_schema(summary="My monthly promise to a pool", responses=StandingOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return what has not ended."""
        mine = standing_of(self.actor, pool_for(self.actor, public_id))
        if mine is None:
            raise NotFound
        return Response(StandingOutput(mine).data)

    @extend_schema(
        summary="Promise a pool something each month",
        description="One for each person and pool. On its day a message asks for it; nobody is charged.",
        request=StandingInput,
        responses={201: StandingOutput},
        parameters=[PARAMETER],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Start it."""
        pool, body = pool_for(self.actor, public_id), self.read(StandingInput)
        started = signed_once(
            request,
            verb="standing_start",
            target=public_id,
            body=body,
            run=lambda _proof: standing_start(
                pool=pool,
                actor=self.actor,
                amount_minor=_minor(pool, body),
                day=body["day"],
                language=body["language"],
            ),
            again=lambda ref: standing_for(self.actor, ref),
        )
        output = StandingOutput(standing_for(self.actor, started.public_id))
        return Response(output.data, status=status.HTTP_201_CREATED)


class _StandingStep(WriteView):
    """What the steps of a monthly promise share."""

    def step(
        self, verb: str, standing_id: str, run: Callable[[StandingPromise], StandingPromise], body: Any = None
    ) -> Response:
        """Run the verb once and return the promise as it is then."""
        standing = standing_for(self.actor, standing_id)
        signed_once(
            self.request,
            verb=verb,
            target=standing_id,
            body=self.read(EmptyInput) if body is None else body,
            run=lambda _proof: run(standing),
            again=lambda ref: standing_for(self.actor, ref),
        )
        return Response(StandingOutput(standing_for(self.actor, standing_id)).data)


class StandingPauseView(_StandingStep):
    """No reminders for now."""

    @extend_schema(
        summary="Pause a monthly promise", request=EmptyInput, responses=StandingOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, standing_id: str) -> Response:
        """Send no reminders until it is resumed."""
        return self.step(
            "standing_pause", standing_id, lambda standing: standing_pause(standing=standing, actor=self.actor)
        )


class StandingResumeView(_StandingStep):
    """Reminders again."""

    @extend_schema(
        summary="Resume a monthly promise", request=EmptyInput, responses=StandingOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, standing_id: str) -> Response:
        """Send reminders from the next day of asking on; what was missed is not asked for."""
        return self.step(
            "standing_resume", standing_id, lambda standing: standing_resume(standing=standing, actor=self.actor)
        )


class StandingChangeView(_StandingStep):
    """Another sum, or another day."""

    @extend_schema(
        summary="Change a monthly promise",
        request=StandingChangeInput,
        responses=StandingOutput,
        parameters=[PARAMETER],
    )
    def post(self, request: Request, standing_id: str) -> Response:
        """Promise it from now on; what was asked for this month stays as it was asked."""
        standing_for(self.actor, standing_id)
        body = self.read(StandingChangeInput)
        return self.step(
            "standing_change",
            standing_id,
            lambda standing: standing_change(
                standing=standing,
                amount_minor=_minor(standing.pool, body),
                day=body["day"],
                actor=self.actor,
            ),
            body,
        )


class StandingEndView(_StandingStep):
    """No monthly promise any more."""

    @extend_schema(
        summary="End a monthly promise", request=EmptyInput, responses=StandingOutput, parameters=[PARAMETER]
    )
    def post(self, request: Request, standing_id: str) -> Response:
        """End it; whoever wants can start anew."""
        return self.step(
            "standing_end", standing_id, lambda standing: standing_end(standing=standing, actor=self.actor)
        )


def _minor(pool: Pool, body: dict[str, Any]) -> int:
    """Return the sum in the pool's currency. Raises InvalidInput for another one."""
    amount_check(pool, body["amount"])
    return int(body["amount"].minor)
