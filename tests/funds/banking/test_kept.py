"""What a bank said stays as it came, whoever writes to the database; people's words may only be blanked."""

import pytest
from django.db import DatabaseError, connection, transaction

from funds.banking.models import BankLine, StatementFile
from funds.banking.services import lines_blank, statement_import
from funds.banking.triggers import LINES
from tests.factories.bank import bank_account, taken_in, told
from tests.factories.people import organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return bank_account(organisation("custodian"))


def test_the_triggers_stand():
    assert LINES.faults(connection) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 1},
        {"identity": "x"},
        {"number": "none"},
        {"other_name": "Другой"},
        {"text": "Другое"},
    ],
)
def test_a_line_is_not_rewritten(account, changes):
    taken_in(account, told(50_00))
    with pytest.raises(DatabaseError), transaction.atomic():
        BankLine.objects.update(**changes)


def test_a_line_and_a_statement_are_not_deleted(account):
    taken_in(account, told(50_00))
    for table in ("banking_bankline", "banking_statementfile"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    with pytest.raises(DatabaseError), transaction.atomic():
        StatementFile.objects.update(closing_minor=1)


def without_balances(*lines):
    rows = ["Дата операции;№ документа;Дебет;Кредит;Контрагент;Назначение платежа"]
    rows += [f"{each.day:%d.%m.%Y};{each.number};;{each.minor // 100};{each.name};{each.text}" for each in lines]
    return "\n".join([*rows, ""]).encode()


def test_forgotten_words_are_known_again_by_their_digest(account):
    """In a table without balances nothing else tells which of two lines of one day and sum is new."""
    first, second, third = told(50_00, "Первая"), told(50_00, "Вторая"), told(50_00, "Третья")
    assert statement_import(account=account, data=without_balances(first, second), actor=None).new == 2
    for line in BankLine.objects.all():
        BankLine.objects.filter(pk=line.pk).update(payment_ref=f"payment{line.pk}", explained_at=line.file.uploaded_at)
    lines_blank(list(BankLine.objects.filter(text="Первая").values_list("payment_ref", flat=True)))
    assert BankLine.objects.filter(text="", other_name="", other_account="").count() == 1
    again = statement_import(account=account, data=without_balances(third, first, second), actor=None)
    assert (again.errors, again.new, again.duplicates) == ([], 1, 2)
    assert sorted(BankLine.objects.values_list("text", flat=True)) == ["", "Вторая", "Третья"]
