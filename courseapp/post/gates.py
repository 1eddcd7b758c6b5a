"""What is asked just before letters go: may they still?

Between writing a letter and sending it a reader may have stopped the course, bought what is
offered, or left. Who knows that stands above this room, so the setting ``LETTER_GATES`` names a
function for a stream: it gets letters and the time, and says which must not go, and why.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from courseapp.post import suppression

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.post.models import Letter

    Gate = Callable[[Sequence[Letter], datetime], dict[UUID, str]]

log = logging.getLogger(__name__)


@dataclass
class Said:
    """Letters that must not go, with the reason, and those nobody could be asked about."""

    withheld: dict[UUID, str] = field(default_factory=dict)
    unknown: set[UUID] = field(default_factory=set)


def ask(letters: Sequence[Letter], *, now: datetime) -> Said:
    """What is against these letters now. A gate that fails lets nothing through."""
    said = Said(withheld=suppression.ask(letters, now=now))
    for stream, path in settings.LETTER_GATES.items():
        asked = [
            letter
            for letter in letters
            if letter.stream == stream and letter.uuid not in said.withheld
        ]
        if not asked:
            continue
        try:
            gate: Gate = import_string(path)
            said.withheld |= gate(asked, now)
        except Exception:  # Whatever is wrong there: no letter goes unasked.
            log.exception("The gate of %s letters failed; they wait.", stream)
            said.unknown |= {letter.uuid for letter in asked}
    return said
