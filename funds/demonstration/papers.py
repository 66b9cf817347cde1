"""Papers of the demonstration: each says on its face that it is none."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from birge.accounts.models import User
from birge.documents.models import Document, DocumentKind, Visibility
from birge.documents.services import document_store, photo_store
from birge.organisations.models import Organisation

from .drawings import drawing

WORDS = "DEMONSTRATION - THIS IS NOT A REAL PAPER"
PUBLIC = frozenset({DocumentKind.QUOTE, DocumentKind.RESOLUTION, DocumentKind.CONTRACT, DocumentKind.RECEIPT})


def paper(kind: DocumentKind, title: str, *, number: str, actor: User, organisation: Organisation | None) -> Document:
    """Store a drawn one-page PDF as a quote, resolution, contract or bank line."""
    file = SimpleUploadedFile("paper.pdf", page(kind.value, number), "application/pdf")
    visibility = Visibility.PUBLIC if kind in PUBLIC else Visibility.PARTIES
    if kind == DocumentKind.PAPERS:
        visibility = Visibility.PRIVATE
    return document_store(
        file=file, kind=kind, title=title, actor=actor, organisation=organisation, visibility=visibility
    )


def receipt(title: str, *, seed: str, actor: User, organisation: Organisation) -> Document:
    """Store a drawn receipt as if photographed."""
    return document_store(
        file=picture("paper", seed),
        kind=DocumentKind.RECEIPT,
        title=title,
        actor=actor,
        organisation=organisation,
        visibility=Visibility.PUBLIC,
    )


def photo(subject: str, seed: str, title: str, *, actor: User, organisation: Organisation) -> Document:
    """Store a drawing in the place of a photo."""
    return photo_store(file=picture(subject, seed), title=title, actor=actor, organisation=organisation)


def picture(subject: str, seed: str) -> SimpleUploadedFile:
    """Return a drawing as an uploaded file."""
    return SimpleUploadedFile(f"{subject}.jpg", drawing(subject, seed), "image/jpeg")


def page(kind: str, number: str) -> bytes:
    """Return a small PDF: a few grey lines, a round stamp, and words that leave no doubt. Latin letters only."""
    label = f"{kind.replace('_', ' ').upper()}  {number}".encode("ascii", "replace").decode()
    rows = "".join(f"0.78 g 72 {640 - 34 * row} {430 - (row * 37) % 160} 9 re f\n" for row in range(12))
    stamp = "0.24 0.39 0.66 RG 5 w 430 150 60 60 re S 442 162 36 36 re S\n"
    text = (
        f"0 g BT /F1 22 Tf 72 740 Td ({_escaped(label)}) Tj ET\n"
        f"0.64 0.21 0.16 rg BT /F1 13 Tf 72 700 Td ({WORDS}) Tj ET\n"
        f"0.64 0.21 0.16 rg BT /F1 13 Tf 72 60 Td ({WORDS}) Tj ET\n"
    )
    stream = (text + rows + stamp).encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)
    return bytes(out)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
