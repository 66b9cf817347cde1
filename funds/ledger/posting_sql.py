"""The same posting as `posting` does, in one call inside PostgreSQL: guarded accounts are held for microseconds.

The function locks, counts versions, checks floors, writes postings, balances, entries and outbox; the triggers check
it as they check everybody. Python has built the leaves already, cut where the versions go in: nobody knows those
before the lock is held.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from birge.appendonly import TriggerSet

DONE, MISSING, SHORT, KNOWN = "done", "missing", "short", "known"

# Rows are looked up one by one, by their keys: such statements are planned once and for all; joins with arrays are not.
FUNCTION = """CREATE OR REPLACE FUNCTION ledger_post(of_command bigint, in_scope text, by_key text, digest text,
    result text, at timestamptz, ids uuid[], kinds text[], books text[], dates date[], counts smallint[],
    resolved uuid[], undone uuid[], in_group text[], commitments text[], tags text[], of_entry integer[],
    ks smallint[], codes text[], currencies text[], amounts bigint[], piece_entry integer[], piece_posting integer[],
    pieces text[]) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
        known bigint := of_command; begun integer := 0; many integer := cardinality(codes); place integer;
        accounts bigint[]; normals integer[]; guards boolean[]; to_lock bigint[];
        held bigint[]; holds bigint[]; reached bigint[];
        versions bigint[] := array_fill(NULL::bigint, ARRAY[many]);
        leaves text[] := array_fill(''::text, ARRAY[cardinality(ids)]);
        an_account bigint; a_normal integer; a_guard boolean; an_amount bigint; a_version bigint;
    BEGIN
    FOR i IN 1..many LOOP
        SELECT id, normal, guarded INTO an_account, a_normal, a_guard FROM ledger_account
            WHERE code = codes[i] AND currency = currencies[i];
        IF NOT FOUND THEN RETURN 'missing'; END IF;
        accounts[i] := an_account; normals[i] := a_normal; guards[i] := a_guard;
    END LOOP;
    IF known IS NULL THEN
        IF EXISTS (SELECT 1 FROM ledger_command WHERE scope = in_scope AND key = by_key) THEN RETURN 'known'; END IF;
    ELSE SELECT COALESCE(MAX(n) + 1, 0) INTO begun FROM ledger_entry WHERE command_id = known; END IF;
    to_lock := CASE cardinality(array_positions(guards, TRUE)) WHEN 0 THEN '{}'
        WHEN 1 THEN ARRAY[accounts[array_position(guards, TRUE)]] ELSE ARRAY(
        SELECT u.account FROM unnest(codes, currencies, accounts, guards) AS u(code, currency, account, guard)
        WHERE u.guard GROUP BY 1, u.code, u.currency ORDER BY u.code, u.currency) END;
    FOREACH an_account IN ARRAY to_lock LOOP
        SELECT amount, version INTO an_amount, a_version FROM ledger_balance WHERE account_id = an_account
            FOR NO KEY UPDATE;
        held := held || an_account; holds := holds || an_amount; reached := reached || a_version;
    END LOOP;
    FOR i IN 1..many LOOP
        IF guards[i] THEN
            place := array_position(held, accounts[i]);
            IF holds[place] + normals[i] * amounts[i] < 0 THEN
                IF known IS NULL AND EXISTS (SELECT 1 FROM ledger_command WHERE scope = in_scope AND key = by_key)
                THEN RETURN 'known'; END IF;  -- a copy of us took it while we waited
                RETURN 'short ' || abs(amounts[i]) || ' ' || holds[place] || ' ' || codes[i]; END IF;
            holds[place] := holds[place] + normals[i] * amounts[i];
            reached[place] := reached[place] + 1; versions[i] := reached[place];
        END IF;
    END LOOP;
    IF known IS NULL THEN
        INSERT INTO ledger_command (scope, key, request_hash, result_ref, created_at)
            VALUES (in_scope, by_key, digest, result, at) ON CONFLICT (scope, key) DO NOTHING RETURNING id INTO known;
        IF known IS NULL THEN RETURN 'known'; END IF;
    END IF;
    INSERT INTO ledger_posting (entry_id, k, account_id, amount, currency, version)
        SELECT ids[p.e], p.k, p.account, p.amount, p.currency, p.version
        FROM unnest(of_entry, ks, accounts, amounts, currencies, versions)
            AS p(e, k, account, amount, currency, version);
    FOR i IN 1..COALESCE(cardinality(held), 0) LOOP
        UPDATE ledger_balance SET amount = holds[i], version = reached[i] WHERE account_id = held[i];
    END LOOP;
    FOR i IN 1..cardinality(pieces) LOOP
        leaves[piece_entry[i]] := leaves[piece_entry[i]] || pieces[i] || CASE WHEN piece_posting[i] IS NULL
            THEN '' ELSE versions[piece_posting[i]]::text END;
    END LOOP;
    INSERT INTO ledger_entry (id, command_id, n, kind, book, date, n_postings, resolves_id, reverses_id, "group",
            commitment, tag, leaf, created_at)
        SELECT e.id, known, begun + e.i - 1, e.kind, e.book, e.date, e.count, e.resolved, e.undone, e.in_group,
            e.commitment, e.tag, convert_to(e.leaf, 'UTF8'), at
        FROM unnest(ids, kinds, books, dates, counts, resolved, undone, in_group, commitments, tags, leaves)
            WITH ORDINALITY AS e(id, kind, book, date, count, resolved, undone, in_group, commitment, tag, leaf, i);
    INSERT INTO ledger_outbox (entry_id) SELECT unnest(ids);
    RETURN 'done'; END $$"""
POSTING = TriggerSet(tables=(), sqlite=(), postgresql=(FUNCTION,))
# Everything goes over as plain text: psycopg needs ten times as long for twenty small arrays.
CALL = (
    "SELECT ledger_post(%s::bigint, %s::text, %s::text, %s::text, %s::text, %s::timestamptz, %s::uuid[], %s::text[], "
    "%s::text[], %s::date[], %s::smallint[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], "
    "%s::integer[], %s::smallint[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::integer[], %s::text[])"
)


@dataclass(frozen=True)
class Side:
    """One posting: its account's code and currency, signed minor units."""

    code: str
    currency: str
    amount: int


