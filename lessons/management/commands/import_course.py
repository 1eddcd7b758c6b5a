"""``manage.py import_course DIR``: a folder of Markdown as a course's working copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courseapp.errors import Refused
from lessons.content import rehearsal, transfer
from lessons.content.folder.reading import read_folder
from lessons.management import changes_told
from lessons.management.commands import EnglishCommand, Refusal

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from lessons.content.rehearsal import TakingIn


class Command(EnglishCommand):
    help = "Make the working copy of a course what a folder says. Readers see it once published."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Show the changes, do nothing.")

    def handle(self, *_args: Any, folder: Path, dry_run: bool, **_options: Any) -> None:
        try:
            course = read_folder(folder)
            if dry_run:
                self.tell(rehearsal.of_taking_in(course, now=timezone.now()))
                return
            taken = transfer.take_in(course, by=None, now=timezone.now())
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        verb = "created" if taken.created else "updated"
        self.stdout.write(f"{course.slug}: working copy {verb}, {taken.retired} lessons retired.")

    def tell(self, found: TakingIn) -> None:
        """What taking it in would change."""
        for line in changes_told.lines(found.made):
            self.stdout.write(line)
        for verb, titles in (("new", found.articles_added), ("revised", found.articles_revised)):
            for title in titles:
                self.stdout.write(f"article: {title}: {verb}")
        if found.created:
            self.stdout.write("the course is new")
