"""``manage.py rotate_keys``: go on with whatever replacement of keys is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from courseapp.vault import rotation

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import datetime


class Command(BaseCommand):
    """May be cut off and started again at any time, and run while the site does."""

    help = (
        "Wraps all readers' keys and seals secrets of second steps by the first key of VAULT_KEYS,"
        " and seals anew what is still"
        " sealed with older readers' keys."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--renew-made-before",
            type=_moment,
            metavar="MOMENT",
            help="Also give a new key to each reader whose key was made before this moment"
            " (2026-11-26T20:00Z). Started again with the same moment it goes on.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        now, made_before = timezone.now(), options["renew_made_before"]
        wrapped, secrets = rotation.rewrap(), rotation.reseal()
        self.stdout.write(f"{wrapped.done} keys wrapped anew.")
        self.stdout.write(f"{secrets.done} secrets of second steps sealed anew.")
        if made_before:
            begun = rotation.begin_all(made_before=made_before, now=now)
            self.stdout.write(f"{begun} readers were given a new key.")
        found = rotation.go_on_all(now=now)
        self.stdout.write(
            f"{found.resealed} texts sealed anew, {found.retired} old keys taken away."
        )
        if found.changed:
            self.stdout.write(f"{found.changed} texts changed meanwhile; the next run takes them.")
        if wrapped.refused or secrets.refused or found.refused:
            raise CommandError(
                f"{wrapped.refused} keys, {secrets.refused} secrets of second steps and"
                f" {found.refused} texts do not open. They were left as"
                " they are, and so was every key they may need. Is a key missing in VAULT_KEYS?"
            )


def _moment(word: str) -> datetime:
    found = parse_datetime(word)
    if found is None or found.tzinfo is None:
        raise ValueError(word)
    return found
