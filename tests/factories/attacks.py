"""What somebody could do who owns everything: the database without its guards, and the key that signs the log.

Each attack is thought through: it changes every row that goes with it, puts the guards back, and looks at its own work
with birge-verify before it is shown. For tests and for `make tamper-drill`. It destroys the books it is called on.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.db.models import F, Model

from birge_engine.leaf import leaf_decode, leaf_encode
from birge_engine.merkle import hash_leaf, root_of
from birge_engine.note import Checkpoint as Head
from birge_engine.note import Note, key_of, note_sign
from birge_engine.verify.audit import audit
from birge_engine.verify.entries import EntryFile
from funds.ledger import codes
from funds.ledger.models import (
    Account,
    Balance,
    Checkpoint,
    Command,
    Cosignature,
    DonorOpening,
    Entry,
    LogHead,
    LogKey,
    LogLeaf,
    LogNode,
    Outbox,
    Posting,
    StatementLine,
)
from funds.ledger.sequencing import sequence, sequence_all
from funds.ledger.signing import Signer
from funds.ledger.triggers_log import TRIGGERS

Leaf = dict[str, Any]
GIFT = "payment.received"
LOG_ROWS: tuple[type[Model], ...] = (StatementLine, LogNode, Cosignature, Checkpoint, LogLeaf, Outbox)


def history() -> list[Leaf]:
    """Return what the log says, in its order."""
    leaves = LogLeaf.objects.order_by("index").values_list("entry__leaf", flat=True)
    return [leaf_decode(bytes(leaf)) for leaf in leaves]


def gift_made_smaller(leaves: Sequence[Leaf], before: int) -> list[Leaf]:
    """Keep nine tenths of a gift for oneself."""
    return _credible(_smaller(leaves, at) for at in _gifts(leaves, before))


def gift_given_to_another(leaves: Sequence[Leaf], before: int) -> list[Leaf]:
    """Let a gift have been for another project of the same custodian."""
    held = {each["account"]: each["currency"] for leaf in leaves for each in leaf["postings"] if _is_held(each)}

    def changed() -> Iterator[list[Leaf]]:
        for at in _gifts(leaves, before):
            mine = next(each for each in leaves[at]["postings"] if _is_held(each))
            for other, currency in held.items():
                same = codes.parse(other).custodian == codes.parse(mine["account"]).custodian
                if same and other != mine["account"] and currency == mine["currency"]:
                    made = copy.deepcopy(list(leaves))
                    next(each for each in made[at]["postings"] if _is_held(each))["account"] = other
                    yield made

    return _credible(changed())


def gift_deleted(leaves: Sequence[Leaf], before: int) -> list[Leaf]:
    """Let a gift never have come."""
    return _credible([*leaves[:at], *leaves[at + 1 :]] for at in _gifts(leaves, before))


def fee_put_into_the_past(leaves: Sequence[Leaf], before: int) -> list[Leaf]:
    """Let a tenth of a gift have been charged as a fee, right after it came."""

    def changed() -> Iterator[list[Leaf]]:
        for at in _gifts(leaves, before):
            gift = leaves[at]
            fee = {name: copy.deepcopy(gift[name]) for name in ("v", "date", "book", "postings")}
            fee |= {"id": str(uuid.uuid4()), "kind": "fee.charged", "documents": []}
            for posting in fee["postings"]:
                posting["amount"] = -_tenth(posting["amount"])
            yield [*leaves[: at + 1], fee, *leaves[at + 1 :]]

    return _credible(changed())


def gifts_put_into_another_order(leaves: Sequence[Leaf], before: int) -> list[Leaf]:
    """Let the later of two gifts have come first."""
    gifts = sorted(_gifts(leaves, before))

    def changed() -> Iterator[list[Leaf]]:
        for one, two in reversed(list(itertools.pairwise(gifts))):
            made = list(leaves)
            made[one], made[two] = made[two], made[one]
            yield made

    return _credible(changed())


def document_exchanged(leaves: Sequence[Leaf], before: int) -> list[Leaf]:
    """Put another paper in the place of the one that an entry was made for."""

    def changed() -> Iterator[list[Leaf]]:
        for at in reversed(range(before)):
            if leaves[at]["documents"]:
                made = copy.deepcopy(list(leaves))
                made[at]["documents"][0]["sha256"] = hashlib.sha256(b"another paper").hexdigest()
                yield made

    return _credible(changed())


def history_rewrite(leaves: Sequence[Leaf], signer: Signer, old_size: int = 0) -> None:
    """Let every table say what these leaves say, and sign it as if it had always been so.

    The signer forgets what it signed before. With `old_size` a checkpoint of that size is signed anew too.
    """
    with _without_guards(), transaction.atomic():
        _entries_rewrite(leaves)
        _balances_rewrite()
        _log_forget(leaves)
    (signer.folder / "last").unlink(missing_ok=True)
    if old_size:
        sequence(signer=signer, at_once=old_size)
    sequence_all(signer=signer)


def keys_forget() -> None:
    """Let no key have been published before the one that signs next."""
    with _without_guards(), transaction.atomic():
        _empty(LogKey)


def rows_change(leaves: Sequence[Leaf]) -> None:
    """Make the gift smaller in every table that pages are made of, and leave leaves and log as they are."""
    was = history()
    for index, (now, before) in enumerate(zip(leaves, was, strict=True)):
        if now["postings"] == before["postings"]:
            continue
        with _without_guards(), transaction.atomic():
            for k, (new, old) in enumerate(zip(now["postings"], before["postings"], strict=True)):
                account = Account.objects.get(code=old["account"], currency=old["currency"])
                less = account.normal * (new["amount"] - old["amount"])
                Posting.objects.filter(entry_id=now["id"], k=k).update(amount=new["amount"])
                Balance.objects.filter(account=account).update(amount=F("amount") + less)
                lines = StatementLine.objects.filter(account=account, index__gte=index)
                lines.update(balance=F("balance") + less)
                lines.filter(index=index).update(amount=F("amount") + less)


def _gifts(leaves: Sequence[Leaf], before: int) -> list[int]:
    """Return where gifts stand before this place that no other entry names, the latest first."""
    named = {leaf.get(link) for leaf in leaves for link in ("resolves", "reverses")}
    plain = [at for at in range(before) if leaves[at]["kind"] == GIFT and leaves[at]["id"] not in named]
    return [at for at in reversed(plain) if len(leaves[at]["postings"]) == 2]


def _smaller(leaves: Sequence[Leaf], at: int) -> list[Leaf]:
    made = copy.deepcopy(list(leaves))
    for posting in made[at]["postings"]:
        posting["amount"] = _tenth(posting["amount"])
    return made


def _tenth(amount: int) -> int:
    return amount // 10 if amount > 0 else -(-amount // 10)


def _is_held(posting: Leaf) -> bool:
    return str(posting["account"]).startswith("held:")


def _credible(attempts: Iterator[list[Leaf]]) -> list[Leaf]:
    """Return the first forgery in which birge-verify alone finds nothing, with the versions that belong to it."""
    for attempt in attempts:
        leaves = _numbered(attempt)
        if _holds(leaves):
            return leaves
    raise LookupError("these books offer no entry with which it could be done unnoticed")


def _numbered(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Return the leaves with the running numbers of guarded accounts as they would have been."""
    made = copy.deepcopy(list(leaves))
    versions: dict[tuple[str, str], int] = {}
    for leaf in made:
        for posting in leaf["postings"]:
            if codes.account_type(posting["account"]).guarded:
                account = posting["account"], posting["currency"]
                versions[account] = posting["version"] = versions.get(account, 0) + 1
    return made


