"""What the database itself keeps: a rate stays as it came; only a decision is added, by a person, once."""

from __future__ import annotations

from birge.appendonly import TriggerSet, no_replace, refuse

_KEPT = (
    "id", "public_id", "currency", "day", "nominal", "som", "valid_days", "source", "doubt", "loaded_at",
    "loaded_by_id",
)  # fmt: skip
_STEPS = (
    "NOT (OLD.status = 'waiting' AND NEW.status IN ('trusted', 'refused') "
    "OR OLD.status = 'trusted' AND NEW.status = 'refused') OR NEW.decided_by_id IS NULL"
)
_MESSAGE = "rates_rate: this table only grows, a decision is all that may be added"
_CHANGED = {
    "sqlite": " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _KEPT),
    "postgresql": " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _KEPT),
}
_SAME = (
    "id = NEW.id OR public_id = NEW.public_id OR (currency = NEW.currency AND day = NEW.day AND source = NEW.source "
    "AND ((nominal = NEW.nominal AND som = NEW.som) OR (status = 'trusted' AND NEW.status = 'trusted')))"
)

RATES = (
    refuse("rates_rate", ["DELETE"])
    + no_replace("rates_rate", _SAME)
    + TriggerSet(
        tables=("rates_rate",),
        sqlite=(
            f"CREATE TRIGGER rates_rate_decide BEFORE UPDATE ON rates_rate WHEN {_CHANGED['sqlite']} OR {_STEPS} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION rates_rate_decide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_CHANGED['postgresql']} OR {_STEPS} THEN "
            f"RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$",
            "CREATE TRIGGER rates_rate_decide BEFORE UPDATE ON rates_rate "
            "FOR EACH ROW EXECUTE FUNCTION rates_rate_decide()",
        ),
    )
)
