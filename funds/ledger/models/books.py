"""Accounts, entries, postings. Nothing here is ever changed: the database refuses (see `triggers`).

Only `posting` writes these tables; a test watches over it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from birge import clock

from ..kinds import Book, EntryKind


class Command(models.Model):
    """One command, once. A replay finds it by scope and key and gets `result_ref` again."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    request_hash = models.CharField(max_length=64)
    result_ref = models.CharField(max_length=64, blank=True)  # set once, from empty
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="command_once")]

    def __str__(self) -> str:
        """Return scope and key."""
        return f"{self.scope} {self.key}"


class Account(models.Model):
    """One purpose, one currency, and (but for the donors' side of the pledge book) one custodian."""

    code = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    type = models.CharField(max_length=16)
    book = models.CharField(max_length=6, choices=Book.choices)
    normal = models.SmallIntegerField()  # +1: a debit raises it
    guarded = models.BooleanField(default=False)
    custodian_ref = models.CharField(max_length=16, blank=True, db_index=True)
    purpose_ref = models.CharField(max_length=16, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "currency"], name="account_once"),
            models.CheckConstraint(condition=Q(normal__in=[-1, 1]), name="account_normal_is_a_sign"),
        ]

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class Entry(models.Model):
    """One event in one book. It balances to zero in each currency or does not exist."""

    id = models.UUIDField(primary_key=True)
    # Without foreign keys where a trigger looks already and nothing is ever deleted: PostgreSQL locks the row that is
    # named, which makes a hot account hotter.
    command = models.ForeignKey(
        Command, on_delete=models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
    n = models.PositiveSmallIntegerField()  # which entry of its command
    kind = models.CharField(max_length=24, choices=EntryKind.choices)
    book = models.CharField(max_length=6, choices=Book.choices)
    date = models.DateField()  # the UTC day; the second is nobody's business
    n_postings = models.PositiveSmallIntegerField()
    resolves = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="resolved_by")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    group = models.CharField(max_length=32, blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    tag = models.CharField(max_length=64, blank=True)
    leaf = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["command", "n"], name="entry_once_per_command"),
            models.CheckConstraint(condition=Q(n_postings__gte=2), name="entry_has_two_sides"),
        ]

    def __str__(self) -> str:
        """Return kind and id."""
        return f"{self.kind} {self.id}"


class Posting(models.Model):
    """One side of an entry: signed minor units, debit positive."""

    pk = models.CompositePrimaryKey("entry_id", "k")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", db_index=False)
    k = models.PositiveSmallIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="postings", db_index=False, db_constraint=False
    )
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    version = models.BigIntegerField(null=True)  # the guarded account's running number after this posting

    class Meta:
        ordering = ["entry_id", "k"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="posting_moves_something"),
            models.UniqueConstraint(fields=["account", "version"], name="posting_version_once"),
        ]

    def __str__(self) -> str:
        """Return account and amount."""
        return f"{self.account_id} {self.amount} {self.currency}"


class Balance(models.Model):
    """What a guarded account holds: normal × Σ. The floor stands in the database."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="balance")
    amount = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="balance_floor")]

    def __str__(self) -> str:
        """Return the amount."""
        return str(self.amount)


class Outbox(models.Model):
    """Entries that wait for the sequencer, in the order they were written; a row goes once its entry has a leaf."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="outbox", db_constraint=False)

    class Meta:
        verbose_name_plural = "outbox"

    def __str__(self) -> str:
        """Return the entry's id."""
        return str(self.entry_id)


class DonorOpening(models.Model):
    """What opens a commitment: erasable, so that a person can be forgotten while the entry stays."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="opening")
    label = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=40, db_index=True)
    r = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        """Return the subject, never the secret."""
        return self.subject_ref
