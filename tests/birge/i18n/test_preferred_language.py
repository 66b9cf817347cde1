"""In which language somebody is greeted whose address names none."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from birge.accounts.models import User
from birge.i18n.selectors import preferred_language


def request(accept: str | None = None, cookie: str | None = None, user: object = None):
    made = RequestFactory().get("/", headers={"Accept-Language": accept} if accept is not None else {})
    if cookie is not None:
        made.COOKIES["django_language"] = cookie
    if user is not None:
        made.user = user
    return made


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("ky-KG,ky;q=0.9,ru;q=0.8", "ky"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("ru-KG,ru;q=0.9,ky;q=0.8", "ru"),
        ("en-GB,en;q=0.9", "en"),
        ("EN", "en"),
        ("ru;q=0.5,ky;q=0.9", "ky"),
        ("ru;q=0,en", "en"),
        ("kk-KZ,kk;q=0.9", "ru"),
        ("uz-UZ,uz;q=0.9,en;q=0.8", "ru"),
        ("tg", "ru"),
        ("tr-TR,tr;q=0.9,en-US;q=0.8", "en"),
        ("tr,ru;q=0.8", "ru"),
        ("ko-KR", "en"),
        ("de,fr;q=0.5", "en"),
    ],
)
def test_a_phone_is_answered_in_its_language_or_the_nearest_one(accept, language):
    assert preferred_language(request(accept)) == language


@pytest.mark.parametrize("accept", [None, "", "*", "*;q=0.5", "ru;q=0", "; drop", "ru;q=x", "x" * 5000])
def test_kyrgyz_is_spoken_where_nothing_is_known(accept):
    assert preferred_language(request(accept)) == "ky"


def test_what_was_chosen_on_this_device_goes_before_the_phones_own_language():
    assert preferred_language(request("ru", cookie="en")) == "en"


@pytest.mark.parametrize("cookie", ["", "kk", "../../etc", "EN"])
def test_a_cookie_that_names_none_of_ours_is_passed_over(cookie):
    assert preferred_language(request("ru", cookie=cookie)) == "ru"


def test_the_language_of_the_account_goes_before_all():
    assert preferred_language(request("ru", cookie="en", user=User(language="ky"))) == "ky"


def test_a_guest_has_no_account_to_ask():
    assert preferred_language(request("ru", user=AnonymousUser())) == "ru"


@pytest.mark.django_db
@pytest.mark.parametrize(("accept", "leads"), [("ru-RU", "/ru/"), ("kk-KZ", "/ru/"), ("tr", "/en/"), ("", "/ky/")])
def test_the_bare_address_leads_into_the_readers_language(client, accept, leads):
    answer = client.get("/", headers={"Accept-Language": accept})
    assert answer["Location"] == leads
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}