def _holds(leaves: Sequence[Leaf]) -> bool:
    lines = [leaf_encode(leaf) for leaf in leaves]
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    text = Head("a.try", len(lines), root_of(map(hash_leaf, lines))).text()
    note = str(Note(text, (note_sign(text, "a.try", private),)))
    with tempfile.TemporaryFile() as file:
        file.writelines(line + b"\n" for line in lines)
        file.flush()
        return not audit(EntryFile(file), note, key_of("a.try", private)).faults


@contextmanager
def _without_guards() -> Iterator[None]:
    """Take the triggers away, and what keeps rows from naming what is gone; put the triggers back."""
    editor = connection.schema_editor()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
        else:
            cursor.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' "
                "AND confrelid IN ('ledger_entry'::regclass, 'ledger_checkpoint'::regclass)"
            )
            for table, name in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    TRIGGERS.drop(editor)
    try:
        yield
    finally:
        TRIGGERS.create(editor)


def _entries_rewrite(leaves: Sequence[Leaf]) -> None:
    stored = {str(pk): bytes(leaf) for pk, leaf in Entry.objects.values_list("pk", "leaf")}
    wanted = {leaf["id"]: leaf for leaf in leaves}
    changed = [leaf for leaf in leaves if stored.get(leaf["id"]) != leaf_encode(leaf)]
    gone = stored.keys() - wanted.keys()
    places = list(Entry.objects.filter(pk__in=gone).values_list("command", "n"))
    _empty(DonorOpening, entry__in=gone)
    _empty(Posting, entry__in=[*gone, *(leaf["id"] for leaf in changed)])
    _empty(Entry, pk__in=gone)
    for command, n in places:
        Entry.objects.filter(command=command, n__gt=n).update(n=F("n") + 999)  # far away first: each is there once
        Entry.objects.filter(command=command, n__gt=999).update(n=F("n") - 1000)
    for leaf in changed:
        if leaf["id"] in stored:
            Entry.objects.filter(pk=leaf["id"]).update(leaf=leaf_encode(leaf))
        else:
            _entry_insert(leaf)
        Posting.objects.bulk_create(_postings(leaf))


