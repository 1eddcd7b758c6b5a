"""``manage.py export_course SLUG DIR``: a course's working copy, and its mails, as Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from courseapp.errors import Refused
from lessons.content import publishing, rehearsal, transfer
from lessons.content.folder.writing import write_folder
from lessons.drip import folder as mail_folder
from lessons.drip import transfer as mails
from lessons.management.commands import EnglishCommand, Refusal

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from lessons.drip.folder import SequenceFile


class Command(EnglishCommand):
    help = "Write a course and its articles to a folder of Markdown files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Show the files, write nothing.")

    def handle(self, *_args: Any, slug: str, folder: Path, dry_run: bool, **_options: Any) -> None:
        try:
            course = transfer.take_out(slug=slug)
            sequence, left = self.mails_of(slug)
            names = mails.slugs_of(publishing.course_called(slug))
            if dry_run:
                found = rehearsal.of_taking_out(course, folder)
                found |= mail_folder.changes(sequence, folder, names) if sequence else {}
                for name, change in found.items():
                    self.stdout.write(f"{change}: {name}")
                return
            write_folder(course, folder)
            if sequence:
                mail_folder.write(sequence, folder, names)
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        except OSError as error:
            raise CommandError(f"{folder}: {error.strerror}") from error
        lessons = sum(len(module.lessons) for module in course.modules)
        self.stdout.write(f"{slug}: {lessons} lessons written to {folder}.")
        for name in left:
            self.stdout.write(f"{slug}: a folder has room for one sequence; {name} stayed out.")

    def mails_of(self, slug: str) -> tuple[SequenceFile | None, list[str]]:
        """The mails that lie beside the course, and the slugs of those there is no room for."""
        found = mails.of_course(publishing.course_called(slug))
        if not found:
            return None, []
        return mails.take_out(found[0]), [one.slug for one in found[1:]]
