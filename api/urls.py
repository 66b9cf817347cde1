"""Addresses of the REST door."""

from django.urls import include, path, re_path

from .views import DocsView, NowhereView, ProblemView, SchemaView

urlpatterns = [
    path("v1/", include("api.v1.urls")),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    path("problems/<slug:slug>", ProblemView.as_view(), name="api-problem"),
    re_path(r"^.*$", NowhereView.as_view()),
]
