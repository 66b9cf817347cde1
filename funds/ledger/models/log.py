"""The public log: leaves, the tree over them, its signed heads. Only `sequencing` and `signing` write these tables.

All of it can be computed again from the entries, but for signatures: those are promises to the outside.
"""

from __future__ import annotations

from django.db import models

from birge import clock

from .books import Account, Entry


class LogLeaf(models.Model):
    """An entry's place in the log, counted from zero without a gap, and its hash in the tree (RFC 6962)."""

    index = models.BigIntegerField(primary_key=True, db_column="idx")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="log_leaf", db_constraint=False)
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "log leaves"

    def __str__(self) -> str:
        """Return the place."""
        return str(self.index)


class LogNode(models.Model):
    """The root of a complete subtree of 2^level leaves. Only every eighth level is kept; proofs fold the rest."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField(db_column="idx")
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        """Return level and index."""
        return f"{self.level}/{self.index}"


class LogHead(models.Model):
    """The right edge of the tree: one row, locked by the sequencer while it works."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")  # the roots of the complete subtrees, 32 bytes each, the largest first

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_log_head")]

    def __str__(self) -> str:
        """Return the size."""
        return str(self.size)


class LogKey(models.Model):
    """A key that the log is or was signed with, as it is published; the newest one signs."""

    vkey = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        """Return the key."""
        return self.vkey


class Checkpoint(models.Model):
    """A signed head: all entries below `size` are public and final."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        """Return the size."""
        return str(self.size)


class Cosignature(models.Model):
    """A witness's signature below a checkpoint: somebody outside saw this history, and no other."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    vkey = models.CharField(max_length=200)
    line = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "vkey"], name="cosigned_once")]

    def __str__(self) -> str:
        """Return the line."""
        return self.line


class StatementLine(models.Model):
    """What an entry in the log did to an account (normal × minor units), and what the account held after it."""

    pk = models.CompositePrimaryKey("account_id", "index")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    index = models.BigIntegerField(db_column="idx")
    amount = models.BigIntegerField()
    balance = models.BigIntegerField()

    def __str__(self) -> str:
        """Return account and balance."""
        return f"{self.account_id} {self.balance}"
