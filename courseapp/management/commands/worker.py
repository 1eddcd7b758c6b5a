"""``manage.py worker``: what happens outside requests, in one process."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from celery.beat import EmbeddedService
from celery.exceptions import SecurityWarning
from celery.worker import state
from django.conf import settings
from django.core.management.base import BaseCommand

from courseapp.celery import app

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Runs the Celery worker with its beat as a thread, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-beat", action="store_true", help="Only work; no schedule.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """The beat is a thread and not a process: it cannot outlive a killed worker."""
        if settings.DEBUG:
            # A container for developing often knows no other user than root.
            warnings.simplefilter("ignore", SecurityWarning)
        beat = None if options["no_beat"] else EmbeddedService(app, thread=True)
        if beat is not None:
            beat.start()
        worker = app.Worker(
            pool=settings.WORKER_POOL,
            concurrency=settings.WORKER_CONCURRENCY,
            loglevel="INFO",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        try:
            worker.start()
        finally:
            if beat is not None:
                beat.stop()
        # Celery answers Ctrl-C with a failure; whoever was asked to stop and did has not failed.
        if worker.exitcode and state.should_stop is None:
            raise SystemExit(worker.exitcode)
