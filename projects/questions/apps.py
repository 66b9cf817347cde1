"""Django's record of this app."""

from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    """Questions to the village and its answers."""

    name = "projects.questions"
    label = "questions"
