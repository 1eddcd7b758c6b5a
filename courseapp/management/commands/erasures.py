"""``manage.py erasures``: the ledger of erasures, to be kept away from this machine."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from courseapp.vault import ledger


class Command(BaseCommand):
    help = "Write out who was erased when, as numbers; for manage.py replay_erasures."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for line in ledger.lines():
            self.stdout.write(line)
