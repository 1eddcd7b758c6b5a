"""``manage.py erase_person EMAIL --yes``: take away all that need not be kept of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courseapp import privacy
from courseapp.errors import Refused
from courseapp.management.people import person_called

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Erase a person's account, courses and mails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="It cannot be undone; do it.")

    def handle(self, *_args: Any, email: str, yes: bool, **_options: Any) -> None:
        person = person_called(email)
        if not yes:
            raise CommandError("An erasure cannot be undone. Say it again with --yes.")
        try:
            privacy.erase_person(person, now=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Erased. What the law wants kept stays, on an account without a name.")
