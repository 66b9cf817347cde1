"""Whether everything is there: the triggers, the rows that others name, a place in the public log."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef

from ..models import Account, Command, DonorOpening, Entry, LogLeaf, Outbox, Posting, StatementLine
from ..triggers_log import TRIGGERS
from .faults import Fault


def triggers_installed() -> Iterator[Fault]:
    """Find triggers that are missing, switched off, not as written, or not ours: they keep the tables from changing."""
    for name, what in TRIGGERS.faults(connection):
        yield Fault("triggers", name, what)


def rows_complete() -> Iterator[Fault]:
    """Find rows that name what does not exist. A database that was told not to look may hold some."""
    orphans = (
        (Posting, "entry_id", Entry, "a posting of an entry that does not exist"),
        (Posting, "account_id", Account, "a posting to an account that does not exist"),
        (Entry, "command_id", Command, "an entry of a command that does not exist"),
        (Outbox, "entry_id", Entry, "an entry in the outbox that does not exist"),
        (DonorOpening, "entry_id", Entry, "what opens an entry that does not exist"),
        (LogLeaf, "entry_id", Entry, "an entry in the public log that does not exist"),
        (StatementLine, "account_id", Account, "a statement of an account that does not exist"),
    )
    for model, link, target, what in orphans:
        missing = model._default_manager.filter(~Exists(target._default_manager.filter(pk=OuterRef(link))))
        for named in missing.values_list(link, flat=True).order_by(link).distinct():
            yield Fault("rows", str(named), what)


def commands_finished() -> Iterator[Fault]:
    """Find commands that wrote entries and have no result for whoever asks again, or lack one of their entries."""
    for command in Command.objects.filter(result_ref="", entries__isnull=False).distinct():
        yield Fault("commands", str(command), "was never finished")
    counted = Command.objects.annotate(count=Count("entries"), last=Max("entries__n"))
    for command in counted.filter(count__gt=0).exclude(count=F("last") + 1):
        yield Fault("commands", str(command), "lacks an entry between its others")
