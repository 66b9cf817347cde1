"""The desk: everything behind sign-in. The village's pages here, those of the other parties in a list of their own."""

from django.urls import include, path

from frontend.views import desk

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("", include("frontend.urls_desk_others")),
]
