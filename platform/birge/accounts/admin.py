"""Django's admin shows accounts and changes none: services do, and leave their trace in the audit record."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from rest_framework.authtoken.models import TokenProxy

from birge.organisations.permissions import is_platform_administrator

from .models import User


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Administrators look; nobody adds, changes or deletes here, a superuser neither."""

    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to administrators."""
        return _administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the row to administrators."""
        return _administrator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


def _administrator(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and is_platform_administrator(request.user)


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People, without the hashes of their passwords."""

    list_display = ("public_id", "name", "email", "language", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("public_id", "name", "email", "phone")
    ordering = ("-id",)
    fields = (
        "public_id", "name", "email", "phone", "language", "time_zone", "is_active", "is_staff", "date_joined",
        "last_login", "factor_trusted_from",
    )  # fmt: skip


# What other packages would let an administrator edit: a token or an authenticator for somebody else is that somebody's
# signature, and an address marked as verified is their sign-in code.
for _model in (TokenProxy, Authenticator, EmailAddress, Group):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)

# The admin's own form knows no second factor; people sign in where everybody does.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
