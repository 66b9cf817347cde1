"""How allauth's pages behave here: the language somebody signs up in is theirs, money offices need a second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from birge.organisations.selectors import holds_money_office

from .devices import device_give
from .factors import ENROLLED
from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """E-mail and password, or a code by e-mail; no phone, no messenger, no other site's account."""

    def clean_email(self, email: str) -> str:
        """Keep addresses in lower case: one person has one account."""
        return str(super().clean_email(email)).strip().lower()

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Keep the language of the page on which somebody signs up: we write to them in it."""
        user.language = language_now()
        super().save_user(request, user, form, commit=False)
        user.email = user.email.strip().lower() if user.email else None
        if commit:
            user.save()
        return user

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Let the browser have the cookie that tells one device from another; see `devices`."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        device_give(request, response)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead who holds a money office to their second factor, until they have one."""
        if isinstance(request.user, User) and factor_missing(request.user):
            return reverse("mfa_index")
        return str(super().get_login_redirect_url(request))


def factor_missing(user: User) -> bool:
    """Say whether the person needs a second factor and has set up none; one that still rests counts as set up."""
    has_one = Authenticator.objects.filter(user=user, type__in=ENROLLED).exists()
    return not has_one and holds_money_office(user)


def language_now() -> str:
    """Return the language of this request, if we write in it; else the first of ours."""
    language = (get_language() or "")[:2]
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
