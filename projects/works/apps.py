"""Django's record of this app."""

from django.apps import AppConfig


class WorksConfig(AppConfig):
    """Projects, budgets, shares, milestones and their states."""

    name = "projects.works"
    label = "works"
