"""The Celery application: its settings stand in ``settings.py`` under ``CELERY_``."""

from __future__ import annotations

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseapp.settings")
TRANSPORT_ALIASES["spool"] = "courseapp.spool:Transport"

app = Celery("courseapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
