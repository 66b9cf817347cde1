"""Django's admin shows places and changes none."""

import pytest
from django.test import Client
from django.urls import reverse

from birge.places.models import Place, PlaceLink
from birge.places.services import places_load
from tests.birge.places.files import LINEAGE
from tests.factories.organisations import administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    places_load(LINEAGE)
    browser = Client()
    browser.force_login(administrator(), backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.mark.parametrize("model", [Place, PlaceLink])
def test_administrators_look_and_change_nothing(browser, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = reverse(f"{name}_change", args=[model.objects.first().pk])
    assert browser.get(reverse(f"{name}_changelist"), {"q": "417992018"}).status_code == 200
    assert browser.get(row).status_code == 200
    assert browser.post(row, {}).status_code == 403
    assert browser.get(reverse(f"{name}_add")).status_code == 403
    assert browser.post(reverse(f"{name}_delete", args=[model.objects.first().pk])).status_code == 403
