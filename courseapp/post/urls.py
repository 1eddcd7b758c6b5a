"""The mailbox of a developer's machine, and its clock."""

from __future__ import annotations

from django.urls import path

from courseapp.post import pages

urlpatterns = [
    path("", pages.mails, name="mailbox"),
    path("klok/", pages.clock, name="mailbox_clock"),
    path("<str:name>/", pages.mail, name="mailbox_mail"),
    path("<str:name>/html/", pages.mail_html, name="mailbox_html"),
    path("<str:name>/bijlage/<int:place>/", pages.mail_file, name="mailbox_file"),
]
