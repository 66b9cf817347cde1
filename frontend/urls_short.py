"""Short addresses without a language, for messages and print; each leads into the reader's language."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
