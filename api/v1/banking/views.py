"""Accounts at banks and their statements."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.access import custodians_of, organisation_named
from api.parsers import PaperParser
from api.views import ListView, SignedIn, WriteView
from birge.accounts.models import User
from birge.errors import InvalidInput, NotFound
from funds.banking.models import BankAccount, StatementFile
from funds.banking.reading import MAX_BYTES
from funds.banking.services import bank_account_open, statement_import

from .inputs import BankAccountInput, StatementInput
from .outputs import BankAccountOutput, BankReportOutput, BankStatementOutput


def accounts_seen(user: User) -> QuerySet[BankAccount]:
    """Return the accounts of the custodians whose officer this person is."""
    return BankAccount.objects.filter(custodian__in=custodians_of(user)).select_related("custodian")


def account_for(user: User, public_id: str) -> BankAccount:
    """Return an account that this officer may see. Raises NotFound."""
    account = accounts_seen(user).filter(public_id=public_id).first()
    if account is None:
        raise NotFound
    return account


@extend_schema_view(get=extend_schema(summary="List the bank accounts of one's custodian"))
class BankAccountListView(ListView, WriteView):
    """Accounts at banks of the custodians whose officer one is."""

    queryset = BankAccount.objects.none()
    serializer_class = BankAccountOutput
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[BankAccount]:
        """Return what this officer may see."""
        return accounts_seen(self.actor)

    @extend_schema(summary="Write a bank account down", request=BankAccountInput, responses={201: BankAccountOutput})
    def post(self, request: Request) -> Response:
        """Write down an account whose statements will be taken in; each number and currency once."""
        body = self.read(BankAccountInput)
        custodian = organisation_named(body.pop("custodian"), "custodian")
        account = bank_account_open(custodian=custodian, actor=self.actor, **body)
        return Response(BankAccountOutput(account).data, status=status.HTTP_201_CREATED)


class BankAccountView(WriteView):
    """One account."""

    @extend_schema(summary="One bank account", responses=BankAccountOutput)
    def get(self, request: Request, public_id: str) -> Response:
        """Return it to an officer of its custodian."""
        return Response(BankAccountOutput(account_for(self.actor, public_id)).data)


@extend_schema_view(get=extend_schema(summary="List the statements of a bank account"))
class StatementListView(ListView, WriteView):
    """Statements that were taken in, newest first; and taking one in."""

    parser_classes = [PaperParser]
    queryset = StatementFile.objects.none()
    serializer_class = BankStatementOutput
    permission_classes = [SignedIn]

    def get_queryset(self) -> QuerySet[StatementFile]:
        """Return the statements of this account."""
        return StatementFile.objects.filter(account=account_for(self.actor, self.kwargs["public_id"]))

    @extend_schema(
        summary="Take a statement in, or look at it",
        description="Whole or not at all; each line once, whatever is sent twice. Nothing is booked by it.",
        request={"multipart/form-data": StatementInput},
        responses={200: BankReportOutput},
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Return the report. What is refused is told at `file` with all its errors, and keeps nothing."""
        account, body = account_for(self.actor, public_id), self.read(StatementInput)
        report = statement_import(
            account=account,
            data=body["file"].read(MAX_BYTES + 1),
            actor=self.actor,
            file_format=body.get("format", "auto"),
            dry_run=body.get("dry_run") == "yes",
        )
        if report.errors:
            first = report.errors[0]
            raise InvalidInput(first["message"], field="file", code="statement_refused", why=first["code"])
        return Response(BankReportOutput(report).data)
