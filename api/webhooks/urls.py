"""Addresses at which payment providers tell us things. They are written into the providers' settings."""

from django.urls import path

from . import views

urlpatterns = [
    path("stripe/<slug:label>/", views.stripe_webhook, name="stripe_webhook"),
]
