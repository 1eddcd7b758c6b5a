"""The addresses of a developer's machine: those of the site, and the mailbox with its clock."""

from __future__ import annotations

from django.urls import include, path

from courseapp import urls

urlpatterns = [path("postvak/", include("courseapp.post.urls")), *urls.urlpatterns]
