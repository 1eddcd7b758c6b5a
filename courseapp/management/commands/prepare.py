from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from courseapp import meters, preparing

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Do all that an installation needs after an update, before its processes start again."""

    help = "Compile catalogues, collect static files, migrate, load the courses that come along."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--build", action="store_true", help="Only what needs no database, for an image."
        )

    def handle(self, **options: object) -> None:
        for step in preparing.STEPS:
            if step.is_building or not options["build"]:
                self.stdout.write(f"{step.title}: {step.act()}")
        # Of processes that are about to be replaced.
        meters.begin_anew()
