"""``manage.py reset_second_step EMAIL --yes``: for who lost telephone and spare codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from courseapp.accounts import second_step
from courseapp.management.people import person_called

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Take app, passkeys and spare codes off an account, and sign it out everywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="I spoke to whoever asks for it.")

    def handle(self, *_args: Any, email: str, yes: bool, **_options: Any) -> None:
        person = person_called(email)
        if not yes:
            raise CommandError("First make sure who asks for it, then say it again with --yes.")
        second_step.reset(person)
        self.stdout.write("Done. The next time they come in at /beheer/ they set up another.")
