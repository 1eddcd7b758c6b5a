"""The letter that brings later what could not go along with another one.

It waits until everything is there, and asks again every hour for as long as that takes: what it
brings somebody has a right to.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from courseapp.post import letters, outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from courseapp.post.enclosures import Enclosure
    from courseapp.post.models import Letter

AGAIN = timedelta(hours=1)


def owe(letter: Letter, missing: Sequence[Enclosure], *, now: datetime) -> Letter:
    """Write the letter that brings what is missing; the same letter owes once."""
    with translation.override(letter.language):
        words = letters.render(
            template="enclosures_later",
            subject=_("What belongs to our earlier mail"),
            context={"earlier": letter, "names": [one.name for one in missing]},
        )
        return outbox.put(
            stream=letter.Stream(letter.stream),
            key=f"{letter.key}:owed",
            to=letter.to,
            subject=words.subject,
            text=words.text,
            html=words.html,
            now=now,
            enclosures=missing,
            is_owed=True,
        )
