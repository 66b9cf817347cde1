"""The ledger's tables: the books themselves, and the public log over them."""

from .books import Account, Balance, Command, DonorOpening, Entry, Outbox, Posting
from .log import Checkpoint, Cosignature, LogHead, LogKey, LogLeaf, LogNode, StatementLine

__all__ = [
    "Account",
    "Balance",
    "Checkpoint",
    "Command",
    "Cosignature",
    "DonorOpening",
    "Entry",
    "LogHead",
    "LogKey",
    "LogLeaf",
    "LogNode",
    "Outbox",
    "Posting",
    "StatementLine",
]
