"""What the database itself keeps: what a bank said stays as it came. People's words may be blanked, not rewritten."""

from __future__ import annotations

from birge.appendonly import TriggerSet, append_only, no_replace, refuse

_KEPT = (
    "id", "public_id", "account_id", "file_id", "day", "amount_minor", "currency", "bank_reference", "number",
    "ordinal", "identity",
)  # fmt: skip
_WORDS = ("text", "other_name", "other_account")
_MESSAGE = "banking_bankline: what the bank said stays as it came"
_SAME = "id = NEW.id OR public_id = NEW.public_id OR (account_id = NEW.account_id AND identity = NEW.identity)"


def _changed(differs: str) -> str:
    kept = [f"NEW.{name} {differs} OLD.{name}" for name in _KEPT]
    return " OR ".join([*kept, *(f"(NEW.{name} <> OLD.{name} AND NEW.{name} <> '')" for name in _WORDS)])


LINES = (
    refuse("banking_bankline", ["DELETE"])
    + no_replace("banking_bankline", _SAME)
    + append_only("banking_statementfile", same="id = NEW.id OR (account_id = NEW.account_id AND sha256 = NEW.sha256)")
    + TriggerSet(
        tables=("banking_bankline",),
        sqlite=(
            f"CREATE TRIGGER banking_bankline_kept BEFORE UPDATE ON banking_bankline WHEN {_changed('IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
        ),
        postgresql=(
            "CREATE OR REPLACE FUNCTION banking_bankline_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_changed('IS DISTINCT FROM')} THEN "
            f"RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$",
            "CREATE TRIGGER banking_bankline_kept BEFORE UPDATE ON banking_bankline "
            "FOR EACH ROW EXECUTE FUNCTION banking_bankline_kept()",
        ),
    )
)
