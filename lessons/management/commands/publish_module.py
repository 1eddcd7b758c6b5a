"""``manage.py publish_module COURSE [MODULE …]``: what is in the working copy, for all readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courseapp.errors import Refused
from lessons.content import publishing
from lessons.management import changes_told
from lessons.management.commands import EnglishCommand, Refusal
from lessons.staff import consequences, release

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(EnglishCommand):
    help = "Publish modules of a course by their slugs; without any, all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course")
        parser.add_argument("modules", nargs="*")
        parser.add_argument("--note", default="", help="Why, for the history.")
        parser.add_argument("--dry-run", action="store_true", help="Show the changes, do nothing.")

    def handle(
        self,
        *_args: Any,
        course: str,
        modules: list[str],
        note: str,
        dry_run: bool,
        **_options: Any,
    ) -> None:
        now = timezone.now()
        try:
            row = publishing.course_called(course)
            named = publishing.modules_called(row, modules)
            if dry_run:
                told = consequences.of(course=row, modules=set(named), now=now)
                for line in (*changes_told.lines(told.changes), *changes_told.readers(told)):
                    self.stdout.write(line)
                return
            edition = release.publish(course=row, modules=named, by=None, now=now, note=note)
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        self.stdout.write(f"{course}: edition {edition.number} is live.")
