"""``manage.py verify_backup FOLDER [--keys FOLDER]``: put it back elsewhere, and compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from courseapp.backup import checking
from courseapp.backup.failing import Failed
from courseapp.backup.telling import Telling

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Restore a backup into a scratch database, compare every table and file, and clear up."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, help="A backup, or the folder of which the newest."
        )
        parser.add_argument("--keys", type=Path, metavar="FOLDER", help="Likewise, of the keys.")

    def handle(self, *_args: Any, folder: Path, keys: Path | None, **_options: Any) -> None:
        telling = Telling(self.stdout.write)
        try:
            found = [checking.verify(folder=folder, part="site", telling=telling)]
            if keys:
                found.append(checking.verify(folder=keys, part="keys", telling=telling))
        except Failed as error:
            raise CommandError(str(error)) from error
        for backup in found:
            told = backup.manifest
            self.stdout.write(f"{backup.folder}: good, {told.rows()} rows as of {told.made_at:%c}")
