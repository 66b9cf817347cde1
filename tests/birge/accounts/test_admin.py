"""Django's admin: administrators look, nobody changes anything, the way in knows the second factor."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from birge.accounts.models import User
from birge.audit.models import AuditRecord
from birge.organisations.models import Office, OfficeRequest, Organisation, Role, Term
from tests.factories.funds import person
from tests.factories.organisations import acting_for, administrator, asked, everything_kept, seated

pytestmark = pytest.mark.django_db
SHOWN = (User, Organisation, Office, Term, OfficeRequest, AuditRecord)
# Whoever could write these would sign in, or sign, in another's name.
HIDDEN = ("authtoken.tokenproxy", "authtoken.token", "mfa.authenticator", "account.emailaddress", "auth.group")


@pytest.fixture
def rows():
    """Return one row of each kind."""
    term = seated(acting_for(Role.CHAIR), Role.CHAIR)
    request = asked(term.office.organisation, actor=term.user, role=Role.TREASURER)
    return {
        User: term.user,
        Organisation: term.office.organisation,
        Office: term.office,
        Term: term,
        OfficeRequest: request,
        AuditRecord: AuditRecord.objects.latest("pk"),
    }


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def address(model: type, what: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def superuser() -> User:
    user = administrator()
    user.is_superuser = True
    user.save()
    return user


@pytest.mark.parametrize("model", SHOWN)
def test_administrators_look(model, rows):
    browser = browser_of(administrator())
    assert browser.get(address(model, "changelist")).status_code == 200
    assert browser.get(address(model, "changelist") + "?q=a").status_code == 200
    assert browser.get(address(model, "change", rows[model].pk)).status_code == 200


@pytest.mark.parametrize("who", [administrator, superuser])
@pytest.mark.parametrize("model", SHOWN)
def test_nobody_adds_changes_or_deletes(model, who, rows):
    user = who()
    browser = browser_of(user)
    before = everything_kept()
    assert browser.get(address(model, "add")).status_code == 403
    assert browser.post(address(model, "add"), {"name_ru": "x"}).status_code == 403
    assert browser.post(address(model, "change", rows[model].pk), {"status": "verified"}).status_code == 403
    assert browser.post(address(model, "delete", rows[model].pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [rows[model].pk], "post": "yes"}
    browser.post(address(model, "changelist"), chosen)
    assert everything_kept() == before


@pytest.mark.parametrize("model", SHOWN)
def test_officers_and_guests_do_not_look(model, rows):
    for browser in (Client(), browser_of(person()), browser_of(rows[Term].user)):
        answer = browser.get(address(model, "changelist"))
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


def test_no_password_hash_is_shown(rows):
    page = browser_of(administrator()).get(address(User, "change", rows[User].pk)).content.decode()
    assert rows[User].password not in page
    assert "session_round" not in page


def test_what_would_let_one_act_as_another_is_not_there():
    shown = {model._meta.label_lower for model in admin.site._registry}
    assert not shown & set(HIDDEN)


def test_one_signs_in_where_everybody_does():
    answer = Client().get(reverse("admin:login"))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
    sent = Client().post(reverse("admin:login"), {"username": "a@example.org", "password": "x"})
    assert (sent.status_code, "/accounts/login/" in sent["Location"]) == (302, True)