def _entry_insert(leaf: Leaf) -> None:
    like = Entry.objects.filter(kind=GIFT, date=leaf["date"]).select_related("command")[0]
    made = Command.objects.create(
        scope=like.command.scope,
        key=str(uuid.uuid4()),
        request_hash=like.command.request_hash,
        result_ref=like.command.result_ref,
        created_at=like.command.created_at,
    )
    Entry.objects.create(
        id=leaf["id"],
        command=made,
        n=0,
        kind=leaf["kind"],
        book=leaf["book"],
        date=leaf["date"],
        n_postings=len(leaf["postings"]),
        leaf=leaf_encode(leaf),
        created_at=like.created_at,
    )


def _postings(leaf: Leaf) -> list[Posting]:
    accounts = {
        (account.code, account.currency): account
        for account in Account.objects.filter(code__in=[each["account"] for each in leaf["postings"]])
    }
    return [
        Posting(
            entry_id=uuid.UUID(leaf["id"]),
            k=k,
            account=accounts[each["account"], each["currency"]],
            amount=each["amount"],
            currency=each["currency"],
            version=each.get("version"),
        )
        for k, each in enumerate(leaf["postings"])
    ]


def _balances_rewrite() -> None:
    for balance in Balance.objects.select_related("account"):
        amounts = list(Posting.objects.filter(account=balance.account).values_list("amount", flat=True))
        amount = balance.account.normal * sum(amounts)
        Balance.objects.filter(pk=balance.pk).update(amount=amount, version=len(amounts))


def _log_forget(leaves: Sequence[Leaf]) -> None:
    """Empty the public log, and let all entries wait for their place in this order."""
    for model in LOG_ROWS:
        _empty(model)
    LogHead.objects.update(size=0, frontier=b"")
    Outbox.objects.bulk_create([Outbox(entry_id=uuid.UUID(leaf["id"])) for leaf in leaves])


def _empty(model: type[Model], **which: object) -> None:
    """Delete rows, whoever else names them."""
    model._default_manager.filter(**which)._raw_delete(connection.alias)
