"""Django's record of this app."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Oblasts, districts, ayil aimaks and villages, with dates."""

    name = "birge.places"
    label = "places"
