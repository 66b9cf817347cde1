"""`birge-verify`: check a whole ledger, or one receipt, and say plainly what was found.

Ends with 0 if all holds, 1 if something does not, 2 if it could not be checked.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from ..note import Key, NoteError, key_parse
from ..receipt import ReceiptError, receipt_check
from .audit import Verdict, audit
from .faults import Unreadable
from .sources import source_open

HOLDS, FAULTY, UNCHECKED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.where.endswith(".json"):
            return _receipt(options)
        return _ledger(options)
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        _say(f"COULD NOT CHECK: {error}")
    except NoteError as error:
        _say(f"COULD NOT CHECK: a key that was given: {error}")
    return UNCHECKED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="birge-verify", description=__doc__)
    parser.add_argument("where", help="an exported folder or .tar.gz, a platform's address, or a receipt (.json)")
    parser.add_argument("--key", default="", help="the log's key, or a file that holds it: one you had from elsewhere")
    parser.add_argument("--since", default="", help="a file with an earlier checkpoint that this ledger must continue")
    parser.add_argument("--witness", action="append", default=[], help="key of a witness who must have signed")
    return parser


def _ledger(options: argparse.Namespace) -> int:
    source = source_open(options.where)
    key = _key(options.key or source.key)
    if key is None:
        _say("COULD NOT CHECK: no key came with it. Give one with --key.")
        return UNCHECKED
    since = Path(options.since).read_text() if options.since else ""
    witnesses = [key_parse(_text(each)) for each in options.witness]
    verdict = audit(source.entries, source.note, key, since=since, balances=source.accounts, witnesses=witnesses)
    return _tell(verdict, key, pinned=bool(options.key), compared=source.accounts is not None)


def _tell(verdict: Verdict, key: Key, *, pinned: bool, compared: bool) -> int:
    head = verdict.checkpoint
    if verdict.faults:
        _say(f"DOES NOT HOLD: {verdict.faults[0]}")
        for fault in verdict.faults[1:]:
            _say(f"  also: {fault}")
        return FAULTY
    if head is None:
        _say("COULD NOT CHECK: there is no checkpoint")
        return UNCHECKED
    _say(f"HOLDS: {verdict.entries} entries of {head.origin}, each balanced, in the order that was signed.")
    _say(f"  {verdict.accounts} accounts" + (", their published balances are right" if compared else ""))
    _say(f"  {verdict.allocations} allocations computed once more from the rules")
    if verdict.continues is not None:
        _say(f"  continues the earlier checkpoint of {verdict.continues} entries")
    for name, seconds in verdict.witnesses:
        _say(f"  seen by {name} on {dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d %H:%M} UTC")
    _say(f"  signed by {key.name}, fingerprint of the key {key.fingerprint}")
    if not pinned:
        _say("  The key came with the data. Compare its fingerprint with one that you have from elsewhere (--key).")
    return HOLDS


def _receipt(options: argparse.Namespace) -> int:
    try:
        proved = receipt_check(Path(options.where).read_text(), _key(options.key))
    except ReceiptError as error:
        _say(f"DOES NOT HOLD: {error}")
        return FAULTY
    _say(f"HOLDS: {proved.leaf['kind']} of {proved.minor} {proved.currency} (minor units), {proved.leaf['date']}.")
    _say(f"  stands at place {proved.index} of the {proved.checkpoint.size} entries that {proved.key.name} has signed")
    if proved.mine:
        _say("  and it is the entry of whoever holds this receipt")
    if not options.key:
        _say(f"  The key came with it. Compare its fingerprint with one from elsewhere: {proved.key.fingerprint}")
    return HOLDS


def _key(given: str) -> Key | None:
    return key_parse(_text(given)) if given else None


def _text(given: str) -> str:
    """Return a key itself, or what stands in the file of this name."""
    return given if "+" in given and not Path(given).exists() else Path(given).read_text()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
