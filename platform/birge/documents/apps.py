"""Django's record of this app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """The one store for papers and photos."""

    name = "birge.documents"
    label = "documents"
