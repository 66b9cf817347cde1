"""The SQL that lets the public log only grow, place after place, and an entry wait until it stands there, once.

The head seals what lies below it: it moves only to where the leaves end, nodes and statement lines are written for
places that it has not passed yet, and a checkpoint is of the head as it stands.
"""

# ruff: noqa: S608 - nothing from outside goes into this SQL

from __future__ import annotations

from birge.appendonly import TriggerSet, append_only, no_replace, refuse

from .posting_sql import POSTING
from .triggers import CORE

_RAISE = "USING ERRCODE = 'integrity_constraint_violation'"
_SQLITE = (
    """CREATE TRIGGER ledger_outbox_taken BEFORE DELETE ON ledger_outbox BEGIN
    SELECT RAISE(ABORT, 'ledger_outbox: the entry has no place in the log yet') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_logleaf WHERE entry_id = OLD.entry_id);
    END""",
    """CREATE TRIGGER ledger_logleaf_next BEFORE INSERT ON ledger_logleaf BEGIN
    SELECT RAISE(ABORT, 'ledger_logleaf: not the next place in the log') WHERE NEW.idx <>
        (SELECT COALESCE(MAX(idx) + 1, 0) FROM ledger_logleaf);
    SELECT RAISE(ABORT, 'ledger_logleaf: there is no such entry') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id);
    END""",
    """CREATE TRIGGER ledger_outbox_once BEFORE INSERT ON ledger_outbox BEGIN
    SELECT RAISE(ABORT, 'ledger_outbox: the entry has its place in the log already') WHERE EXISTS (
        SELECT 1 FROM ledger_logleaf WHERE entry_id = NEW.entry_id);
    SELECT RAISE(ABORT, 'ledger_outbox: there is no such entry') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id);
    END""",
    """CREATE TRIGGER ledger_lognode_open BEFORE INSERT ON ledger_lognode BEGIN
    SELECT RAISE(ABORT, 'ledger_lognode: not of places that are being written') WHERE
        (NEW.idx + 1) << NEW.level <= (SELECT size FROM ledger_loghead)
        OR (NEW.idx + 1) << NEW.level > (SELECT COALESCE(MAX(idx) + 1, 0) FROM ledger_logleaf);
    END""",
    """CREATE TRIGGER ledger_statementline_open BEFORE INSERT ON ledger_statementline BEGIN
    SELECT RAISE(ABORT, 'ledger_statementline: not of a place that is being written') WHERE
        NEW.idx < (SELECT size FROM ledger_loghead)
        OR NEW.idx >= (SELECT COALESCE(MAX(idx) + 1, 0) FROM ledger_logleaf);
    SELECT RAISE(ABORT, 'ledger_statementline: there is no such account') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_account WHERE id = NEW.account_id);
    END""",
    """CREATE TRIGGER ledger_loghead_on BEFORE UPDATE ON ledger_loghead BEGIN
    SELECT RAISE(ABORT, 'ledger_loghead: the log only grows') WHERE NEW.size <= OLD.size OR NEW.id <> OLD.id;
    SELECT RAISE(ABORT, 'ledger_loghead: the head stands where the leaves end') WHERE NEW.size <>
        (SELECT COALESCE(MAX(idx) + 1, 0) FROM ledger_logleaf);
    END""",
    """CREATE TRIGGER ledger_checkpoint_of_head BEFORE INSERT ON ledger_checkpoint BEGIN
    SELECT RAISE(ABORT, 'ledger_checkpoint: not of the head of the log') WHERE NEW.size IS NOT
        (SELECT size FROM ledger_loghead);
    END""",
)
_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION ledger_outbox_taken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM gone WHERE NOT EXISTS (SELECT 1 FROM ledger_logleaf l WHERE l.entry_id = gone.entry_id))
    THEN RAISE EXCEPTION 'ledger_outbox: the entry has no place in the log yet' {_RAISE}; END IF;
    RETURN NULL; END $$""",
    "CREATE TRIGGER ledger_outbox_taken AFTER DELETE ON ledger_outbox REFERENCING OLD TABLE AS gone "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_outbox_taken()",
    f"""CREATE OR REPLACE FUNCTION ledger_logleaf_next() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE before bigint; BEGIN
    SELECT COALESCE(MAX(idx) + 1, 0) INTO before FROM ledger_logleaf l
        WHERE l.idx < (SELECT MIN(idx) FROM fresh);
    IF EXISTS (SELECT 1 FROM fresh) AND ((SELECT MIN(idx) FROM fresh) <> before
        OR (SELECT MAX(idx) - MIN(idx) + 1 FROM fresh) <> (SELECT COUNT(*) FROM fresh)) THEN
        RAISE EXCEPTION 'ledger_logleaf: not the next place in the log' {_RAISE}; END IF;
    IF EXISTS (SELECT 1 FROM fresh WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = fresh.entry_id)) THEN
        RAISE EXCEPTION 'ledger_logleaf: there is no such entry' {_RAISE}; END IF;
    RETURN NULL; END $$""",
    "CREATE TRIGGER ledger_logleaf_next AFTER INSERT ON ledger_logleaf REFERENCING NEW TABLE AS fresh "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_logleaf_next()",
    f"""CREATE OR REPLACE FUNCTION ledger_outbox_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM ledger_logleaf WHERE entry_id = NEW.entry_id) THEN
        RAISE EXCEPTION 'ledger_outbox: the entry has its place in the log already' {_RAISE}; END IF;
    IF NOT EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id) THEN
        RAISE EXCEPTION 'ledger_outbox: there is no such entry' {_RAISE}; END IF;
    RETURN NULL; END $$""",
    "CREATE TRIGGER ledger_outbox_once AFTER INSERT ON ledger_outbox FOR EACH ROW "
    "EXECUTE FUNCTION ledger_outbox_once()",  # after it: then the leaf that it waited for is seen
    f"""CREATE OR REPLACE FUNCTION ledger_lognode_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM fresh WHERE (idx + 1) << level <= (SELECT size FROM ledger_loghead)
        OR (idx + 1) << level > (SELECT COALESCE(MAX(idx) + 1, 0) FROM ledger_logleaf)) THEN
        RAISE EXCEPTION 'ledger_lognode: not of places that are being written' {_RAISE}; END IF;
    RETURN NULL; END $$""",
    "CREATE TRIGGER ledger_lognode_open AFTER INSERT ON ledger_lognode REFERENCING NEW TABLE AS fresh "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_lognode_open()",
    f"""CREATE OR REPLACE FUNCTION ledger_statementline_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM fresh WHERE idx < (SELECT size FROM ledger_loghead)
        OR idx >= (SELECT COALESCE(MAX(idx) + 1, 0) FROM ledger_logleaf)) THEN
        RAISE EXCEPTION 'ledger_statementline: not of a place that is being written' {_RAISE}; END IF;
    IF EXISTS (SELECT 1 FROM fresh WHERE NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.id = fresh.account_id))
    THEN RAISE EXCEPTION 'ledger_statementline: there is no such account' {_RAISE}; END IF;
    RETURN NULL; END $$""",
    "CREATE TRIGGER ledger_statementline_open AFTER INSERT ON ledger_statementline REFERENCING NEW TABLE AS fresh "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_statementline_open()",
    f"""CREATE OR REPLACE FUNCTION ledger_loghead_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.size <= OLD.size OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'ledger_loghead: the log only grows' {_RAISE}; END IF;
    IF NEW.size <> (SELECT COALESCE(MAX(idx) + 1, 0) FROM ledger_logleaf) THEN
        RAISE EXCEPTION 'ledger_loghead: the head stands where the leaves end' {_RAISE}; END IF;
    RETURN NEW; END $$""",
    "CREATE TRIGGER ledger_loghead_on BEFORE UPDATE ON ledger_loghead FOR EACH ROW "
    "EXECUTE FUNCTION ledger_loghead_on()",
    f"""CREATE OR REPLACE FUNCTION ledger_checkpoint_of_head() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.size IS DISTINCT FROM (SELECT size FROM ledger_loghead) THEN
        RAISE EXCEPTION 'ledger_checkpoint: not of the head of the log' {_RAISE}; END IF; RETURN NEW; END $$""",
    "CREATE TRIGGER ledger_checkpoint_of_head BEFORE INSERT ON ledger_checkpoint FOR EACH ROW "
    "EXECUTE FUNCTION ledger_checkpoint_of_head()",
)

LOG = (
    refuse("ledger_outbox", ["UPDATE"])
    + no_replace("ledger_outbox", "id = NEW.id OR entry_id = NEW.entry_id")
    + append_only("ledger_logleaf", same="idx = NEW.idx OR entry_id = NEW.entry_id")
    + append_only("ledger_lognode", same="(level = NEW.level AND idx = NEW.idx)")
    + append_only("ledger_logkey", same="id = NEW.id OR vkey = NEW.vkey")
    + append_only("ledger_checkpoint", same="size = NEW.size")
    + append_only("ledger_cosignature", same="id = NEW.id OR (checkpoint_id = NEW.checkpoint_id AND vkey = NEW.vkey)")
    + append_only("ledger_statementline", same="(account_id = NEW.account_id AND idx = NEW.idx)")
    + refuse("ledger_loghead", ["DELETE"])
    + no_replace("ledger_loghead", "id = NEW.id")
    + TriggerSet(tables=(), sqlite=_SQLITE, postgresql=_POSTGRESQL)
)
TRIGGERS = CORE + LOG + POSTING
