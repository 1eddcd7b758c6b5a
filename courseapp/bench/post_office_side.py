"""The other side of "sending, beside django-post_office", in an environment of its own.

``python post_office_side.py`` reads one JSON object, ``{"database": …, "port": 1025, "mails":
[{"to", "subject", "text", "html"}, …]}``, queues the mails untimed, sends them, and writes how many
a second that were. Its settings are those it comes with: batches of 100, five threads.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    """Measure what was asked for on standard input."""
    asked = json.load(sys.stdin)
    settings.configure(
        DATABASES={"default": asked["database"]},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "post_office"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=asked["port"],
        POST_OFFICE={"MESSAGE_ID_ENABLED": True, "MESSAGE_ID_FQDN": "example.org"},
        USE_TZ=True,
        DEBUG=False,
    )
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    mail = import_module("post_office.mail")
    mail.send_many(
        [
            {
                "sender": "post@example.org",
                "recipients": [one["to"]],
                "subject": one["subject"],
                "message": one["text"],
                "html_message": one["html"],
            }
            for one in asked["mails"]
        ]
    )
    start, sent = time.perf_counter(), 0
    while sent < len(asked["mails"]):
        now, failed, again = mail.send_queued(processes=1)
        sent += now
        if failed or again or not now:
            raise SystemExit(f"{failed} failed, {again} put off")
    sys.stdout.write(f"{sent / (time.perf_counter() - start)}\n")


if __name__ == "__main__":
    main()
