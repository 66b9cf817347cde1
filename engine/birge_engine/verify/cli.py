"""`birge-verify`: check a whole ledger, or one receipt, and say plainly what was found.

Ends with 0 if all holds, 1 if something does not, 2 if it could not be checked.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence

from ..note import COSIGNATURE, Key, NoteError, note_parse
from ..receipt import ReceiptError, receipt_check
from .audit import Verdict, audit
from .faults import Fault, Unreadable, say
from .keys import key_given, key_published
from .sources import Source, source_open, text_read

HOLDS, FAULTY, UNCHECKED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.where.endswith(".json"):
            return _receipt(options)
        return _ledger(options)
    except (Unreadable, OSError) as error:
        say(f"COULD NOT CHECK: {error}")
    return UNCHECKED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="birge-verify", description=__doc__)
    parser.add_argument("where", help="an exported folder or .tar.gz, a platform's address, or a receipt (.json)")
    parser.add_argument("--key", help="the log's key, or a file that holds it: one you had from elsewhere")
    parser.add_argument("--since", help="a file with an earlier checkpoint that this ledger must continue")
    parser.add_argument("--witness", action="append", default=[], help="key of a witness who must have signed")
    return parser


def _ledger(options: argparse.Namespace) -> int:
    # An option that was given empty was meant: a script lost its value, and without it we would check less.
    pinned = None if options.key is None else key_given(options.key)
    since = None if options.since is None else _earlier(options.since)
    witnesses = [key_given(each, COSIGNATURE) for each in options.witness]
    source = source_open(options.where)
    key = pinned or key_published(source.key)
    verdict = audit(
        source.entries,
        source.note,
        key,
        since=since,
        balances=source.accounts,
        witnesses=witnesses,
        beside=source.beside,
    )
    verdict.faults += _other_key(source, key)
    return _tell(verdict, key, pinned=pinned is not None, compared=source.accounts is not None)


def _earlier(path: str) -> str:
    """Return the earlier checkpoint. A file that holds none is the reader's mistake, not the ledger's."""
    try:
        text = text_read(path)
        note_parse(text)
    except (NoteError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} holds no checkpoint: {error}") from error
    return text


def _other_key(source: Source, key: Key) -> list[Fault]:
    """Find a ledger that shows another key than it is signed with: it deceives whoever has none from elsewhere."""
    if not source.key or source.key.removesuffix("\n") == str(key):
        return []
    return [Fault(f"another key came with it than the one that you gave: {source.key.strip()[:120]!r}")]


def _tell(verdict: Verdict, key: Key, *, pinned: bool, compared: bool) -> int:
    head = verdict.checkpoint
    if verdict.faults:
        say(f"DOES NOT HOLD: {verdict.faults[0]}")
        for fault in verdict.faults[1:]:
            say(f"  also: {fault}")
        return FAULTY
    if head is None:
        say("COULD NOT CHECK: there is no checkpoint")
        return UNCHECKED
    say(f"HOLDS: {verdict.entries} entries of {head.origin}, each balanced, in the order that was signed.")
    published = "their published balances are right" if compared else "no published balances came with them to compare"
    say(f"  {verdict.accounts} accounts, {published}")
    say(f"  {verdict.allocations} allocations computed once more from the rules")
    if verdict.rounds:
        said = "round computed once more from its report" if verdict.rounds == 1 else "rounds computed once more"
        say(f"  {verdict.rounds} {said}")
    if verdict.continues is not None:
        say(f"  continues the earlier checkpoint of {verdict.continues} entries")
    for name, seconds in verdict.witnesses:
        say(f"  seen by {name} on {_moment(seconds)}")
    say(f"  signed by {key.name}, fingerprint of the key {key.fingerprint}")
    if not pinned:
        say("  The key came with the data. Compare its fingerprint with one that you have from elsewhere (--key).")
    return HOLDS


def _moment(seconds: int) -> str:
    """Say when; a witness's clock can be so wrong that no calendar has that day."""
    try:
        return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return f"second {seconds} of its clock"


def _receipt(options: argparse.Namespace) -> int:
    pinned = None if options.key is None else key_given(options.key)
    try:
        proved = receipt_check(text_read(options.where), pinned)
    except (ReceiptError, UnicodeDecodeError) as error:
        say(f"DOES NOT HOLD: {error}")
        return FAULTY
    say(f"HOLDS: {proved.leaf['kind']} of {proved.minor} {proved.currency} (minor units), {proved.leaf['date']}.")
    say(f"  stands at place {proved.index} of the {proved.checkpoint.size} entries that {proved.key.name} has signed")
    if proved.mine:
        say("  and it is the entry of whoever holds this receipt")
    if pinned is None:
        say(f"  The key came with it. Compare its fingerprint with one from elsewhere: {proved.key.fingerprint}")
    return HOLDS


if __name__ == "__main__":
    raise SystemExit(main())
