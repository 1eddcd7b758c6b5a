"""``manage.py sweep_keys``: destroy keys whose owners were erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from courseapp import privacy
from courseapp.vault.sweeping import MOST, TooManyOrphans

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Destroys keys whose owners were erased; the worker does so each hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--most",
            type=int,
            default=MOST,
            metavar="NUMBER",
            help="Beyond so many it is taken for a mistake, and nothing is destroyed.",
        )

    def handle(self, *_args: Any, most: int, **_options: Any) -> None:
        try:
            number = privacy.sweep_keys(most=most)
        except TooManyOrphans as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{number} keys destroyed.")
