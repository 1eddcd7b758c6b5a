"""``manage.py derive FILE``: what the platform makes of an article, without touching a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from courseapp.errors import Refused
from lessons.content import article, derivation
from lessons.management.commands import EnglishCommand

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

SHOWN = 76


class Command(EnglishCommand):
    help = "Show the course that an article (text, Markdown, HTML or DOCX) would become."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="everything, for a program")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            source, form = article.read_file(file)
            parsed = article.parse(source, form)
        except Refused as error:
            raise CommandError(f"{error} [{error.code}]") from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        draft = derivation.derive(parsed)
        if options["json"]:
            data = derivation.as_json(parsed, draft)
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            self.outline(parsed, draft)

    def outline(self, parsed: article.Parsed, draft: derivation.DraftCourse) -> None:
        """The draft as a person reads it: modules, lessons, blocks, and what was left out."""
        self.stdout.write(draft.title)
        texts = {passage.key: passage.text for passage in parsed.passages}
        for module in draft.modules:
            self.stdout.write(f"\n{module.title}")
            for lesson in module.lessons:
                self.stdout.write(f"  {lesson.title} ({lesson.minutes} min)")
                for block in lesson.blocks:
                    first = texts[block.passages[-1]] if block.passages else ""
                    line = f"    {block.type:10} {len(block.passages):2}  {' '.join(first.split())}"
                    self.stdout.write(line[:SHOWN])
        self.stdout.write(f"\n{len(parsed.passages)} passages. Left out:")
        for left in parsed.left_out:
            self.stdout.write(f"  {left.reason}: {left.text}"[:SHOWN])
