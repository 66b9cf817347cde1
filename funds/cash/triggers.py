"""What the database itself keeps: a receipt and its number stay; ceilings and what was in which banking only grow."""

from __future__ import annotations

from birge.appendonly import TriggerSet, append_only, no_replace, refuse

_KEPT = ("id", "public_id", "office_id", "year", "number", "payment_id", "kept", "written_at")
_MESSAGE = "cash_cashreceipt: a receipt stays as it was written"
_CHANGED = {
    "sqlite": " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _KEPT),
    "postgresql": " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _KEPT),
}
_SAME = (
    "id = NEW.id OR public_id = NEW.public_id OR payment_id = NEW.payment_id "
    "OR (office_id = NEW.office_id AND year = NEW.year AND number = NEW.number)"
)

CASH = (
    refuse("cash_cashreceipt", ["DELETE"])
    + no_replace("cash_cashreceipt", _SAME)
    + TriggerSet(
        tables=("cash_cashreceipt",),
        sqlite=(
            f"CREATE TRIGGER cash_cashreceipt_stays BEFORE UPDATE ON cash_cashreceipt WHEN {_CHANGED['sqlite']} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION cash_cashreceipt_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_CHANGED['postgresql']} THEN "
            f"RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$",
            "CREATE TRIGGER cash_cashreceipt_stays BEFORE UPDATE ON cash_cashreceipt "
            "FOR EACH ROW EXECUTE FUNCTION cash_cashreceipt_stays()",
        ),
    )
    + append_only("cash_cashpart", same="id = NEW.id OR (banking_id = NEW.banking_id AND receipt_id = NEW.receipt_id)")
    + append_only("cash_cashceiling", same="id = NEW.id OR public_id = NEW.public_id")
)
