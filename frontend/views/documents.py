"""Papers and photos, one by one: who may, and in a form that no browser takes for a page."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from birge.documents.models import Document, Visibility
from birge.documents.selectors import document_open_for
from frontend.access import page_actor

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def document_serve(request: HttpRequest, public_id: str, width: int | None = None) -> HttpResponseBase:
    """Send the master, or a picture's copy of `width` 320, 800 or 1600. What is not for the reader does not exist."""
    document = Document.objects.filter(public_id=public_id).first()
    if document is None or not document_open_for(page_actor(request), document):
        raise Http404
    file = document.file
    if width is not None:
        rendition = document.renditions.filter(width=width).first()
        if rendition is None:
            raise Http404
        file = rendition.file
    etag = f'"{document.sha256[:20]}-{width or 0}"'
    response: HttpResponse | FileResponse
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        attached = not document.is_image
        name = f"{document.kind}-{document.public_id}.{'pdf' if attached else 'jpg'}"
        response = FileResponse(
            file.open("rb"), content_type=document.content_type, as_attachment=attached, filename=name
        )
    response["ETag"] = etag
    response["Last-Modified"] = http_date(document.created_at.timestamp())
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if document.visibility == Visibility.PUBLIC:
        response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    else:
        response["Cache-Control"] = "private, no-store"
    return response
