"""Pages below their language prefix."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
