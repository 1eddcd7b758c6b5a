"""``manage.py import_article FILE --course SLUG``: an article, and the course it is for."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils import timezone

from courseapp.errors import Refused
from lessons.content import article as text
from lessons.content import drafting
from lessons.content.differences import unified
from lessons.management.commands import EnglishCommand, Refusal

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from lessons.content.drafting import Imported
    from lessons.content.staleness import StaleBlock


class Command(EnglishCommand):
    help = "Take in an article: drafts the course, or tells which blocks of it went stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--course", required=True, help="The slug of the course.")
        parser.add_argument(
            "--public", action="store_true", help="Show the article itself, once published."
        )
        parser.add_argument("--article", help="Which of the course's articles this is, by slug.")

    def handle(
        self,
        *_args: Any,
        file: Path,
        course: str,
        article: str | None,
        public: bool,
        **_options: Any,
    ) -> None:
        try:
            source, form = text.read_file(file)
            imported = drafting.import_article(
                source=source,
                form=form,
                course=course,
                article_slug=article,
                public=public,
                by=None,
                now=timezone.now(),
            )
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.tell(imported)

    def tell(self, imported: Imported) -> None:
        revision = imported.revision
        state = "stored" if imported.revision_created else "was there already"
        self.stdout.write(f"{revision.article.slug}: revision {revision.number} {state}.")
        if imported.course_created:
            lessons = imported.course.lessons.count()
            modules = len(imported.course.module_order)
            self.stdout.write(
                f"{imported.course.slug}: drafted with {modules} modules, {lessons} lessons."
            )
        self.stdout.write(f"Stale blocks: {len(imported.stale)}")
        for stale in imported.stale:
            self.stdout.write(line_for(stale))
        self.stdout.write(f"Passages no lesson uses: {len(imported.unused)}")
        for key in imported.unused:
            self.stdout.write(f"  {key}")


def line_for(stale: StaleBlock) -> str:
    """Which block, resting on which passage, and how its wording changed, sentence by sentence."""
    gone = "  (gone)" if stale.after is None else ""
    head = f"  {stale.lesson.slug}  {stale.kind} {stale.block}  {stale.passage}{gone}"
    return "\n".join([head, indent(unified(stale.before, stale.after or ""), "      ")])
