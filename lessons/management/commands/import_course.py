"""``manage.py import_course DIR``: a folder as the working copy of a course and its mails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courseapp.errors import Refused
from lessons.drip import taking_in
from lessons.management import changes_told
from lessons.management.commands import EnglishCommand, Refusal

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from lessons.drip.taking_in import MailsTaken, Rehearsed


class Command(EnglishCommand):
    help = (
        "Make the working copy of a course, and of the mails beside it, what a folder says."
        " Readers see them once published."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Show the changes, do nothing.")

    def handle(self, *_args: Any, folder: Path, dry_run: bool, **_options: Any) -> None:
        try:
            found = taking_in.read(folder)
            if dry_run:
                self.tell(taking_in.rehearse(found, now=timezone.now()))
                return
            taken, mails = taking_in.take_in(found, by=None, now=timezone.now())
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        verb = "created" if taken.created else "updated"
        slug = found.course.slug
        self.stdout.write(f"{slug}: working copy {verb}, {taken.retired} lessons retired.")
        if mails is not None:
            self.stdout.write(f"{slug}: {_said(mails)}")

    def tell(self, found: Rehearsed) -> None:
        """What taking it in would change."""
        of_mails = list(changes_told.mails(found.mails)) if found.mails else []
        articles = (
            ("new", found.course.articles_added),
            ("revised", found.course.articles_revised),
        )
        for line in changes_told.lines(found.course.made):
            self.stdout.write(line)
        for verb, titles in articles:
            for title in titles:
                self.stdout.write(f"article: {title}: {verb}")
        if found.course.created:
            self.stdout.write("the course is new")
        for line in of_mails:
            self.stdout.write(line)


def _said(mails: MailsTaken) -> str:
    verb = "created" if mails.created else "updated"
    return f"working copy of its mails {verb}, {len(mails.made.steps)} mails changed."
