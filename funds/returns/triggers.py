"""What the database itself keeps: a division is written once; only how far each part has come is added."""

from __future__ import annotations

from birge.appendonly import TriggerSet, no_replace, refuse

_KEPT = ("id", "batch_id", "position", "refund_id", "given_id", "amount_minor")
_MESSAGE = "returns_refundpart: a division is written once, only how far it has come may be added"
_CHANGED = {
    "sqlite": " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _KEPT),
    "postgresql": " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _KEPT),
}
_BACK = "OLD.status = 'done' AND NEW.status <> 'done'"

DIVISION = (
    refuse("returns_refundpart", ["DELETE"])
    + no_replace("returns_refundpart", "id = NEW.id OR (batch_id = NEW.batch_id AND position = NEW.position)")
    + TriggerSet(
        tables=("returns_refundpart",),
        sqlite=(
            "CREATE TRIGGER returns_refundpart_keep BEFORE UPDATE ON returns_refundpart "
            f"WHEN {_CHANGED['sqlite']} OR ({_BACK}) BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION returns_refundpart_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_CHANGED['postgresql']} OR ({_BACK}) THEN "
            f"RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$",
            "CREATE TRIGGER returns_refundpart_keep BEFORE UPDATE ON returns_refundpart "
            "FOR EACH ROW EXECUTE FUNCTION returns_refundpart_keep()",
        ),
    )
)
