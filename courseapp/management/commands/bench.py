"""``manage.py bench``: how fast the site is, as a share of a floor that never changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courseapp.bench import runs
from courseapp.bench.processes import SideFailed
from courseapp.bench.report import Report

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Measures speed on SQLite and PostgreSQL, prints a table, writes var/bench.json."
    # It works on databases of its own, in processes of its own.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--quick",
            action="store_true",
            help="Seconds instead of minutes; only to see that it works.",
        )
        parser.add_argument(
            "--only",
            action="append",
            choices=runs.NAMES,
            metavar="NAME",
            help=f"One of {', '.join(runs.NAMES)}; may be repeated.",
        )
        parser.add_argument(
            "--profile",
            type=int,
            default=0,
            metavar="REQUESTS",
            help="Also show where the time of so many requests goes.",
        )

        parser.add_argument(
            "--grow",
            type=int,
            default=0,
            metavar="ROWS",
            help="Claim among so many places and letters at last, say 10000000.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit status 1 when something could not be measured; a missed goal is only told."""
        report = Report(began=timezone.now())
        plan = runs.QUICK if options["quick"] else runs.Plan()
        run = runs.Run(
            plan=plan.grown(options["grow"]) if options["grow"] else plan,
            names=options["only"] or runs.NAMES,
            report=report,
            folder=Path(settings.VAR_DIR),
            say=self.stderr.write,
            profile=options["profile"],
        )
        try:
            run.everything()
        except SideFailed as failure:
            raise CommandError(f"A process of the bench ended:\n{failure}") from failure
        file = Path(settings.VAR_DIR) / "bench.json"
        file.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
        self.stdout.write(report.as_text())
        self.stdout.write(f"\nWritten to {file}")
        if report.missing:
            raise CommandError("\n".join(["Not everything was measured.", *report.missing]))
