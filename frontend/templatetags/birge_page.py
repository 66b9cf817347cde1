"""Small pieces that pages are put together from. They format; they never compute money."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def current(context: Context, url_name: str) -> SafeString | str:
    """Mark the menu entry whose page this is, for eyes and for screen readers."""
    match = getattr(context.get("request"), "resolver_match", None)
    return format_html(' aria-current="{}"', "page") if match is not None and match.url_name == url_name else ""


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """One form field with its label, hint and error, in that order, tied together for screen readers."""
    widget = bound.field.widget
    # A code may be empty after a passkey, and a paper that was sent before is kept: neither is up to the reader.
    expected = bound.name == "code" or (bound.name == "paper" and getattr(bound.form, "paper_required", False))
    return {
        "field": bound,
        "optional": not bound.field.required and not expected,
        "is_choice": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
        "is_check": isinstance(widget, CheckboxInput),
    }


@register.inclusion_tag("components/errors.html")
def error_summary(form: Any) -> dict[str, Any]:
    """Show a summary on top that links to each wrong field."""
    return {"form": form}


@register.inclusion_tag("components/bar.html")
def bar(part: int, whole: int, label: str, kind: str = "") -> dict[str, Any]:
    """Draw a bar of `part` of `whole` (minor units), at most full. `label` says the same in words."""
    percent = min(100, part * 100 // whole) if whole > 0 else 0
    return {"percent": percent, "sliver": bool(part) and percent == 0, "label": label, "kind": kind}


@register.simple_tag(takes_context=True)
def replace_query(context: Context, **changes: Any) -> str:
    """Return this page's query string with `changes` applied; an empty value removes the key."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"
