"""The SQL that keeps the books honest, whoever writes to the database.

Seal last: postings are written first, their entry last. The insert of the entry checks count and balance and seals
it: no posting can be added afterwards. On PostgreSQL another session could slip a posting into an entry that is not
yet committed; a deferred constraint trigger checks the entry once more at commit and refuses it.

A guarded account's postings are numbered without a gap, and its balance moves by exactly what they say, before their
entry is sealed; so the floor holds for anyone who writes here, not only for our own code. An entry that ends or undoes
another one names one that stands already and was not ended before.

The triggers of the log are in `triggers_log`.
"""
# ruff: noqa: S608 - nothing from outside goes into this SQL

from __future__ import annotations

from birge.appendonly import TriggerSet, append_only, no_replace, refuse

_SQLITE = (
    """CREATE TRIGGER ledger_entry_seal BEFORE INSERT ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'ledger_entry: UNIQUE constraint failed, the entry is there already') WHERE EXISTS (
        SELECT 1 FROM ledger_entry WHERE id = NEW.id OR (command_id = NEW.command_id AND n = NEW.n)
        OR resolves_id = NEW.resolves_id OR reverses_id = NEW.reverses_id);
    SELECT RAISE(ABORT, 'ledger_entry: its command is not there') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_command WHERE id = NEW.command_id);
    SELECT RAISE(ABORT, 'ledger_entry: it ends one entry or undoes one, not both') WHERE
        NEW.resolves_id IS NOT NULL AND NEW.reverses_id IS NOT NULL;
    SELECT RAISE(ABORT, 'ledger_entry: what it names is not there') WHERE
        COALESCE(NEW.resolves_id, NEW.reverses_id) IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM ledger_entry WHERE id = COALESCE(NEW.resolves_id, NEW.reverses_id));
    SELECT RAISE(ABORT, 'ledger_entry: what it names was ended before') WHERE EXISTS (
        SELECT 1 FROM ledger_entry WHERE reverses_id = NEW.resolves_id) OR EXISTS (
        SELECT 1 FROM ledger_entry r WHERE r.resolves_id = NEW.reverses_id
        AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE reverses_id = r.id));
    SELECT RAISE(ABORT, 'ledger_entry: wrong number of postings') WHERE NEW.n_postings < 2 OR NEW.n_postings <>
        (SELECT COUNT(*) FROM ledger_posting WHERE entry_id = NEW.id);
    SELECT RAISE(ABORT, 'ledger_entry: does not balance') WHERE EXISTS (
        SELECT 1 FROM ledger_posting WHERE entry_id = NEW.id GROUP BY currency HAVING SUM(amount) <> 0);
    SELECT RAISE(ABORT, 'ledger_entry: an account of another book') WHERE EXISTS (
        SELECT 1 FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE p.entry_id = NEW.id AND a.book <> NEW.book);
    SELECT RAISE(ABORT, 'ledger_entry: a balance has not moved with it') WHERE EXISTS (
        SELECT 1 FROM ledger_posting p LEFT JOIN ledger_balance b ON b.account_id = p.account_id
        WHERE p.entry_id = NEW.id AND p.version > COALESCE(b.version, 0));
    END""",
    """CREATE TRIGGER ledger_posting_open BEFORE INSERT ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'ledger_posting: UNIQUE constraint failed, the posting is there already') WHERE EXISTS (
        SELECT 1 FROM ledger_posting WHERE (entry_id = NEW.entry_id AND k = NEW.k)
        OR (account_id = NEW.account_id AND version = NEW.version));
    SELECT RAISE(ABORT, 'ledger_posting: the entry is sealed') WHERE EXISTS (
        SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id);
    SELECT RAISE(ABORT, 'ledger_posting: not the currency of the account') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND currency = NEW.currency);
    SELECT RAISE(ABORT, 'ledger_posting: a guarded account needs a version, another has none') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND guarded = (NEW.version IS NOT NULL));
    SELECT RAISE(ABORT, 'ledger_posting: not the next version of the account') WHERE NEW.version <>
        (SELECT COALESCE(MAX(version), 0) + 1 FROM ledger_posting WHERE account_id = NEW.account_id);
    END""",
    """CREATE TRIGGER ledger_balance_start BEFORE INSERT ON ledger_balance
    WHEN NEW.amount <> 0 OR NEW.version <> 0 BEGIN
    SELECT RAISE(ABORT, 'ledger_balance: a balance begins at nothing'); END""",
    """CREATE TRIGGER ledger_balance_step BEFORE UPDATE ON ledger_balance BEGIN
    SELECT RAISE(ABORT, 'ledger_balance: a balance only moves on') WHERE
        NEW.version <= OLD.version OR NEW.account_id <> OLD.account_id;
    SELECT RAISE(ABORT, 'ledger_balance: a balance moves with its postings only') WHERE
        NEW.version IS NOT (SELECT MAX(version) FROM ledger_posting WHERE account_id = NEW.account_id)
        OR NEW.amount - OLD.amount IS NOT (SELECT SUM(p.amount * a.normal) FROM ledger_posting p
            JOIN ledger_account a ON a.id = p.account_id
            WHERE p.account_id = NEW.account_id AND p.version > OLD.version);
    END""",
    """CREATE TRIGGER ledger_command_once BEFORE UPDATE ON ledger_command
    WHEN OLD.result_ref <> '' OR NEW.scope <> OLD.scope OR NEW.key <> OLD.key
    OR NEW.request_hash <> OLD.request_hash OR NEW.id <> OLD.id OR NEW.created_at <> OLD.created_at BEGIN
    SELECT RAISE(ABORT, 'ledger_command: a result is set once'); END""",
)


