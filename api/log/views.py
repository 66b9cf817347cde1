"""The public log for programs. What is covered by a checkpoint never changes, and says so to every cache."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from birge_engine.merkle import ProofError
from funds.ledger.cosigning import CosignatureRefused, cosignatures_add
from funds.ledger.models import Checkpoint
from funds.ledger.proofs import proof_of_consistency, proof_of_inclusion
from funds.ledger.publishing import (
    archive_newest,
    checkpoint_newest,
    checkpoint_text,
    key_newest,
    leaves_between,
    projects_at,
    rates_at,
    rules_at,
    runs_at,
)

MOST_LINES = 5_000
MOST_NOTE_BYTES = 10_000
FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=2"
HOUR = "public, max-age=3600"
LARGEST = 2**53
JSON = "application/json; charset=utf-8"
SHA256 = re.compile("[0-9a-f]{64}")


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Return the newest signed checkpoint, with the signatures of witnesses."""
    newest = checkpoint_newest()
    if newest is None:
        return _refused("Nothing has been signed yet.", 404)
    return _text(checkpoint_text(newest), SHORTLY)


@require_safe
def checkpoint_at(request: HttpRequest, size: int) -> HttpResponse:
    """Return the checkpoint of exactly this size. Witnesses may still sign it, so it is not kept for ever."""
    found = Checkpoint.objects.prefetch_related("cosignatures").filter(size=size).first()
    if found is None:
        return _refused("There is no checkpoint of this size.", 404)
    return _text(checkpoint_text(found), HOUR)


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Return leaves from `start` up to, but without, `end`, one a line; at most 5,000: ask again from where it ends."""
    start, end = _number(request, "start"), _number(request, "end")
    if start is None or end is None or start >= end:
        return _refused("start and end are whole numbers, and start is the smaller one.")
    newest = checkpoint_newest()
    size = newest.size if newest else 0
    end = min(end, start + MOST_LINES)
    body = b"".join(leaf + b"\n" for leaf in leaves_between(start, end, size))
    return _text(body, FOR_EVER if end <= size else SHORTLY, "application/jsonl; charset=utf-8")


@require_safe
def inclusion(request: HttpRequest) -> HttpResponse:
    """Return the proof that the entry `index` stands in the tree of `size`: hashes in base64, one a line."""
    return _proof(request, "index", "size", proof_of_inclusion)


@require_safe
def consistency(request: HttpRequest) -> HttpResponse:
    """Return the proof that the tree of size `to` begins with that of size `from`."""
    return _proof(request, "from", "to", proof_of_consistency)


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """Return the key that the checkpoints are signed with."""
    newest = key_newest()
    return _text(f"{newest}\n", HOUR) if newest else _refused("Nothing has been signed yet.", 404)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Return all versions of all rules by which money follows money."""
    return _beside(request, rules_at)


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """Return what such rules look at in the projects of the first `size` entries, and that never changes."""
    return _beside(request, projects_at)


@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """Return the exchange rates that promises, payments and exchanges used."""
    return _beside(request, rates_at)


@require_safe
def run(request: HttpRequest, digest: str) -> HttpResponse:
    """Return the report of a settled round, exactly as it was hashed."""
    found = dict(runs_at(_size_signed(), digest)) if SHA256.fullmatch(digest) else {}
    if digest not in found:
        return _refused("No entry names a run with this report.", 404)
    return _text(found[digest], FOR_EVER, JSON)


@require_safe
def export(request: HttpRequest) -> FileResponse:
    """Return the newest archive of everything; `birge-verify` reads it as it is."""
    newest = archive_newest()
    if newest is None:
        raise Http404
    response = FileResponse(newest.open("rb"), as_attachment=True, filename=newest.name)
    response["Cache-Control"] = HOUR
    return response


@csrf_exempt  # there is no session here: the signature itself says who speaks
@require_POST
def cosignatures(request: HttpRequest) -> HttpResponse:
    """Take in a checkpoint that a witness has signed."""
    if len(request.body) > MOST_NOTE_BYTES:
        return _refused("This is too long for a checkpoint.", 413)
    try:
        new = cosignatures_add(request.body.decode())
    except (CosignatureRefused, UnicodeDecodeError) as error:
        return _refused(str(error))
    return _text(f"{new} new\n", "no-store")


def _proof(request: HttpRequest, first: str, second: str, prove: Callable[[int, int], Sequence[bytes]]) -> HttpResponse:
    one, two = _number(request, first), _number(request, second)
    if one is None or two is None:
        return _refused(f"{first} and {second} are whole numbers.")
    try:
        hashes = prove(one, two)
    except ProofError as error:
        return _refused(str(error))
    return _text("".join(f"{base64.b64encode(each).decode()}\n" for each in hashes), FOR_EVER)


def _beside(request: HttpRequest, give: Callable[[int], str]) -> HttpResponse:
    """Give out what belongs to the first `size` entries, to all that are signed unless told otherwise."""
    signed = _size_signed()
    size = _number(request, "size") if "size" in request.GET else signed
    if size is None or size > signed:
        return _refused(f"size is a whole number, and the newest checkpoint covers {signed} entries.")
    return _text(give(size), SHORTLY, JSON)


def _size_signed() -> int:
    newest = checkpoint_newest()
    return newest.size if newest else 0


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 17 else LARGEST
    return number if number < LARGEST else None


def _text(body: str | bytes, cache: str, kind: str = "text/plain; charset=utf-8") -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Cache-Control"] = cache
    return response


def _refused(why: str, status: int = 400) -> HttpResponse:
    return HttpResponse(f"{why}\n", status=status, content_type="text/plain; charset=utf-8")
