"""``manage.py load_courses``: the courses that come with the project, published once with mails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from courseapp.errors import Refused
from lessons.content import transfer
from lessons.content.folder.reading import read_folder
from lessons.content.models import Course
from lessons.drip import folder, publishing
from lessons.drip import transfer as mails
from lessons.drip.models import Sequence
from lessons.management.commands import EnglishCommand, Refusal
from lessons.staff import release

SHIPPED = Path(__file__).resolve().parents[2] / "courses"


class Command(EnglishCommand):
    help = (
        "Take in and publish the shipped courses that are not there yet, and the mails of those"
        " that have none; all else stays untouched."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        paths = sorted(one for one in SHIPPED.iterdir() if (one / "course.md").is_file())
        try:
            for path in paths:
                self.load(path)
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        # Mails may be about another course, so all courses come first.
        for path in filter(folder.is_in, paths):
            try:
                self.load_mails(path)
            except Refused as refusal:
                # Staff may have changed the course since: the site starts without these mails.
                self.stdout.write(f"{path.name}: its mails were left out: {refusal}")

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

    def load_mails(self, path: Path) -> None:
        course = Course.objects.filter(
            pk=read_folder(path).uuid, live_edition__isnull=False
        ).first()
        if course is None or Sequence.objects.filter(course=course).exists():
            return
        now = timezone.now()
        file = folder.read(path, mails.lessons_of(course))
        with transaction.atomic():
            sequence = mails.take_in(file, course=course, by=None, now=now)
            publishing.publish(sequence=sequence, by=None, now=now)
        self.stdout.write(f"{file.slug}: mails taken in and published.")
