"""``manage.py publish COURSE [MODULE …]``: what is in the working copy, for all readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from courseapp.errors import Refused
from lessons.content import publishing
from lessons.management.commands import EnglishCommand, Refusal
from lessons.staff import release

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(EnglishCommand):
    help = "Publish modules of a course by their slugs; without any, all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course")
        parser.add_argument("modules", nargs="*")
        parser.add_argument("--note", default="", help="Why, for the history.")

    def handle(
        self, *_args: Any, course: str, modules: list[str], note: str, **_options: Any
    ) -> None:
        try:
            row = publishing.course_called(course)
            named = publishing.modules_called(row, modules)
            edition = release.publish(
                course=row, modules=named, by=None, now=timezone.now(), note=note
            )
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        self.stdout.write(f"{course}: edition {edition.number} is live.")
