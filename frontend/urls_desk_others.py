"""Pages of custodians, councils, outside signatories, organisations and donors."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
