from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils import timezone

from lessons.management.commands import EnglishCommand
from payments import doctor

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from payments.doctor import Finding

WORDS = {"good": "ok", "advice": "note", "bad": "RED"}


class Command(EnglishCommand):
    """Whether this site is ready to take money: a line for each check."""

    help = "Ask Stripe and the settings whether everything is right; exit status 1 when it is not."
    # What keeps the site from starting is told here as well, beside the rest.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = doctor.examine(now=timezone.now())
        bad = [one for one in found if one.state == "bad"]
        if options["json"]:
            told = {"ok": not bad, "findings": [asdict(one) for one in found]}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            width = max(len(one.check) for one in found)
            for one in found:
                self.stdout.write(self._line(one, width))
        if bad:
            raise CommandError(f"{len(bad)} of {len(found)} checks are red.")

    def _line(self, one: Finding, width: int) -> str:
        paint = {
            "good": self.style.SUCCESS,
            "advice": self.style.WARNING,
            "bad": self.style.ERROR,
        }
        line = f"{paint[one.state](f'{WORDS[one.state]:4}')}  {one.check:{width}}  {one.says}"
        return f"{line}\n{'':{width + 8}}→ {one.do}" if one.do else line
