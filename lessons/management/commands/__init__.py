"""What an administrator does on the command line: translate in, one domain call, translate out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import CommandError

if TYPE_CHECKING:
    from courseapp.errors import Refused


class Refusal(CommandError):
    """A refusal of the domain, as a sentence on stderr and exit status 1."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(f"{refusal} [{refusal.code}]")
