"""What guests meet: no script, no network for a moment, a narrow screen, and nobody else's computer."""

import pytest
from django.urls import reverse
from django.utils import translation

from funds.ledger.models import Entry
from funds.pledges.models import Pledge
from funds.pledges.tokens import pledge_token
from tests.factories import funds as make

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


def public_pages(language):
    world = make.under_way(stages=2)
    make.documented(world, 1)
    make.shown(world, 1)
    raising = make.open_village_project().project
    with translation.override(language):
        return [
            reverse("home"),
            reverse("project_list"),
            reverse("project", args=[world.project.public_id]),
            reverse("pledge", args=[raising.public_id]),
            reverse("money", args=[pledge_token(Pledge.objects.get(project=world.project))]),
            reverse("ledger"),
            reverse("project_ledger", args=[world.project.public_id]),
            reverse("entry", args=[Entry.objects.filter(kind="tranche.released").get().pk]),
            reverse("about"),
            reverse("terms"),
            reverse("account_login"),
            reverse("account_signup"),
        ]


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_every_public_page_fits_a_phone_asks_no_other_host_and_complains_of_nothing(phone, live_server, language):
    page, asked, complaints = phone(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in public_pages(language):
        assert page.goto(path).status == 200, path
        assert page.get_attribute("html", "lang") == language
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, path
        unnamed = page.evaluate(
            """[...document.querySelectorAll('main input, main select, main textarea')]
            .filter(each => each.type !== 'hidden' && !each.labels.length && !each.ariaLabel)
            .map(each => each.name)"""
        )
        assert unnamed == [], path
        assert page.locator("img:not([alt])").count() == 0, path
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
    assert complaints == []


def test_a_guest_promises_without_any_script(phone):
    project = make.open_village_project().project
    page = phone(java_script_enabled=False)
    page.goto(f"/ru/p/{project.public_id}/give/")
    page.locator("[name=suggest]").nth(1).click()
    assert page.input_value("[name=amount]") == "1000"
    page.fill("[name=contact]", "+996 700 123 456")
    page.select_option("[name=country]", "KG")
    page.check("[name=credit_choice][value=family]")
    page.fill("[name=credit_line]", "Асановы")
    page.locator("[name=step][value=check]").click()
    page.locator("[name=step][value=make]").click()
    made = Pledge.objects.get()
    page.fill("[name=code]", make.newest_code(made))
    page.locator("main form button").first.click()
    made.refresh_from_db()
    assert (made.status, made.language, made.credit.line) == ("confirmed", "ru", "Асановы")
    assert "/money/" in page.url


def test_scenario_10_back_and_forward_and_a_lost_connection_make_no_second_promise(phone):
    project = make.open_village_project().project
    page = phone()
    page.goto(f"/en/p/{project.public_id}/give/")
    page.fill("[name=amount]", "700")
    page.fill("[name=contact]", "donor@example.org")
    page.select_option("[name=country]", "RU")
    page.check("[name=credit_choice][value=nobody]")
    page.locator("[name=step][value=check]").click()
    page.wait_for_selector("[name=step][value=make]")
    page.context.set_offline(True)
    page.locator("[name=step][value=make]").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert Pledge.objects.count() == 0
    page.context.set_offline(False)
    page.goto(f"/en/p/{project.public_id}/give/")
    page.fill("[name=amount]", "700")
    page.fill("[name=contact]", "donor@example.org")
    page.select_option("[name=country]", "RU")
    page.check("[name=credit_choice][value=nobody]")
    page.locator("[name=step][value=check]").click()
    page.locator("[name=step][value=make]").click()
    page.wait_for_selector("[name=code]")
    page.go_back()
    page.locator("[name=step][value=make]").click()
    page.wait_for_selector("[name=code]")
    assert Pledge.objects.count() == 1


def test_one_signs_in_with_a_password_and_reaches_the_desk(phone):
    world = make.open_village_project()
    donor = make.person(email="donor@example.org")
    donor.emailaddress_set.create(email="donor@example.org", verified=True, primary=True)
    page = phone()
    page.goto("/en/desk/")
    page.fill("[name=login]", "donor@example.org")
    page.fill("[name=password]", "a long password")
    page.locator("main form button").first.click()
    page.wait_for_url("**/en/desk/")
    assert page.locator("h1").inner_text() == "My desk"
    assert page.goto(f"/en/desk/village/{world.project.public_id}/").status == 404


def test_the_skip_link_is_the_first_stop_of_the_keyboard(phone):
    page = phone()
    page.goto("/en/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
