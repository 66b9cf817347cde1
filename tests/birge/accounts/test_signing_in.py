"""Signing up and in: by e-mail only, in the language of the page; money offices are led to their second factor."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import resolve
from django.urls.exceptions import Resolver404

from birge.accounts.devices import COOKIE, device_of
from birge.accounts.models import User
from birge.organisations.models import Role
from tests.factories.api import code_of
from tests.factories.funds import person
from tests.factories.organisations import acting_for, administrator, seated

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


def sign_up(browser: Client, email: str, language: str = "ru"):
    return browser.post(f"/{language}/accounts/signup/", {"email": email, "password1": "seven green lamps"})


def sign_in(user: User, browser: Client | None = None, **more: str):
    """Sign in with the password, as somebody whose address is proven; return the answer."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    browser = browser or Client()
    return browser.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD} | more)


def test_a_browser_gets_its_cookie_at_sign_in_and_keeps_it():
    user, browser = person(), Client()
    assert not device_of(RequestFactory().get("/"))
    sign_in(user, browser)
    cookie = browser.cookies[COOKIE]
    assert re.fullmatch("[0-9a-f]{32}", cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 24 * 60 * 60)
    browser.logout()
    browser.cookies[COOKIE] = cookie.value  # signing out leaves it
    sign_in(user, browser)
    assert browser.cookies[COOKIE].value == cookie.value
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = cookie.value
    assert cookie.value not in device_of(request)
    assert len(device_of(request)) == 64
    request.COOKIES[COOKIE] = "<script>"
    assert device_of(request) == ""


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_the_language_of_the_page_becomes_the_persons(language):
    sign_up(Client(), "gulnara@example.org", language)
    assert User.objects.get(email="gulnara@example.org").language == language


def test_an_address_is_kept_in_lower_case_and_proven_by_a_code():
    browser = Client()
    sign_up(browser, "Gulnara@Example.ORG", "en")
    user = User.objects.get()
    assert user.email == "gulnara@example.org"
    message = mail.outbox[-1]
    assert (message.to, message.subject) == (["gulnara@example.org"], "Birge: Is this your e-mail address?")
    assert not browser.session.get("_auth_user_id"), "nobody is signed in before"
    code = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", message.body, re.MULTILINE)[1]
    answer = browser.post("/en/accounts/confirm-email/", {"code": code})
    assert answer.status_code == 302
    assert EmailAddress.objects.get(user=user).verified
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_one_person_has_one_account_and_nobody_learns_who_has_one():
    first = sign_up(Client(), "gulnara@example.org", "en")
    second = sign_up(Client(), "GULNARA@example.org", "en")
    assert User.objects.count() == 1
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert mail.outbox[-1].subject == "Birge: You have an account already"


def test_a_short_or_common_password_is_refused():
    for password in ("short", "1234567890123", "password123"):
        answer = Client().post("/en/accounts/signup/", {"email": "gulnara@example.org", "password1": password})
        assert answer.status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "role",
    ["head", "finance_officer", "focal_point", "chair", "treasurer", "signatory", "donor_manager", "custodian_officer"],
)
def test_who_signs_or_moves_money_is_led_to_a_second_factor(role):
    officer = seated(acting_for(Role(role)), Role(role), who=person()).user
    assert sign_in(officer)["Location"] == "/en/accounts/2fa/"


def test_an_administrator_is_led_to_a_second_factor():
    assert sign_in(administrator(factor_enrolled=False))["Location"] == "/en/accounts/2fa/"


@pytest.mark.parametrize("role", ["council_chair", "deputy", "member"])
def test_who_moves_no_money_goes_to_the_desk(role):
    officer = seated(acting_for(Role(role)), Role(role), who=person()).user
    assert sign_in(officer)["Location"] == "/en/desk/"
    assert sign_in(person())["Location"] == "/en/desk/"


def test_a_page_that_was_asked_for_comes_first():
    officer = seated(acting_for(Role.HEAD), Role.HEAD, who=person()).user
    assert sign_in(officer, next="/en/projects/")["Location"] == "/en/projects/"
    assert "example.org" not in sign_in(officer, next="https://example.org/")["Location"]


def test_who_has_a_second_factor_shows_it_when_signing_in():
    officer = seated(acting_for(Role.HEAD), Role.HEAD, who=person()).user
    code, browser = code_of(officer), Client()
    assert sign_in(officer, browser)["Location"] == "/en/accounts/2fa/authenticate/"
    assert not browser.session.get("_auth_user_id"), "a password alone signs nobody in"
    answer = browser.post("/en/accounts/2fa/authenticate/", {"code": code})
    assert answer["Location"] == "/en/desk/"
    assert browser.session["_auth_user_id"] == str(officer.pk)


def test_a_closed_account_does_not_sign_in():
    former = person()
    former.is_active = False
    former.save()
    browser = Client()
    sign_in(former, browser)
    assert not browser.session.get("_auth_user_id")


def test_a_code_by_e_mail_signs_in_without_a_password():
    user, browser = person(), Client()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    browser.post("/en/accounts/login/code/", {"email": user.email.upper()})
    message = mail.outbox[-1]
    assert message.subject == "Birge: Your code to sign in"
    code = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", message.body, re.MULTILINE)[1]
    browser.post("/en/accounts/login/code/confirm/", {"code": code})
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_a_code_for_an_unknown_address_is_asked_for_just_alike():
    user = person()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    known = Client().post("/en/accounts/login/code/", {"email": user.email})
    unknown = Client().post("/en/accounts/login/code/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mail.outbox[-1].subject == "Birge: There is no account with this address"


@pytest.mark.django_db(transaction=True)  # the message leaves after the commit
def test_setting_up_a_second_factor_asks_for_the_password_and_is_told_by_e_mail():
    user, browser, page = person(), Client(), "/en/accounts/2fa/totp/activate/"
    sign_in(user, browser)
    assert browser.get(page)["Location"].startswith("/en/accounts/reauthenticate/")
    browser.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
    secret = browser.get(page).context["form"].secret
    browser.post(page, {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    assert any("answer this message at once" in message.body for message in mail.outbox)


@pytest.mark.parametrize("way", ["google", "telegram", "facebook", "3rdparty", "phone"])
def test_there_is_no_other_way_in(way):
    with pytest.raises(Resolver404):
        resolve(f"/en/accounts/{way}/login/")
    with pytest.raises(Resolver404):
        resolve(f"/en/accounts/{way}/")
