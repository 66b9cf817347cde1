"""Papers and photos: one store, one master each, metadata stripped."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from birge import clock
from birge.ids import PublicIdField


class DocumentKind(models.TextChoices):
    """What a document is."""

    QUOTE = "quote", _("quote")
    RESOLUTION = "resolution", _("council decision")
    CONTRACT = "contract", _("contract")
    RECEIPT = "receipt", _("receipt")
    PHOTO = "photo", _("photo")
    PAPERS = "papers", _("papers of an organisation")
    TERMS_OF_REFERENCE = "terms_of_reference", _("terms of reference")
    BANK_LINE = "bank_line", _("line of a bank statement")


class Visibility(models.TextChoices):
    """Who may see it."""

    PUBLIC = "public", _("everyone")
    PARTIES = "parties", _("the officers of the parties")
    PRIVATE = "private", _("its organisation and the platform’s administrators")


def master_path(document: Document, _filename: str) -> str:
    """Return where the master lies: below its own public id, never below a name somebody sent."""
    return f"documents/{document.public_id[:2]}/{document.public_id}/master"


def rendition_path(rendition: Rendition, _filename: str) -> str:
    """Return where a smaller copy lies."""
    public_id = rendition.document.public_id
    return f"documents/{public_id[:2]}/{public_id}/{rendition.width}"


class Document(models.Model):
    """One paper or photo. Its bytes never change; a better one is a new document."""

    public_id = PublicIdField()
    kind = models.CharField(max_length=20, choices=DocumentKind.choices)
    title = models.CharField(max_length=160, blank=True)
    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    parties = models.ManyToManyField("organisations.Organisation", blank=True, related_name="+")  # beside its own
    file = models.FileField(upload_to=master_path)
    content_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    salt = models.BinaryField(max_length=16)
    # Of salt + master: the ledger names this, and it betrays no common file.
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        """Return kind and public id."""
        return f"{self.kind} {self.public_id}"

    @property
    def is_image(self) -> bool:
        """Say whether it is a picture, with smaller copies."""
        return self.content_type.startswith("image/")


class Rendition(models.Model):
    """A smaller copy of a picture, never larger than the master."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="renditions")
    width = models.PositiveIntegerField()  # asked for: 320, 800 or 1600; a small master is not enlarged
    height = models.PositiveIntegerField()
    file = models.FileField(upload_to=rendition_path)
    bytes = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "width"], name="rendition_once")]

    def __str__(self) -> str:
        """Return document and width."""
        return f"{self.document_id} {self.width}"
