"""The API: its addresses, its description, and a problem in JSON for every address that is none."""

from __future__ import annotations

from django.urls import include, path, re_path

from courseapp.api.errors import unknown_address
from courseapp.api.schema import Description, Documentation

urlpatterns = [
    path("v1/", include("lessons.api.urls")),
    path("v1/", include("payments.api.urls")),
    path("v1/schema/", Description.as_view(), name="api-schema"),
    path("v1/docs/", Documentation.as_view(), name="api-docs"),
    re_path("", unknown_address),
]
