"""Change the books behind the back of whoever keeps them, as somebody who owns the database could."""

from contextlib import contextmanager

from django.db import connection

from funds.ledger.checks import check_ledger
from funds.ledger.models import Account
from funds.ledger.triggers_log import TRIGGERS


class Editor:
    """As much of Django's schema editor as triggers need."""

    connection = connection

    @staticmethod
    def execute(sql, params=None):
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


@contextmanager
def without_triggers():
    if connection.vendor == "postgresql":
        Editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    TRIGGERS.drop(Editor)
    yield
    TRIGGERS.create(Editor)


def account(code, currency="KGS"):
    return Account.objects.get(code=code, currency=currency).pk


def change(sql, *parameters):
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert cursor.rowcount > 0


def key(entry):
    return entry.pk.hex if connection.vendor == "sqlite" else entry.pk


def found(check):
    """Return where a check finds faults."""
    return {fault.where for fault in check_ledger() if fault.check == check}


def checks_that_find():
    return {fault.check for fault in check_ledger()}
