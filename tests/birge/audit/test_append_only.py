"""The record of privileged acts only grows: the database itself says no, whoever asks."""

import pytest
from django.db import DatabaseError, connection, transaction

from birge.audit.models import AuditRecord
from birge.audit.services import audit_record
from tests.factories.funds import organisation, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def record():
    return audit_record(actor=person(), action="look", obj=organisation("custodian"), reason="A test.", count=3)


def run(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_record_says_who_did_what_for_whom_and_why():
    actor, fund, village = person(), organisation("custodian"), organisation("matching_donor")
    record = audit_record(actor=actor, action="look", obj=village, organisation=fund, reason="A test.", count=3)
    kept = AuditRecord.objects.get(pk=record.pk)
    assert (kept.actor, kept.action, kept.object_type) == (actor, "look", "organisations.organisation")
    assert (kept.object_ref, kept.organisation_ref) == (village.public_id, fund.public_id)
    assert (kept.reason, kept.details) == ("A test.", {"count": 3})


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditrecord SET reason = 'Another.' WHERE id = %s",
        "UPDATE audit_auditrecord SET actor_id = NULL WHERE id = %s",
        "UPDATE audit_auditrecord SET at = '2020-01-01 00:00:00+00:00' WHERE id = %s",
        "DELETE FROM audit_auditrecord WHERE id = %s",
    ],
)
def test_the_database_refuses_to_change_a_record(record, sql):
    before = AuditRecord.objects.filter(pk=record.pk).values().get()
    with pytest.raises(DatabaseError, match="only grows"):
        run(sql, record.pk)
    assert AuditRecord.objects.filter(pk=record.pk).values().get() == before


def test_the_database_refuses_to_empty_the_table(record):
    with pytest.raises(DatabaseError, match="only grows"):
        run("DELETE FROM audit_auditrecord")
    assert AuditRecord.objects.filter(pk=record.pk).exists()


def test_django_cannot_change_a_record_either(record):
    record.reason = "Another."
    with pytest.raises(DatabaseError), transaction.atomic():
        record.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        record.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditRecord.objects.update(action="nothing")
    assert AuditRecord.objects.get(pk=record.pk).reason == "A test."


@pytest.mark.sqlite
def test_a_record_is_not_replaced_by_another_of_the_same_number(record):
    columns = "id, at, action, object_type, object_ref, organisation_ref, reason, details"
    values = "%s, '2020-01-01 00:00:00', 'x', 'x', 'x', '', '', '{}'"
    for verb in ("INSERT OR REPLACE", "REPLACE"):
        with pytest.raises(DatabaseError, match="there already"):
            run(f"{verb} INTO audit_auditrecord ({columns}) VALUES ({values})", record.pk)
    assert AuditRecord.objects.get(pk=record.pk).action == "look"


@pytest.mark.postgresql
def test_the_table_is_not_truncated(record):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="only grows"):
        run("TRUNCATE audit_auditrecord")


@transaction.atomic
def an_act_that_fails(fund):
    audit_record(actor=None, action="look", obj=fund)
    raise ZeroDivisionError


def test_act_and_record_stand_or_fall_together():
    fund = organisation("custodian")
    with pytest.raises(ZeroDivisionError):
        an_act_that_fails(fund)
    assert not AuditRecord.objects.filter(object_ref=fund.public_id).exists()


def test_who_has_acted_cannot_be_deleted(record):
    with pytest.raises(DatabaseError), transaction.atomic():
        record.actor.delete()
