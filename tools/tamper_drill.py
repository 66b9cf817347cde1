#!/usr/bin/env python
"""Tell nine lies to copies of the ledger, as somebody who owns everything, and see who finds out.

The copies are of the demonstration in var/ or of the database that DATABASE_URL names; if there is none, one is built
first. Nothing of what is copied is changed. Ends with 0 only if whoever kept an earlier checkpoint finds every lie,
and a witness every one that changes what is published.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "engine")]

from tools.drill_copies import Copies, copies_for  # noqa: E402
from tools.drill_table import FOUND, QUIET, Cell, calm, caught, failed, missed, table, unseen  # noqa: E402

if TYPE_CHECKING:
    from funds.ledger.signing import Signer
    from tests.factories.attacks import Leaf

WITNESS = "witness.example/drill"
ENTRIES_AFTER_THE_OLDER_COPY = 2
INTRODUCTION = """\
The tamper drill: nine lies about a ledger, and who finds out

The liar owns everything: the database with its guards switched off, and the key that signs the ledger. After each
lie (but a) all tables agree with each other, and all is signed anew as if it had always been so. The signer would
refuse to sign a second history, so the liar deletes what it remembers. Each lie is told to a copy of the ledger.
"""
EXPLANATION = """\
check_ledger              what the platform finds when it checks its own books
birge-verify              what anyone finds who comes for the first time, with nothing to compare
birge-verify --since OLD  what anyone finds who kept one earlier checkpoint (OLD) and the key
witness                   what somebody outside finds who looked once before and looks again (birge-witness)
"""


@dataclass(frozen=True)
class Attack:
    """One lie: how it is called, and what is done."""

    letter: str
    story: str
    commit: Callable[[Drill], None]


class Drill:
    """The ledger as everybody saw it, copies in which lies are told, and those who look."""

    def __init__(self, folder: Path, copies: Copies) -> None:
        """Take the ledger from `copies`, and make everything else in `folder`."""
        self.folder, self.copies = folder, copies
        self.old_size = 0
        self.address = ""

    def prepare(self) -> Iterator[str]:
        """Let the ledger be seen, grow honestly once more, and stay as `honest`. Yields what was done."""
        from django.core.management import call_command

        from funds.ledger.sequencing import sequence_all

        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        signer = self.signer("signer")
        signer.key_make()
        size = sequence_all(signer=signer).size
        self.copies.copy("now", "older")
        yield f"the ledger has {size} entries, and somebody makes a backup of it"
        for _n in range(ENTRIES_AFTER_THE_OLDER_COPY):
            self.gift()
        self.old_size = sequence_all(signer=signer).size
        self.export("old")
        with (self.folder / "key.txt").open("w") as file:
            file.write(f"{signer.key()}\n")
        yield f"somebody keeps its checkpoint of {self.old_size} entries on paper (OLD), and the key"
        status, said = self.witness("witness")
        if status:
            raise RuntimeError(f"the witness did not sign: {said}")
        yield "a witness looks at it over HTTP and signs"
        self.gift()
        size = sequence_all(signer=signer).size
        self.export("honest")
        self.copies.copy("now", "honest")
        yield f"one more honest gift: {size} entries"

    def row(self, attack: Attack) -> list[Cell]:
        """Tell one lie to a fresh copy, and return what each of those who look finds."""
        self.copies.copy("honest", "now")
        for name in ("signer", "witness"):
            shutil.rmtree(self.folder / f"{name}-{attack.letter}", ignore_errors=True)
            shutil.copytree(self.folder / name, self.folder / f"{name}-{attack.letter}")
        try:
            attack.commit(self)
        except LookupError as error:
            return [failed(str(error))] * 4
        self.export(attack.letter)
        found = [
            self._inside(),
            self._verified(attack.letter),
            self._verified(attack.letter, "--key", self._path("key.txt"), "--since", self._path("old/checkpoint")),
            self._witnessed(attack.letter),
        ]
        return [calm() if attack is HONEST and cell.mark == QUIET else cell for cell in found]

    def signer(self, name: str) -> Signer:
        """Return a signer in a folder of ours: it has the key of the ledger."""
        from funds.ledger.signing import Signer

        return Signer(self.folder / name)

    def forge(self, forgery: Callable[[Sequence[Leaf], int], list[Leaf]], letter: str) -> None:
        """Change the past everywhere, and sign it anew with the real key."""
        from tests.factories import attacks

        leaves = forgery(attacks.history(), self.old_size - ENTRIES_AFTER_THE_OLDER_COPY)
        attacks.history_rewrite(leaves, self.signer(f"signer-{letter}"), self.old_size)

    def gift(self, times: int = 1) -> None:
        """Let a gift come in, like one that came before."""
        from django.db import transaction

        from funds.ledger.kinds import EntryKind
        from funds.ledger.models import Entry
        from funds.ledger.posting import EntryDraft, Leg, command_finish, command_open, post, written

        like = Entry.objects.filter(kind=EntryKind.PAYMENT_RECEIVED).order_by("-log_leaf__index").first()
        if like is None:
            raise SystemExit("There is no gift in this ledger yet: nothing to lie about.")
        key = f"gift {Entry.objects.count()}"
        with transaction.atomic():
            command = command_open(scope="drill", key=key, request={}).command
            legs = [Leg(each.account, each.amount * times) for each in written(like).legs]
            post(command=command, drafts=[EntryDraft(EntryKind.PAYMENT_RECEIVED, legs)])
            command_finish(command, "drill")

    def export(self, name: str) -> None:
        """Write the archive, as every night, and unpack its checkpoint."""
        import tarfile

        from django.conf import settings

        from funds.ledger.publishing import archive_write

        settings.LEDGER_EXPORTS = self.folder / name
        archive = archive_write()
        if archive is None:
            raise RuntimeError("nothing was signed")
        archive.rename(self.folder / name / "ledger.tar.gz")
        with tarfile.open(self.folder / name / "ledger.tar.gz") as tar:
            tar.extractall(self.folder / name / "files", filter="data")
        (self.folder / name / "files" / "birge-ledger" / "checkpoint").rename(self.folder / name / "checkpoint")

    def witness(self, name: str) -> tuple[int, str]:
        """Let a witness look at what is served now."""
        from birge_engine.verify import witness

        given = ["--name", WITNESS, "--folder", self._path(name), "--key", self._path("key.txt")]
        return _said(witness.main, [self.address, *given])

    def _inside(self) -> Cell:
        from funds.ledger.checks import check_ledger

        faults = check_ledger()
        return caught(f"{faults[0].check}: {faults[0].text}") if faults else missed()

    def _verified(self, name: str, *options: str) -> Cell:
        from birge_engine.verify import cli

        status, said = _said(cli.main, [self._path(f"{name}/ledger.tar.gz"), *options])
        line = said.split("\n")[0].partition(": ")[2]
        return {cli.HOLDS: missed(), cli.FAULTY: caught(line)}.get(status) or failed(line)

    def _witnessed(self, name: str) -> Cell:
        from birge_engine.verify import witness

        status, said = self.witness(f"witness-{name}")
        line = said.partition(": ")[2].partition(". The evidence")[0]
        if status == witness.SIGNED:
            return unseen() if self._published(name) == self._published("honest") else missed()
        # What another key has signed is nobody's contradiction; the witness refuses to sign it all the same.
        refused = status == witness.CONTRADICTED or "not signed by" in line
        return caught(line) if refused else failed(line)

    def _published(self, name: str) -> tuple[bytes, bytes]:
        folder = self.folder / name
        entries = (folder / "files" / "birge-ledger" / "entries.jsonl").read_bytes()
        return entries, (folder / "checkpoint").read_bytes()

    def _path(self, name: str) -> str:
        return str(self.folder / name)


def nothing(_drill: Drill) -> None:
    """Tell no lie: whoever cries wolf here cries it always."""


def rows_only(drill: Drill) -> None:
    """Change the tables that pages are made of."""
    from tests.factories import attacks

    leaves = attacks.gift_made_smaller(attacks.history(), drill.old_size - ENTRIES_AFTER_THE_OLDER_COPY)
    attacks.rows_change(leaves)


def forged(name: str, letter: str) -> Callable[[Drill], None]:
    """Return what carries out this forgery of tests/factories/attacks.py and signs it with the real key."""

    def commit(drill: Drill) -> None:
        from tests.factories import attacks

        drill.forge(getattr(attacks, name), letter)

    return commit


def another_key(drill: Drill) -> None:
    """Do the same without the real key, under the same name."""
    from tests.factories import attacks

    (drill.folder / "signer-h" / "key").unlink()
    drill.signer("signer-h").key_make()
    attacks.keys_forget()
    drill.forge(attacks.gift_made_smaller, "h")


def older_copy(drill: Drill) -> None:
    """Go back to the backup, and let another history grow from there."""
    from funds.ledger.sequencing import sequence_all

    drill.copies.copy("older", "now")
    for _n in range(ENTRIES_AFTER_THE_OLDER_COPY + 2):
        drill.gift(times=2)
    (drill.folder / "signer-i" / "last").unlink()
    sequence_all(signer=drill.signer("signer-i"))


HONEST = Attack("0", "No lie: the honest ledger, for comparison", nothing)
ATTACKS = (
    Attack("a", "A gift is made smaller on all pages, but not in the signed log", rows_only),
    Attack("b", "A gift is made smaller everywhere, signed anew", forged("gift_made_smaller", "b")),
    Attack("c", "A gift is given to another project, signed anew", forged("gift_given_to_another", "c")),
    Attack("d", "A gift never came: its entry is deleted, signed anew", forged("gift_deleted", "d")),
    Attack("e", "A fee nobody charged is put into the past, signed anew", forged("fee_put_into_the_past", "e")),
    Attack("f", "Two gifts change places, signed anew", forged("gifts_put_into_another_order", "f")),
    Attack("g", "The paper behind an entry is exchanged, signed anew", forged("document_exchanged", "g")),
    Attack("h", "As b, without the real key: signed with a false one", another_key),
    Attack("i", "Back to an older backup, from which another history grows", older_copy),
)


def main() -> int:
    """Run the drill, print its table, say what it means."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "birge.settings.demo"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django

    django.setup()
    _print(INTRODUCTION)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="birge-drill-") as temporary, copies_for(Path(temporary)) as copies:
        drill = Drill(Path(temporary), copies)
        _take(copies, drill.folder)
        with _served(drill):
            for step in drill.prepare():
                _print(f"· {step}")
            rows = [(attack, drill.row(attack)) for attack in (HONEST, *ATTACKS)]
    _print("\n" + table([(attack.letter, attack.story, cells) for attack, cells in rows], sys.stdout.isatty()))
    _print(EXPLANATION)
    return conclude(rows, time.monotonic() - begun)


