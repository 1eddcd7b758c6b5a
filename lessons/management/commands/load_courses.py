"""``manage.py load_courses``: the courses that come with the project, published once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone

from courseapp.errors import Refused
from lessons.content import transfer
from lessons.content.folder.reading import read_folder
from lessons.content.models import Course
from lessons.management.commands import EnglishCommand, Refusal
from lessons.staff import release

SHIPPED = Path(__file__).resolve().parents[2] / "courses"


class Command(EnglishCommand):
    help = "Take in and publish the shipped courses that are not there yet; others stay untouched."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for path in sorted(one for one in SHIPPED.iterdir() if (one / "course.md").is_file()):
            try:
                self.load(path)
            except Refused as refusal:
                raise Refusal(refusal) from refusal

    def load(self, path: Path) -> None:
        file = read_folder(path)
        if Course.objects.filter(pk=file.uuid).exists():
            self.stdout.write(f"{file.slug}: is there already.")
            return
        now = timezone.now()
        course = transfer.take_in(file, by=None, now=now).course
        modules = [module.uuid for module in file.modules if not module.retired]
        release.publish(course=course, modules=modules, by=None, now=now)
        self.stdout.write(f"{file.slug}: taken in and published.")
