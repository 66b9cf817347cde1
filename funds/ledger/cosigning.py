"""Taking in the signatures of witnesses: people outside who saw our checkpoint and none that contradicts it."""

from __future__ import annotations

from django.conf import settings

from birge_engine.note import COSIGNATURE, NoteError, checkpoint_parse, key_parse, note_check, note_parse

from .models import Checkpoint, Cosignature


class CosignatureRefused(ValueError):
    """Not the signature of a witness that we know, under a checkpoint of ours."""


def cosignatures_add(text: str) -> int:
    """Keep the witnesses' lines below one of our checkpoints, given as a signed note; return how many were new.

    Witnesses are those in the settings. Raises CosignatureRefused.
    """
    keys = [key_parse(vkey) for vkey in settings.LEDGER_WITNESSES]
    try:
        note = note_parse(text)
        head = checkpoint_parse(note.text)
        signed = note_check(note, [key for key in keys if key.kind == COSIGNATURE])
    except NoteError as error:
        raise CosignatureRefused(str(error)) from error
    checkpoint = Checkpoint.objects.filter(size=head.size).first()
    if checkpoint is None or note_parse(checkpoint.note).text != note.text:
        raise CosignatureRefused("this is no checkpoint of ours")
    if not signed:
        raise CosignatureRefused("no witness that we know has signed it")
    new = 0
    for key, _seconds in signed:
        line = next(each.line() for each in note.signatures if (each.name, each.key_id) == (key.name, key.id))
        _kept, made = Cosignature.objects.get_or_create(checkpoint=checkpoint, vkey=str(key), defaults={"line": line})
        new += made
    return new
