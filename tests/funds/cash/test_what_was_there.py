"""Cash that was taken before there were receipts gets its numbers when the tables are made."""

from importlib import import_module

import pytest
from django.apps import apps

from birge import clock
from birge.audit.services import audit_record
from birge.money import Money
from funds.cash.models import CashBanking, CashReceipt
from funds.cash.selectors import cash_totals, pool_states
from funds.ledger import codes
from funds.ledger.balances import balance
from funds.ledger.kinds import EntryKind
from funds.ledger.posting import AccountKey, EntryDraft, Leg, command_finish, command_open, post
from funds.payments.services import payment_confirm_by_pool, payment_record
from tests.factories import pools as make

pytestmark = pytest.mark.django_db


def taken_long_ago(world, minor, n, *, confirm=True):
    payment = payment_record(
        custodian=world.custodian,
        kind="pool_cash",
        amount=Money(minor, "KGS"),
        received_on=clock.today(),
        actor=world.association.treasurer,
        idempotency=("user:test", f"old-{n}"),
        pool_ref=world.pool.public_id,
        reference=f"{n}",
    )
    return (
        payment_confirm_by_pool(payment=payment, actor=world.association.chair, factor_method="totp")
        if confirm
        else payment
    )


def banked_long_ago(world, minor):
    command = command_open(scope="user:test", key="old-bank", request={}).command
    legs = [
        Leg(account=AccountKey(code=codes.bank(world.custodian.public_id), currency="KGS"), amount=minor),
        Leg(
            account=AccountKey(code=codes.cash_pool(world.custodian.public_id, world.pool.public_id), currency="KGS"),
            amount=-minor,
        ),
    ]
    entry = post(command=command, drafts=[EntryDraft(kind=EntryKind.CASH_BANKED, legs=legs)])[0]
    command_finish(command, world.pool.public_id)
    audit_record(actor=world.officer, action="pool_cash_bank", obj=world.pool, entry=str(entry.pk), reference="B-1")


def test_it_is_numbered_and_what_was_banked_is_known():
    world = make.pool_of()
    taken_long_ago(world, 300_00, 1)
    taken_long_ago(world, 200_00, 2)
    taken_long_ago(world, 50_00, 3, confirm=False)
    banked_long_ago(world, 400_00)
    step = import_module("funds.cash.migrations.0003_what_was_there")
    step.receipts_write(apps, None)
    step.bankings_write(apps, None)
    assert [each.number for each in CashReceipt.objects.order_by("id")] == [1, 2, 3]
    assert (CashBanking.objects.get().reference, CashBanking.objects.get().asked_by) == ("B-1", world.officer)
    totals = cash_totals(pool_states(world.pool.public_id), "KGS")
    held = balance(codes.cash_pool(world.custodian.public_id, world.pool.public_id), "KGS")
    assert (totals.total_minor - totals.waiting_minor, held) == (100_00, 100_00)
