"""Places of Kyrgyzstan, with dates: ayil aimaks are merged and split while projects go on."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from birge.ids import ALPHABET, LENGTH, PublicIdField


class PlaceKind(models.TextChoices):
    """The kinds of the national classifier."""

    OBLAST = "oblast", _("oblast")
    CITY_REPUBLICAN = "city_republican", _("city of the republic")
    DISTRICT = "district", _("district")
    CITY = "city", _("city")
    CITY_DISTRICT = "city_district", _("city district")
    AYIL_AIMAK = "ayil_aimak", _("ayil aimak")
    TOWN = "town", _("town")
    URBAN_SETTLEMENT = "urban_settlement", _("urban settlement")
    VILLAGE = "village", _("village")


SETTLEMENTS = (PlaceKind.VILLAGE, PlaceKind.TOWN, PlaceKind.URBAN_SETTLEMENT, PlaceKind.CITY)


class PlaceName(NamedTuple):
    """A name, and whether it was borrowed from another language because none is known in the reader's."""

    text: str
    borrowed: bool


def place_public_id(soate: str, valid_from: str) -> str:
    """Return the public id of a unit of the classifier: the same on every installation."""
    number = int.from_bytes(hashlib.sha256(f"birge/place|{soate}|{valid_from}".encode()).digest(), "big")
    letters = []
    for _letter in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)


class Place(models.Model):
    """A unit as it was from `valid_from` to `valid_to`. SOATE is an attribute: codes are reused and change."""

    public_id = PublicIdField()
    soate = models.CharField(max_length=14, db_index=True)
    pcode = models.CharField(max_length=16, blank=True)
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=PlaceKind.choices)
    name_ky = models.CharField(max_length=120, blank=True)
    name_ru = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    name_source = models.CharField(max_length=40, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    lat = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)  # WGS 84
    lon = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    coord_source = models.CharField(max_length=80, blank=True)
    geonameid = models.CharField(max_length=12, blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # the last day

    class Meta:
        ordering = ["soate", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["soate", "valid_from"], name="place_once_per_period"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="place_period_forward",
            ),
        ]
        indexes = [models.Index(fields=["kind", "name_ru"], name="place_by_kind")]

    def __str__(self) -> str:
        """Return the Russian name, the only one that every unit has."""
        return self.name_ru

    def name(self, language: str) -> PlaceName:
        """Return the name in `language` (ky, ru, en), else the Russian one, marked as borrowed."""
        own = {"ky": self.name_ky, "ru": self.name_ru, "en": self.name_en}.get(language, "")
        return PlaceName(own, borrowed=False) if own else PlaceName(self.name_ru, borrowed=True)


class PlaceLink(models.Model):
    """What became of a unit: merged into, split into, renamed to another."""

    class Kind(models.TextChoices):
        """How one unit followed another."""

        MERGED = "merged", _("merged")
        SPLIT = "split", _("split")
        RENAMED = "renamed", _("renamed")

    predecessor = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="origins")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    on = models.DateField()

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="place_link_once"),
            models.CheckConstraint(condition=~Q(predecessor=models.F("successor")), name="place_link_between_two"),
        ]

    def __str__(self) -> str:
        """Return the step in one line."""
        return f"{self.predecessor} → {self.successor}"
