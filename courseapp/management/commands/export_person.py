"""``manage.py export_person EMAIL``: everything that is kept about a person, as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from courseapp import privacy
from courseapp.management.people import person_called

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Print everything that is kept about a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *_args: Any, email: str, **_options: Any) -> None:
        told = privacy.export_person(person_called(email))
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
