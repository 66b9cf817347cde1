"""What of the ledger is given to everyone: leaves, the newest head, and the whole of it in one archive.

Only entries that a signed checkpoint covers are given out: they are final.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils.module_loading import import_string

from birge import clock
from birge_engine.matching import RULES
from birge_engine.merkle import ProofError

from .models import Account, Checkpoint, LogKey, LogLeaf, StatementLine

AT_ONCE = 5_000
KEPT = 7  # archives; each holds everything, so older ones are of use only for comparing


def checkpoint_newest() -> Checkpoint | None:
    """Return the newest signed head, with its cosignatures."""
    return Checkpoint.objects.prefetch_related("cosignatures").order_by("-size").first()


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Return the signed note with the lines of the witnesses below it."""
    return checkpoint.note + "".join(each.line for each in checkpoint.cosignatures.all())


def key_newest() -> str:
    """Return the key that signs now, as it is published; empty before anything was signed."""
    return LogKey.objects.order_by("-id").values_list("vkey", flat=True).first() or ""


def leaves_between(start: int, end: int, size: int) -> Iterator[bytes]:
    """Give the leaves from `start` up to, but without, `end`, none beyond `size`. Raises ProofError if one lacks."""
    end = min(end, size)
    for low in range(start, end, AT_ONCE):
        high = min(low + AT_ONCE, end)
        rows = LogLeaf.objects.filter(index__gte=low, index__lt=high).order_by("index")
        leaves = [bytes(leaf) for leaf in rows.values_list("entry__leaf", flat=True)]
        if len(leaves) != high - low:
            raise ProofError(f"the log lacks entries between {low} and {high}")
        yield from leaves


def accounts_at(size: int) -> list[dict[str, Any]]:
    """Return every account that the first `size` entries touched, with what it holds after them (minor units)."""
    last = StatementLine.objects.filter(account=OuterRef("pk"), index__lt=size).order_by("-index").values("balance")[:1]
    rows = Account.objects.annotate(held=Subquery(last)).exclude(held=None).order_by("code", "currency")
    fields = ("code", "currency", "type", "book", "normal", "guarded")
    return [{**{name: getattr(row, name) for name in fields}, "balance": row.held} for row in rows]


def rules_at(size: int) -> str:
    """Return `rules.json`: the rules that this program knows by heart, and all that pools ever published."""
    return _json(RULES | _published("rules")(size))


def projects_at(size: int) -> str:
    """Return `projects.json`: what rules look at, and never changes, in the projects of the first `size` entries."""
    return _json(_published("projects")(size))


def rates_at(size: int) -> str:
    """Return `rates.json`: the exchange rates that were used, and the first `size` entries that they made."""
    return _json(_published("rates")(size))


def runs_at(size: int, digest: str = "") -> Iterator[tuple[str, str]]:
    """Yield (digest, report) of the rounds settled within the first `size` entries, or of one of them."""
    yield from _published("runs")(size, digest)


def _published(name: str) -> Callable[..., Any]:
    """Return what gives out these files: the ledger itself knows of no rules (settings.LEDGER_PUBLISHED)."""
    found: Callable[..., Any] = import_string(settings.LEDGER_PUBLISHED[name])
    return found


def archive_folder() -> Path:
    """Return where archives lie."""
    return Path(settings.LEDGER_EXPORTS)


def archive_newest() -> Path | None:
    """Return the newest archive, if there is one."""
    found = sorted(archive_folder().glob("birge-ledger-*.tar.gz"))
    return found[-1] if found else None


def archive_write_if_due() -> Path | None:
    """Write the archive of this UTC day unless it is there; return it if it was written now."""
    newest = archive_newest()
    if newest is not None and f"-{clock.today():%Y%m%d}-" in newest.name:
        return None
    return archive_write()


def archive_write() -> Path | None:
    """Write everything that is needed to check the ledger offline into one archive; None if nothing was signed yet.

    It is put into its place whole, and the oldest beyond a week are removed.
    """
    checkpoint = checkpoint_newest()
    if checkpoint is None:
        return None
    folder = archive_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"birge-ledger-{clock.today():%Y%m%d}-{checkpoint.size:09d}.tar.gz"
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        try:
            _archive(file, checkpoint)
        except BaseException:
            os.unlink(file.name)
            raise
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
    for old in sorted(folder.glob("birge-ledger-*.tar.gz"))[:-KEPT]:
        old.unlink()
    return path


def _archive(file: IO[bytes], checkpoint: Checkpoint) -> None:
    small = {
        "checkpoint": checkpoint_text(checkpoint),
        "key": f"{key_newest()}\n",
        "rules.json": rules_at(checkpoint.size),
        "projects.json": projects_at(checkpoint.size),
        "rates.json": rates_at(checkpoint.size),
        "accounts.json": _json(accounts_at(checkpoint.size)),
    }
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
        for name, text in small.items():
            data = text.encode()
            archive.addfile(_member(name, len(data), checkpoint.created_at), io.BytesIO(data))
        for digest, report in runs_at(checkpoint.size):
            data = report.encode()
            archive.addfile(_member(f"runs/{digest}.json", len(data), checkpoint.created_at), io.BytesIO(data))
        with tempfile.TemporaryFile() as entries:
            for leaf in leaves_between(0, checkpoint.size, checkpoint.size):
                entries.write(leaf + b"\n")
            size = entries.tell()
            entries.seek(0)
            archive.addfile(_member("entries.jsonl", size, checkpoint.created_at), entries)


def _member(name: str, size: int, moment: dt.datetime) -> tarfile.TarInfo:
    member = tarfile.TarInfo(f"birge-ledger/{name}")
    member.size, member.mtime, member.mode = size, int(moment.timestamp()), 0o644
    return member


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
