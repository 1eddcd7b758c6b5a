"""The addresses of money."""

from __future__ import annotations

from django.urls import path

from payments import webhook

urlpatterns = [
    path("hooks/stripe/", webhook.receive, name="stripe_webhook"),
]
