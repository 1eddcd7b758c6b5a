"""``manage.py web``: the web server, as production runs it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from courseapp import serving

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Becomes granian, so that whoever started this watches and ends the server itself."""

    # `manage.py prepare` made them; here they would keep readers waiting at each restart.
    requires_system_checks = []
    help = "Serves the site, behind a proxy that speaks https, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="The address to listen on.")

    def handle(self, *_args: Any, **options: Any) -> None:
        command = serving.command(host=options["host"])
        os.execv(command[0], command)  # noqa: S606 -- our own, and no shell.
