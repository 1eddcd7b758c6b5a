"""``manage.py beat``: the clock alone, where several workers share the work."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from courseapp.celery import app


class Command(BaseCommand):
    """One is enough; two do no harm, for what they ring for is done once whoever rings."""

    help = "Rings for what happens by the clock, until SIGTERM; needs a worker --no-beat beside it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        app.Beat(loglevel="INFO", quiet=True).run()
