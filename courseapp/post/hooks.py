"""``/hooks/mail/``: the address of the mail provider, if there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
if settings.MAIL_PROVIDER:
    from courseapp.post import webhook

    urlpatterns = webhook.urls()
