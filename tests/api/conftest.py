"""What every test of the API starts from."""

import pytest
from django.core.cache import cache

from tests.factories.api import caller


@pytest.fixture(autouse=True)
def nothing_counted():
    """Forget throttles and used codes: people of one test have the ids of those of the one before."""
    cache.clear()


@pytest.fixture
def guest():
    return caller()
