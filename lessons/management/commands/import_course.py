"""``manage.py import_course DIR``: a folder of Markdown as a course's working copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courseapp.errors import Refused
from lessons.content import transfer
from lessons.content.folder.reading import read_folder
from lessons.management.commands import EnglishCommand, Refusal

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(EnglishCommand):
    help = "Make the working copy of a course what a folder says. Readers see it once published."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, folder: Path, **_options: Any) -> None:
        try:
            course = read_folder(folder)
            taken = transfer.take_in(course, by=None, now=timezone.now())
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        verb = "created" if taken.created else "updated"
        self.stdout.write(f"{course.slug}: working copy {verb}, {taken.retired} lessons retired.")
