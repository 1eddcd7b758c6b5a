"""``manage.py backup FOLDER [--keys FOLDER]``: a copy of the site, and of readers' keys apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courseapp.backup import keeping, making
from courseapp.backup.failing import Failed
from courseapp.backup.telling import Telling

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Make a backup of the site's database and files; and of the keys, in a folder apart."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="It becomes a folder of its own in there.")
        parser.add_argument(
            "--keys",
            type=Path,
            metavar="FOLDER",
            help="Where readers' keys go: another folder, best another disk.",
        )
        parser.add_argument(
            "--keep-days",
            type=int,
            default=keeping.MOST_DAYS,
            metavar="DAYS",
            help=f"Older ones are thrown away; 1 to {keeping.MOST_DAYS}, which is the default.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        days = options["keep_days"]
        if not 1 <= days <= keeping.MOST_DAYS:
            raise CommandError(
                f"--keep-days is 1 to {keeping.MOST_DAYS}: an erasure is promised to reach every"
                " backup within a week."
            )
        try:
            done = making.make(
                folder=options["folder"],
                keys_folder=options["keys"],
                now=timezone.now(),
                days=days,
                telling=Telling(self.stdout.write),
            )
        except Failed as error:
            raise CommandError(f"{error} No backup was made.") from error
        for folder in done:
            self.stdout.write(f"Made {folder}")
