"""``manage.py export_course SLUG DIR``: a course's working copy as a folder of Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from courseapp.errors import Refused
from lessons.content import rehearsal, transfer
from lessons.content.folder.writing import write_folder
from lessons.management.commands import EnglishCommand, Refusal

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(EnglishCommand):
    help = "Write a course and its articles to a folder of Markdown files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Show the files, write nothing.")

    def handle(self, *_args: Any, slug: str, folder: Path, dry_run: bool, **_options: Any) -> None:
        try:
            course = transfer.take_out(slug=slug)
            if dry_run:
                for name, change in rehearsal.of_taking_out(course, folder).items():
                    self.stdout.write(f"{change}: {name}")
                return
            write_folder(course, folder)
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        except OSError as error:
            raise CommandError(f"{folder}: {error.strerror}") from error
        lessons = sum(len(module.lessons) for module in course.modules)
        self.stdout.write(f"{slug}: {lessons} lessons written to {folder}.")
