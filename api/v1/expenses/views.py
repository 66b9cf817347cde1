"""Expenses: the village shows receipts, the outside signatory accepts them."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import document_named
from api.filters import PublicIdFilter
from api.idempotency import PARAMETER, signed_once
from api.v1.payments.inputs import RefuseInput
from api.v1.projects.finding import line_named
from api.v1.projects.inputs import EmptyInput
from api.v1.releases.views import releases_public
from api.views import ApiView, ListView, WriteView
from birge.errors import InvalidInput, NotFound
from funds.releases.models import Expense, ExpenseStatus
from funds.releases.services import expense_accept, expense_refuse, expense_submit
from projects.works.selectors import projects_public

from .inputs import ExpenseInput
from .outputs import ExpenseOutput


class ExpenseFilters(django_filters.FilterSet):
    """By project, release and status."""

    project = PublicIdFilter(field_name="project__public_id")
    release = PublicIdFilter(field_name="release__public_id")
    status = django_filters.ChoiceFilter(choices=ExpenseStatus.choices)

    class Meta:
        model = Expense
        fields: list[str] = []


def expenses_public() -> QuerySet[Expense]:
    """Return the expenses of public projects, with what their output reads."""
    expenses = Expense.objects.filter(project__in=projects_public())
    return expenses.select_related("project", "release", "budget_line", "receipt")


def expense_at(public_id: str) -> Expense:
    """Return the expense that an address names. Raises NotFound."""
    expense = expenses_public().filter(public_id=public_id).first()
    if expense is None:
        raise NotFound
    return expense


@extend_schema_view(get=extend_schema(summary="List expenses"))
class ExpenseListView(ListView, WriteView):
    """All receipts, in public; a new one is shown by the village administration."""

    queryset = Expense.objects.all()
    serializer_class = ExpenseOutput
    filterset_class = ExpenseFilters
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get_queryset(self) -> QuerySet[Expense]:
        """Return what everyone may see."""
        return expenses_public()

    @extend_schema(
        summary="Submit a receipt", request=ExpenseInput, responses={201: ExpenseOutput}, parameters=[PARAMETER]
    )
    def post(self, request: Request) -> Response:
        """Say what a part of a release was spent on."""
        body = self.read(ExpenseInput)
        release = releases_public().filter(public_id=body["release"]).first()
        if release is None:
            raise InvalidInput(_("We do not know this release."), field="release", code="unknown")
        expense = signed_once(
            request,
            verb="expense_submit",
            target=release.public_id,
            body=body,
            run=lambda _proof: expense_submit(
                release=release,
                budget_line=line_named(release.project, body["budget_line"]),
                amount=body["amount"],
                supplier=body["supplier"],
                number=body["number"],
                spent_on=body["spent_on"],
                receipt=document_named(self.actor, body["receipt"], "receipt"),
                actor=self.actor,
            ),
            again=expense_at,
        )
        return Response(ExpenseOutput(expense_at(expense.public_id)).data, status=status.HTTP_201_CREATED)


class ExpenseView(ApiView):
    """One receipt."""

    @extend_schema(summary="One expense", responses=ExpenseOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it."""
        return Response(ExpenseOutput(expense_at(public_id)).data)


class ExpenseAcceptView(WriteView):
    """The receipt is right."""

    @extend_schema(summary="Accept a receipt", request=EmptyInput, responses=ExpenseOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Book it against the advance; by the project's outside signatory."""
        expense = expense_at(public_id)
        signed_once(
            request,
            verb="expense_accept",
            target=public_id,
            body=self.read(EmptyInput),
            run=lambda _proof: expense_accept(expense=expense, actor=self.actor),
            again=expense_at,
        )
        return Response(ExpenseOutput(expense_at(public_id)).data)


class ExpenseRefuseView(WriteView):
    """The receipt is not right."""

    @extend_schema(summary="Refuse a receipt", request=RefuseInput, responses=ExpenseOutput, parameters=[PARAMETER])
    def post(self, request: Request, public_id: str) -> Response:
        """Send it back, with a reason."""
        expense, body = expense_at(public_id), self.read(RefuseInput)
        signed_once(
            request,
            verb="expense_refuse",
            target=public_id,
            body=body,
            run=lambda _proof: expense_refuse(expense=expense, actor=self.actor, reason=body["reason"]),
            again=expense_at,
        )
        return Response(ExpenseOutput(expense_at(public_id)).data)
