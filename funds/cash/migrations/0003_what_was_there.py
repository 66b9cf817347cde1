"""Give cash that was taken before there were receipts its numbers, and say which of it was banked."""

from django.db import migrations
from django.db.models import Max


def receipts_write(apps, editor):
    """Number each payment in cash, in the order in which it was written down."""
    offices, written = apps.get_model("cash", "CashOffice"), apps.get_model("cash", "CashReceipt")
    pools = dict(apps.get_model("pools", "Pool").objects.values_list("public_id", "organisation_id"))
    payments = apps.get_model("payments", "Payment").objects.filter(kind__in=["cash", "pool_cash"])
    for payment in payments.exclude(recorded_by=None).order_by("recorded_at", "pk"):
        owner = pools[payment.pool_ref] if payment.kind == "pool_cash" else payment.custodian_id
        office, _made = offices.objects.get_or_create(organisation_id=owner)
        year = payment.recorded_at.year
        last = written.objects.filter(office=office, year=year).aggregate(last=Max("number"))["last"] or 0
        written.objects.create(
            office=office, year=year, number=last + 1, payment=payment, written_at=payment.recorded_at
        )


def bankings_write(apps, editor):
    """Keep each entry that took a treasurer's cash to the bank, the eldest receipts first."""
    bankings, parts = apps.get_model("cash", "CashBanking"), apps.get_model("cash", "CashPart")
    record = apps.get_model("audit", "AuditRecord").objects.filter(action="pool_cash_bank")
    by_entry = {each.details.get("entry"): each for each in record}
    organisations = dict(apps.get_model("organisations", "Organisation").objects.values_list("public_id", "pk"))
    postings = apps.get_model("ledger", "Posting").objects.filter(
        entry__kind="cash.banked", account__code__contains=":pool-"
    )
    found = [each for each in postings.select_related("account") if str(each.entry_id) in by_entry]
    for posting in sorted(found, key=lambda each: by_entry[str(each.entry_id)].pk):
        said = by_entry[str(posting.entry_id)]
        _cash, custodian, purpose = posting.account.code.split(":")
        banking = bankings.objects.create(
            custodian_id=organisations[custodian],
            pool_ref=purpose.removeprefix("pool-"),
            amount_minor=-posting.amount,
            currency=posting.currency,
            reference=said.details.get("reference", "")[:80],
            status="booked",
            asked_by_id=said.actor_id,
            asked_at=said.at,
            decided_at=said.at,
            factor_method=said.details.get("factor", ""),
            entry_id=posting.entry_id,
        )
        parts_write(apps, banking, parts)


def parts_write(apps, banking, parts):
    """Let the eldest confirmed receipts of the pool be what was banked."""
    left = banking.amount_minor
    receipts = apps.get_model("cash", "CashReceipt").objects.filter(
        payment__pool_ref=banking.pool_ref, payment__kind="pool_cash", payment__status="confirmed"
    )
    for receipt in receipts.select_related("payment").order_by("payment__received_on", "pk"):
        free = receipt.payment.amount_minor - sum(receipt.parts.values_list("amount_minor", flat=True))
        part = min(free, left)
        if part > 0:
            parts.objects.create(banking=banking, receipt=receipt, amount_minor=part)
            left -= part


class Migration(migrations.Migration):
    """Nothing is taken back: numbers that were given out stay."""

    dependencies = [
        ("cash", "0002_append_only"),
        ("audit", "0001_initial"),
        ("ledger", "0001_initial"),
        ("organisations", "0001_initial"),
        ("payments", "0003_pool_cash"),
        ("pools", "0001_initial"),
    ]
    operations = [
        migrations.RunPython(receipts_write, migrations.RunPython.noop),
        migrations.RunPython(bankings_write, migrations.RunPython.noop),
    ]