@dataclass(frozen=True)
class Ready:
    """An entry whose leaf lacks its versions: `pieces` are (text, the posting whose version follows, or None)."""

    id: uuid.UUID
    kind: str
    book: str
    date: dt.date
    resolves: uuid.UUID | None
    reverses: uuid.UUID | None
    group: str
    commitment: str
    tag: str
    sides: Sequence[Side]
    pieces: Sequence[tuple[str, int | None]]


@dataclass(frozen=True)
class New:
    """A command that is opened and finished in the same call."""

    scope: str
    key: str
    request_hash: str
    result_ref: str


def post_in_database(entries: Sequence[Ready], *, command: int | New, at: dt.datetime) -> str:
    """Write entries of an open command, or of a new one. PostgreSQL only.

    Returns `done`; or, with nothing written: `missing` (an account does not exist yet), `known` (such a command was
    done before), or `short <wanted> <had> <code>` if a guarded account would go below zero.
    """
    new = command if isinstance(command, New) else None
    head = [None, new.scope, new.key, new.request_hash, new.result_ref] if new else [command, None, None, None, None]
    sides = [(e, k, side) for e, entry in enumerate(entries, start=1) for k, side in enumerate(entry.sides)]
    pieces: list[tuple[int, int | None, str]] = []  # (entry, the posting whose version follows, counted through)
    before = 1
    for e, entry in enumerate(entries, start=1):
        pieces += [(e, None if k is None else before + k, part) for part, k in entry.pieces]
        before += len(entry.sides)
    values: list[object] = [
        *head,
        at.isoformat(),
        _plain(entry.id for entry in entries),
        _texts(entry.kind for entry in entries),
        _texts(entry.book for entry in entries),
        _plain(entry.date for entry in entries),
        _plain(len(entry.sides) for entry in entries),
        _plain(entry.resolves for entry in entries),
        _plain(entry.reverses for entry in entries),
        _texts(entry.group for entry in entries),
        _texts(entry.commitment for entry in entries),
        _texts(entry.tag for entry in entries),
        _plain(e for e, _k, _side in sides),
        _plain(k for _e, k, _side in sides),
        _texts(side.code for _e, _k, side in sides),
        _texts(side.currency for _e, _k, side in sides),
        _plain(side.amount for _e, _k, side in sides),
        _plain(e for e, _k, _part in pieces),
        _plain(k for _e, k, _part in pieces),
        _texts(part for _e, _k, part in pieces),
    ]
    connection.ensure_connection()
    return _called(connection.connection, values)


def _called(raw: psycopg.Connection[Any], values: Sequence[object]) -> str:
    """Call the function as a prepared statement, which Django's own cursors never use."""
    before, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        row = psycopg.Cursor(raw).execute(CALL, values).fetchone()
    except psycopg.Error as error:
        with connection.wrap_database_errors:
            raise error
    finally:
        raw.prepare_threshold = before
    return str(row[0]) if row else ""


def _plain(values: Iterable[object]) -> str:
    """Write numbers, days and ids as an array of PostgreSQL."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _texts(values: Iterable[str]) -> str:
    """Write texts as an array of PostgreSQL."""
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
