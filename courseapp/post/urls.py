"""The mailbox of a developer's machine."""

from __future__ import annotations

from django.urls import path

from courseapp.post import pages

urlpatterns = [
    path("", pages.mails, name="mailbox"),
    path("<str:name>/", pages.mail, name="mailbox_mail"),
    path("<str:name>/html/", pages.mail_html, name="mailbox_html"),
]
