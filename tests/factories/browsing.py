"""What people do in a browser: fill in a form that is on the page, and send it."""

from __future__ import annotations

from typing import Any

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def send(page: Any, ending: str = "", **fields: Any) -> None:
    """Fill in the form whose address ends so (else the page's own) and press its button.

    A list of (name, type, bytes) is attached as files; True ticks; radio buttons and choices are set by their value.
    """
    wanted = f'main form[method=post][action$="{ending}"]' if ending else "main form[method=post]:not([action])"
    form = page.locator(wanted).first
    form.wait_for(state="attached")
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    for name, value in fields.items():
        _fill(form, name, value)
    with page.expect_navigation():
        form.locator("button:not([name])").last.click()


def _fill(form: Any, name: str, value: Any) -> None:
    field = form.locator(f'[name="{name}"]')
    kind = field.first.evaluate("each => each.type || each.tagName.toLowerCase()")
    if kind == "file":
        files = [{"name": each[0], "mimeType": each[1], "buffer": each[2]} for each in value]
        field.set_input_files(files)
    elif kind == "radio":
        form.locator(f'[name="{name}"][value="{value}"]').check()
    elif kind == "checkbox":
        field.set_checked(value)
    elif kind.startswith("select"):
        field.select_option(value)
    else:
        field.fill(value)


def paper(name: str) -> list[tuple[str, str, bytes]]:
    """Return a small PDF to attach; each with bytes of its own."""
    return [(f"{name}.pdf", "application/pdf", PDF + name.encode())]
