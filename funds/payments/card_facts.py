"""What `payments` reports about saved cards; settings.CARD_FACT_HANDLER names the one who listens."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from .models import CardCharge, SavedCard


class CardFactKind(enum.StrEnum):
    """What became known about a card."""

    SAVED = "saved"
    DECLINED = "declined"  # the bank said no; `charge` says whether it is tried again


@dataclass(frozen=True)
class CardFact:
    """One fact about one card, told inside the transaction that makes it true."""

    kind: CardFactKind
    card: SavedCard
    charge: CardCharge | None = None


def card_fact_report(fact: CardFact) -> None:
    """Tell the registered listener."""
    handler: Callable[[CardFact], None] = import_string(settings.CARD_FACT_HANDLER)
    handler(fact)
