"""``manage.py replay_erasures [FILE] [--yes]``: erase again whom a backup brought back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courseapp import closing, privacy
from courseapp.errors import Refused
from courseapp.vault import ledger, sweeping

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Erase again whom the ledger of erasures names and a backup brought back; open the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="What manage.py erasures wrote out.")
        parser.add_argument("--yes", action="store_true", help="However many it concerns.")

    def handle(self, *_args: Any, file: Path | None, yes: bool, **_options: Any) -> None:
        most = None if yes else sweeping.MOST
        try:
            also = ledger.read(file.read_text(encoding="utf-8").splitlines()) if file else []
            with closing.passing("erasures"):
                number = privacy.replay_erasures(now=timezone.now(), also=also, most=most)
                closing.open_after_erasures()
        except (Refused, privacy.TooManyCameBack, ledger.NotALedger, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{number} erased again.")