def _before(verb: str, table: str, function: str) -> str:
    return f"CREATE TRIGGER {function} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"


_RAISE = "USING ERRCODE = 'integrity_constraint_violation'"
_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION ledger_entry_check(entry uuid, wanted integer, of_book text) RETURNS void
    LANGUAGE plpgsql AS $$ DECLARE many integer; strange integer; unmoved integer; total numeric; one boolean; BEGIN
    SELECT COUNT(*), COUNT(*) FILTER (WHERE a.book <> of_book), COUNT(*) FILTER (
        WHERE p.version > COALESCE((SELECT version FROM ledger_balance b WHERE b.account_id = p.account_id), 0)),
        SUM(p.amount), MIN(p.currency) = MAX(p.currency) INTO many, strange, unmoved, total, one
        FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE p.entry_id = entry;
    IF wanted < 2 OR wanted <> many THEN
        RAISE EXCEPTION 'ledger_entry: wrong number of postings' {_RAISE}; END IF;
    IF total <> 0 OR (NOT one AND EXISTS (
        SELECT 1 FROM ledger_posting WHERE entry_id = entry GROUP BY currency HAVING SUM(amount) <> 0)) THEN
        RAISE EXCEPTION 'ledger_entry: does not balance' {_RAISE}; END IF;
    IF strange > 0 THEN
        RAISE EXCEPTION 'ledger_entry: an account of another book' {_RAISE}; END IF;
    IF unmoved > 0 THEN
        RAISE EXCEPTION 'ledger_entry: a balance has not moved with it' {_RAISE}; END IF;
    END $$""",
    f"""CREATE OR REPLACE FUNCTION ledger_entry_end(resolved uuid, undone uuid) RETURNS void
    LANGUAGE plpgsql AS $$ DECLARE ended uuid := COALESCE(resolved, undone); BEGIN
    IF ended IS NULL THEN RETURN; END IF;
    IF resolved IS NOT NULL AND undone IS NOT NULL THEN
        RAISE EXCEPTION 'ledger_entry: it ends one entry or undoes one, not both' {_RAISE}; END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'ledger_entry: only a read committed transaction sees all that was ended' {_RAISE}; END IF;
    PERFORM 1 FROM ledger_command WHERE id = (SELECT command_id FROM ledger_entry WHERE id = ended) FOR NO KEY UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'ledger_entry: what it names is not there' {_RAISE}; END IF;
    IF EXISTS (SELECT 1 FROM ledger_entry WHERE reverses_id = resolved) OR EXISTS (
        SELECT 1 FROM ledger_entry r WHERE r.resolves_id = undone
        AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE reverses_id = r.id)) THEN
        RAISE EXCEPTION 'ledger_entry: what it names was ended before' {_RAISE}; END IF;
    END $$""",
    f"""CREATE OR REPLACE FUNCTION ledger_entry_seal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_command WHERE id = NEW.command_id) THEN
        RAISE EXCEPTION 'ledger_entry: its command is not there' {_RAISE}; END IF;
    PERFORM ledger_entry_end(NEW.resolves_id, NEW.reverses_id);
    PERFORM ledger_entry_check(NEW.id, NEW.n_postings, NEW.book); RETURN NEW; END $$""",
    _before("INSERT", "ledger_entry", "ledger_entry_seal"),
    f"""CREATE OR REPLACE FUNCTION ledger_posting_open() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE found_account ledger_account%ROWTYPE; BEGIN
    IF EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id) THEN
        RAISE EXCEPTION 'ledger_posting: the entry is sealed' {_RAISE}; END IF;
    SELECT * INTO found_account FROM ledger_account WHERE id = NEW.account_id;
    IF found_account.currency IS DISTINCT FROM NEW.currency THEN
        RAISE EXCEPTION 'ledger_posting: not the currency of the account' {_RAISE}; END IF;
    IF found_account.guarded IS DISTINCT FROM (NEW.version IS NOT NULL) THEN
        RAISE EXCEPTION 'ledger_posting: a guarded account needs a version, another has none' {_RAISE}; END IF;
    IF NEW.version <> (SELECT COALESCE(MAX(version), 0) + 1 FROM ledger_posting WHERE account_id = NEW.account_id) THEN
        RAISE EXCEPTION 'ledger_posting: not the next version of the account' {_RAISE}; END IF;
    RETURN NEW; END $$""",
    _before("INSERT", "ledger_posting", "ledger_posting_open"),
    # The entry was looked at when it was sealed: whatever was slipped in since makes one posting too many.
    f"""CREATE OR REPLACE FUNCTION ledger_posting_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE wanted integer; BEGIN
    SELECT n_postings INTO wanted FROM ledger_entry WHERE id = NEW.entry_id;
    IF NOT FOUND THEN RAISE EXCEPTION 'ledger_posting: its entry is missing' {_RAISE}; END IF;
    IF wanted <> (SELECT COUNT(*) FROM ledger_posting WHERE entry_id = NEW.entry_id) THEN
        RAISE EXCEPTION 'ledger_entry: wrong number of postings' {_RAISE}; END IF;
    RETURN NULL; END $$""",
    "CREATE CONSTRAINT TRIGGER ledger_posting_at_commit AFTER INSERT ON ledger_posting "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_posting_at_commit()",
    f"""CREATE OR REPLACE FUNCTION ledger_balance_start() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.amount <> 0 OR NEW.version <> 0 THEN
        RAISE EXCEPTION 'ledger_balance: a balance begins at nothing' {_RAISE}; END IF; RETURN NEW; END $$""",
    _before("INSERT", "ledger_balance", "ledger_balance_start"),
    f"""CREATE OR REPLACE FUNCTION ledger_balance_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.version <= OLD.version OR NEW.account_id <> OLD.account_id THEN
        RAISE EXCEPTION 'ledger_balance: a balance only moves on' {_RAISE}; END IF;
    IF NEW.version IS DISTINCT FROM (SELECT MAX(version) FROM ledger_posting WHERE account_id = NEW.account_id)
        OR NEW.amount - OLD.amount IS DISTINCT FROM (SELECT SUM(p.amount * a.normal) FROM ledger_posting p
            JOIN ledger_account a ON a.id = p.account_id
            WHERE p.account_id = NEW.account_id AND p.version > OLD.version) THEN
        RAISE EXCEPTION 'ledger_balance: a balance moves with its postings only' {_RAISE}; END IF;
    RETURN NEW; END $$""",
    _before("UPDATE", "ledger_balance", "ledger_balance_step"),
    f"""CREATE OR REPLACE FUNCTION ledger_command_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.result_ref <> '' OR NEW.scope <> OLD.scope OR NEW.key <> OLD.key
        OR NEW.request_hash <> OLD.request_hash OR NEW.id <> OLD.id OR NEW.created_at <> OLD.created_at THEN
        RAISE EXCEPTION 'ledger_command: a result is set once' {_RAISE}; END IF; RETURN NEW; END $$""",
    _before("UPDATE", "ledger_command", "ledger_command_once"),
)

CORE = (
    append_only("ledger_entry")
    + append_only("ledger_posting", same="(entry_id = NEW.entry_id AND k = NEW.k)")
    + append_only("ledger_account", same="id = NEW.id OR (code = NEW.code AND currency = NEW.currency)")
    + refuse("ledger_balance", ["DELETE"])
    + no_replace("ledger_balance", "account_id = NEW.account_id")
    + refuse("ledger_command", ["DELETE"])
    + no_replace("ledger_command", "id = NEW.id OR (scope = NEW.scope AND key = NEW.key)")
    + refuse("ledger_donoropening", ["UPDATE"])  # it may be erased, not changed
    + no_replace("ledger_donoropening", "id = NEW.id OR entry_id = NEW.entry_id")
    + TriggerSet(
        tables=("ledger_entry", "ledger_posting", "ledger_balance", "ledger_command"),
        sqlite=_SQLITE,
        postgresql=_POSTGRESQL,
    )
)
