"""The frozen floor of webhooks: verify with the SDK, insert one row under a unique id, answer.

DO NOT CHANGE THIS FILE. Every ratio ever measured is a ratio to it, and with another floor no two
of them can be compared. A test holds its digest.

Settings, addresses and view in one, as in ``floor``: the middleware that ``startproject`` writes,
the SDK's own ``construct_event``, one statement that commits itself. An event that comes twice is
answered as the first time.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import stripe
from django.db import connection
from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

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
    "django.contrib.messages",
    "courseapp.accounts",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "courseapp.bench.hook_floor"
SECRET = os.environ["STRIPE_WEBHOOK_SECRETS"]
TABLE = "CREATE TABLE bench_event (id varchar(255) PRIMARY KEY, type varchar(120))"
KEEP = "INSERT INTO bench_event (id, type) VALUES (%s, %s) ON CONFLICT (id) DO NOTHING"


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """200 for what Stripe signed, 400 for anything else."""
    try:
        event = stripe.Webhook.construct_event(
            request.body, request.headers["Stripe-Signature"], SECRET
        )
    except (ValueError, stripe.SignatureVerificationError):
        return HttpResponseBadRequest()
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [event.id, event.type])
    return HttpResponse()


urlpatterns = [path("hooks/stripe/", receive)]
