"""What the database itself keeps: an exchange stays as it was written down; only a decision is added, once."""

from __future__ import annotations

from birge.appendonly import TriggerSet, no_replace, refuse

_KEPT = (
    "id", "public_id", "custodian_id", "gave_minor", "gave_currency", "gave_from", "got_minor", "got_currency",
    "got_to", "done_on", "reference", "paper_id", "gave_line_id", "got_line_id", "official_minor", "rate",
    "rate_source", "rate_on", "asked_by_id", "asked_at",
)  # fmt: skip
_STEPS = "NOT (OLD.status = 'asked' AND NEW.status IN ('booked', 'refused')) OR NEW.decided_by_id IS NULL"
_MESSAGE = "exchange_exchange: this table only grows, a decision is all that may be added"
_CHANGED = {
    "sqlite": " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _KEPT),
    "postgresql": " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _KEPT),
}

EXCHANGES = (
    refuse("exchange_exchange", ["DELETE"])
    + no_replace("exchange_exchange", "id = NEW.id OR public_id = NEW.public_id OR entry_id = NEW.entry_id")
    + TriggerSet(
        tables=("exchange_exchange",),
        sqlite=(
            "CREATE TRIGGER exchange_exchange_decide BEFORE UPDATE ON exchange_exchange "
            f"WHEN {_CHANGED['sqlite']} OR {_STEPS} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION exchange_exchange_decide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_CHANGED['postgresql']} OR {_STEPS} THEN "
            f"RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$",
            "CREATE TRIGGER exchange_exchange_decide BEFORE UPDATE ON exchange_exchange "
            "FOR EACH ROW EXECUTE FUNCTION exchange_exchange_decide()",
        ),
    )
)
