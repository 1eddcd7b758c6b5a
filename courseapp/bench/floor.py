"""The frozen floor: an empty view for a signed-in reader, under Django's stock middleware.

DO NOT CHANGE THIS FILE. Every ratio ever measured is a ratio to it, and with another floor no two
of them can be compared. A test holds its digest.

Settings, addresses and view in one. The database and the people are the site's own, so that a ratio
tells what the site adds to a request, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseForbidden
from django.urls import path

from courseapp.settings import AUTH_USER_MODEL, DATABASES, DEFAULT_AUTO_FIELD, SECRET_KEY

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["AUTH_USER_MODEL", "DATABASES", "DEFAULT_AUTO_FIELD", "SECRET_KEY"]

DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "courseapp.accounts",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "courseapp.bench.floor"


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing, for whoever is signed in."""
    return HttpResponse() if request.user.is_authenticated else HttpResponseForbidden()


urlpatterns = [path("", empty)]
