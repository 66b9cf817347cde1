"""Addresses: the REST door at /api/, everything for people below its language."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("api.urls")),
    path("ledger/", include("api.log.urls")),
    path("webhooks/", include("api.webhooks.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("frontend.urls_short")),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path("accounts/", include("allauth.urls")),
        path("", include("frontend.urls")),
    ),
]
