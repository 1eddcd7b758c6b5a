"""``manage.py transfer --to URL --keys-to URL``: the whole site's rows to PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from courseapp.backup import transferring
from courseapp.backup.failing import Failed
from courseapp.backup.telling import Telling

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Copy both databases to empty ones of PostgreSQL, and compare every table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, metavar="URL", help="For DATABASE_URL.")
        parser.add_argument("--keys-to", required=True, metavar="URL", help="… KEYS_DATABASE_URL.")

    def handle(self, *_args: Any, to: str, keys_to: str, **_options: Any) -> None:
        if to == keys_to:
            raise CommandError("The keys need a database of their own.")
        telling = Telling(self.stdout.write)
        try:
            number = transferring.transfer(to=to, keys_to=keys_to, telling=telling)
        except Failed as error:
            raise CommandError(f"{error} Nothing was transferred.") from error
        self.stdout.write(
            f"{number} rows transferred, every table compared. Set DATABASE_URL and"
            " KEYS_DATABASE_URL to where they are now; files in VAR_DIR stay where they are."
        )
