"""``manage.py sbom``: the list of what this software is made of (a software bill of materials)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from courseapp import components


class Command(BaseCommand):
    help = "Write var/sbom.json: every library of requirements.txt with its hashes (CycloneDX 1.5)."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        requirements = Path(settings.BASE_DIR, "requirements.txt").read_text(encoding="utf-8")
        try:
            found = components.listed(requirements)
        except components.NotListed as problem:
            raise CommandError(str(problem)) from None
        to = Path(settings.VAR_DIR, "sbom.json")
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        self.stdout.write(f"{to}: {len(found['components'])} libraries")
