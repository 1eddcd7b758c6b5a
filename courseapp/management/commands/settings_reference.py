"""``manage.py settings_reference``: the page and the example of all variables, written anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from courseapp import environment, variables

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Write docs/configuration.md and .env.example from courseapp/environment.py."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only say whether they are so.")

    def handle(self, *_args: Any, **options: Any) -> None:
        made = {
            "docs/configuration.md": variables.page(environment.PARTS),
            ".env.example": variables.example(environment.PARTS),
        }
        for name, text in made.items():
            file = settings.BASE_DIR / name
            is_so = file.is_file() and file.read_text(encoding="utf-8") == text
            if options["check"] and not is_so:
                raise CommandError(f"{name} says other than the code: manage.py {_NAME}")
            if not is_so:
                file.write_text(text, encoding="utf-8")
                self.stdout.write(f"{name} written")


_NAME = "settings_reference"
