"""Every address of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import include, path

from courseapp import health, metrics, unavailable

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

handler500 = unavailable.handler500
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="health"),
    path("metrics", metrics.metrics, name="metrics"),
    path("_allauth/", include("courseapp.accounts.headless_urls")),
    path("api/", include("courseapp.api.urls")),
    path("hooks/mail/", include("courseapp.post.hooks")),
    path("", include("courseapp.accounts.urls")),
    path("account/gegevens/", include("courseapp.mydata.urls")),
    path("", include("payments.urls")),
    path("beheer/", include("lessons.desk.urls")),
    path("", include("courseapp.proofs.urls")),
    path("", include("lessons.urls")),
]
if settings.DEBUG:
    # Nothing of this exists in production: whoever reads the mailbox reads the codes.
    urlpatterns.insert(0, path("postvak/", include("courseapp.post.urls")))
