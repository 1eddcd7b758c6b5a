"""``manage.py restore FOLDER [--keys FOLDER]``: put a backup back into empty databases."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courseapp import privacy
from courseapp.backup import databases, restoring
from courseapp.backup.failing import Failed
from courseapp.backup.telling import Telling
from courseapp.errors import Refused
from courseapp.vault import ledger, sweeping
from courseapp.vault.router import ALIAS

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Restore a backup into empty databases; the site opens when erasures are done again."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="A backup, or the folder of which the newest."
        )
        parser.add_argument(
            "--keys",
            type=Path,
            metavar="FOLDER",
            help="Likewise, of the keys. Left out, today's keys are used.",
        )
        parser.add_argument(
            "--erasures",
            type=Path,
            metavar="FILE",
            help="What manage.py erasures wrote out, where the keys are older than that.",
        )
        parser.add_argument("--into", metavar="URL", help="Another database than DATABASE_URL.")
        parser.add_argument("--keys-into", metavar="URL", help="… than KEYS_DATABASE_URL.")
        parser.add_argument("--yes", action="store_true", help="However many are erased again.")

    def handle(self, *_args: Any, **options: Any) -> None:
        with ExitStack() as places:
            for alias, url in (("default", options["into"]), (ALIAS, options["keys_into"])):
                places.enter_context(databases.instead(alias, url, settings.BASE_DIR))
            try:
                self._restore(options)
            except (Failed, Refused, ledger.NotALedger, OSError) as error:
                raise CommandError(f"{error} The site was not opened.") from error
            except privacy.TooManyCameBack as error:
                raise CommandError(f"{error} All is put back; the site stays closed.") from error

    def _restore(self, options: dict[str, Any]) -> None:
        file = options["erasures"]
        number = restoring.restore(
            folder=options["folder"],
            keys_folder=options["keys"],
            telling=Telling(self.stdout.write),
            now=timezone.now(),
            also=ledger.read(file.read_text(encoding="utf-8").splitlines()) if file else [],
            most=None if options["yes"] else sweeping.MOST,
        )
        self.stdout.write(f"Restored; {number} erased again. The site is open.")
