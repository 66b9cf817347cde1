"""Real browsers for tests: Chromium on a phone-sized screen, one context for each person."""

from __future__ import annotations

import os

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from tests.support.programs import chromium_path

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def chromium():
    """Yield a browser. Its driver keeps a loop running, which Django would otherwise take for an async program."""
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def phone(chromium, live_server):
    """Return what opens a page on a phone: for a guest, or for a person who is signed in already."""
    contexts = []

    def open_phone(user=None, **options):
        context = chromium.new_context(viewport=PHONE, locale="en", base_url=live_server.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        if user is not None:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}
            context.add_cookies([cookie])
        return context.new_page()

    yield open_phone
    for context in contexts:
        context.close()


def session_of(user):
    """Return the key of a session in which this person is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
