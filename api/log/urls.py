"""Addresses of the public log. They are part of what others build on: they do not change."""

from django.urls import path

from . import exports, views

urlpatterns = [
    path("checkpoint", views.checkpoint, name="log_checkpoint"),
    path("checkpoint/<int:size>", views.checkpoint_at, name="log_checkpoint_at"),
    path("entries", views.entries, name="log_entries"),
    path("proof/inclusion", views.inclusion, name="log_inclusion"),
    path("proof/consistency", views.consistency, name="log_consistency"),
    path("key", views.key, name="log_key"),
    path("rules.json", views.rules, name="log_rules"),
    path("projects.json", views.projects, name="log_projects"),
    path("rates.json", views.rates, name="log_rates"),
    path("runs/<str:digest>.json", views.run, name="log_run"),
    path("export", views.export, name="log_export"),
    path("cosignatures", views.cosignatures, name="log_cosignatures"),
    path("journal.hledger", exports.download, {"name": "hledger"}, name="log_hledger"),
    path("journal.beancount", exports.download, {"name": "beancount"}, name="log_beancount"),
    path("postings.csv", exports.download, {"name": "csv"}, name="log_csv"),
]
