"""A visitor without JavaScript: opens pages, reads them, and sends the forms that are really on them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from birge.accounts.models import User

from .api import code_of
from .funds import PDF


@dataclass
class Form:
    """A form of a page: where it goes, and what is filled in already."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._inside = Form(said.get("action") or "", (said.get("method") or "get").lower())
            self.forms.append(self._inside)
        if self._inside is None:
            return
        name = said.get("name") or ""
        if name:
            self._inside.names.add(name)
        if tag == "input" and name and said.get("type") not in ("submit", "file"):
            if said.get("type") not in ("radio", "checkbox") or "checked" in said:
                self._inside.values[name] = said.get("value") or ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in said:
            self._inside.values[self._select] = said.get("value") or ""
        elif tag == "textarea":
            self._text = name
            self._inside.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._inside is not None and self._text:
            self._inside.values[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""


@dataclass
class Page:
    """What came back, after all redirects."""

    status: int
    html: str
    url: str
    hops: list[tuple[str, int]]

    @property
    def text(self) -> str:
        """Return what a reader sees, in one line, with plain spaces."""
        words = re.sub(r"<(script|style|head).*?</\1>", " ", self.html, flags=re.S)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", words)).split())

    @property
    def forms(self) -> list[Form]:
        """Return the forms of the page."""
        reader = FormReader()
        reader.feed(self.html)
        return reader.forms

    def form(self, ending: str = "") -> Form:
        """Return the one form that posts to an address with this ending; without an ending the first that posts."""
        fits = [each for each in self.forms if each.method == "post" and each.action.endswith(ending)]
        fits = [each for each in fits if "logout" not in each.action]
        assert fits, f"no form to {ending!r} on {self.url}: {[each.action for each in self.forms]}"
        return fits[0]

    def offers(self, ending: str) -> bool:
        """Say whether the page has a form that goes there."""
        return any(each.method == "post" and each.action.endswith(ending) for each in self.forms)

    def link(self, part: str) -> str:
        """Return the first link whose address contains this."""
        main = self.html.partition("<main")[2].partition("</main>")[0]
        found = [unescape(each) for each in re.findall(r'href="([^"]*)"', main) if part in each]
        assert found, f"no link with {part!r} on {self.url}"
        return found[0]


class Visitor:
    """Somebody with a browser, in English; signed in if a person is given."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.user = user
        if user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            if Authenticator.objects.filter(user=user).exists():
                code_of(user)  # give it a secret that opens

    def open(self, name: str, *args: Any, **query: str) -> Page:
        """Open a page by the name of its address."""
        return self.go(at(name, *args), **query)

    def go(self, url: str, **query: str) -> Page:
        """Open a page by its address."""
        return self._page(self.client.get(url, query, follow=True), url)

    def send(self, page: Page, ending: str = "", **values: Any) -> Page:
        """Fill in a form of the page and send it. What is not named stays as it was filled in; None is left out."""
        form = page.form(ending)
        unknown = set(values) - form.names
        assert not unknown, f"the form has no {unknown}, but {form.names}"
        data = {name: value for name, value in {**form.values, **values}.items() if value is not None}
        url = form.action or page.url
        return self._page(self.client.post(url, data, follow=True), url)

    def post(self, name: str, *args: Any, **values: Any) -> Page:
        """Send something that no form of a page says, as somebody with ill will would."""
        token = "k" * 32
        self.client.cookies["csrftoken"] = token
        data = {**values, "csrfmiddlewaretoken": token}
        return self._page(self.client.post(at(name, *args), data, follow=True), at(name, *args))

    @property
    def code(self) -> str:
        """Return the code that this person's authenticator shows, as if half a minute had passed since the last one."""
        assert self.user is not None
        code = code_of(self.user)
        cache.delete(f"allauth.mfa.totp.used?user={self.user.pk}&code={code}")
        return code

    def _page(self, response: Any, url: str) -> Page:
        hops = list(getattr(response, "redirect_chain", []))
        html = b"".join(response.streaming_content) if response.streaming else response.content
        return Page(response.status_code, html.decode("utf-8", "replace"), hops[-1][0] if hops else url, hops)


def at(name: str, *args: Any) -> str:
    """Return the English address of a page."""
    with translation.override("en"):
        return str(reverse(name, args=args))


def a_paper(name: str = "paper.pdf") -> SimpleUploadedFile:
    """Return a small PDF to attach."""
    return SimpleUploadedFile(name, PDF, "application/pdf")