def _take(copies: Copies, folder: Path) -> None:
    """Take the ledger and its signer, or build a ledger of our own."""
    from django.conf import settings
    from django.core.management import call_command

    signer = Path(settings.LEDGER_SIGNER)
    if (signer / "key").exists() and copies.there_is_one():
        # The signer first: meanwhile the ledger may only get ahead of what it remembers.
        shutil.copytree(signer, folder / "signer")
    if copies.take():
        _print("· a copy of the ledger is taken")
        return
    _print("· no demonstration here: one is built, which takes a minute")
    for command in ("migrate", "createcachetable", "load_places", "demo"):
        call_command(command, verbosity=0, stdout=io.StringIO())


@contextlib.contextmanager
def _served(drill: Drill) -> Iterator[None]:
    """Serve the platform as it is in this moment, on a free port of this machine only."""
    from django.core.wsgi import get_wsgi_application

    class Handler(WSGIRequestHandler):
        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        drill.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _said(main: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> tuple[int, str]:
    """Run a command as anybody would, and return its exit status and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = main(arguments)
    return status, said.getvalue().strip()


def conclude(rows: Sequence[tuple[Attack, Sequence[Cell]]], seconds: float) -> int:
    """Say who found what; return the exit status."""
    (_honest, comparison), *lies = rows
    inside, first, since, witness = (sum(cells[at].mark == FOUND for _attack, cells in lies) for at in range(4))
    _print(
        f"Of {len(lies)} lies the platform's own check finds {inside}, a first visit {first}, "
        f"whoever kept one old checkpoint {since}, the witness {witness}."
    )
    escaped = [attack.letter for attack, cells in lies if not _found(*cells)]
    if any(cell != calm() for cell in comparison):
        _print("FAILED: somebody cries wolf over the honest ledger.")
    elif escaped:
        _print(f"FAILED: not found by all who should: {', '.join(escaped)}.")
    else:
        _print(f"PASSED in {seconds:.0f} s: no lie about what was once published stays hidden from who kept a trace.")
        return 0
    return 1


def _found(_inside: Cell, first: Cell, since: Cell, witness: Cell) -> bool:
    """Say whether a lie was found by whoever should find it. A witness sees only what the log says."""
    return since.mark == FOUND and (witness.mark == FOUND or (witness == unseen() and first.mark == FOUND))


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
