"""Addresses of the REST door."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from .views import NowhereView, ProblemView, docs

urlpatterns = [
    path("v1/", include("api.v1.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs, name="api-docs"),
    path("problems/<slug:slug>", ProblemView.as_view(), name="api-problem"),
    re_path(r"^.*$", NowhereView.as_view()),
]
