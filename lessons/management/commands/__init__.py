"""What an administrator does on the command line: translate in, one domain call, translate out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

if TYPE_CHECKING:
    from courseapp.errors import Refused


class EnglishCommand(BaseCommand):
    """A command that speaks English like its own words, refusals of the domain included."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with translation.override("en"):
            return super().execute(*args, **options)


class Refusal(CommandError):
    """A refusal of the domain, as a sentence on stderr and exit status 1."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(f"{refusal} [{refusal.code}]")
