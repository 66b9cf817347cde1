"""A Stripe of our own on loopback, and an open project whose custodian has an account there."""

import pytest

from tests.factories import cards
from tests.factories import funds as make


@pytest.fixture
def double(settings, monkeypatch):
    """Return a running double that the real SDK talks to."""
    with cards.running(settings, monkeypatch) as stripe:
        yield stripe


@pytest.fixture
def world(double):
    """Return an open project whose custodian takes cards."""
    made = make.open_village_project()
    cards.account(made.custodian)
    return made
