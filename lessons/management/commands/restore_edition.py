"""``manage.py restore_edition COURSE NUMBER``: an earlier edition's text, as a new edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courseapp.errors import Refused
from lessons.content import drafts, publishing
from lessons.management import changes_told
from lessons.management.commands import EnglishCommand, Refusal
from lessons.staff import consequences, release

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(EnglishCommand):
    help = "Let readers see an earlier edition again. The working copy stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course")
        parser.add_argument("number", type=int)
        parser.add_argument("--note", default="", help="Why, for the history.")
        parser.add_argument("--dry-run", action="store_true", help="Show the changes, do nothing.")

    def handle(
        self, *_args: Any, course: str, number: int, note: str, dry_run: bool, **_options: Any
    ) -> None:
        now = timezone.now()
        try:
            row = publishing.course_called(course)
            edition = release.edition_numbered(row, number)
            if dry_run:
                both = drafts.both_of(row)
                told = consequences.of_restoring(edition=edition, both=both, now=now)
                for line in (*changes_told.lines(told.changes), *changes_told.readers(told)):
                    self.stdout.write(line)
                return
            fresh = release.restore(edition=edition, by=None, now=now, note=note)
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        self.stdout.write(f"{course}: edition {number} is live again, as edition {fresh.number}.")
