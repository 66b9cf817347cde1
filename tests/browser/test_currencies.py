"""Promising in another currency on a phone: the country says which, what was typed stays, and everything fits."""

import pytest
from django.urls import reverse
from django.utils import translation

from birge.money import Money
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from tests.factories import funds as make
from tests.factories.exchange import pay_in, promised_in, rates_known

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


def test_who_is_in_russia_promises_in_roubles_unless_they_say_otherwise(phone):
    rates_known()
    project = make.open_village_project().project
    page = phone()
    page.goto(f"/ru/p/{project.public_id}/give/")
    assert page.locator(".chips").is_visible()
    page.select_option("[name=country]", "RU")
    assert page.input_value("[name=currency]") == "RUB"
    assert not page.locator(".chips").is_visible()  # they are in som
    page.fill("[name=amount]", "2000")
    page.select_option("[name=country]", "KZ")
    assert page.input_value("[name=currency]") == "RUB"  # a sum was typed: its currency stays
    page.select_option("[name=country]", "RU")
    page.fill("[name=contact]", "donor@example.org")
    page.check("[name=credit_choice][value=nobody]")
    page.locator("[name=step][value=check]").click()
    assert "1 RUB = 0,92 KGS" in page.inner_text("main").replace("\xa0", " ")
    page.locator("[name=step][value=make]").click()
    page.wait_for_selector("[name=code]")
    assert Pledge.objects.get().amount == Money(2_000_00, "RUB")


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_pages_with_two_currencies_fit_a_phone(phone, language):
    rates_known()
    world = make.open_village_project()
    given = promised_in(world.project, 5_000_00, "RUB")
    pay_in(world, given, 4_500_00, "KGS")
    pay_in(world, promised_in(world.project, 10_00, "EUR"), 10_00, "EUR")
    page = phone()
    with translation.override(language):
        paths = [
            reverse("pledge", args=[world.project.public_id]),
            reverse("money", args=[pledge_token(given)]),
            reverse("rates"),
            reverse("exchanges"),
        ]
    for path in paths:
        assert page.goto(path).status == 200, path
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, path
