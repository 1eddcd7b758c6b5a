"""Correcting the address of a reader who cannot get at the old one.

Whoever can change an address can sign in as its reader, and read what only they may read. So this
is for owners, never about people who work here, on record with how the asker was recognised, and
told to the old address at once.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courseapp.accounts import audit, readdressing
from courseapp.errors import Refused
from courseapp.post import letters, outbox
from courseapp.post.models import Letter

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User

    Way = Literal["spoke", "met", "order"]

OF_COURSES = [Letter.Stream.LESSON, Letter.Stream.OFFER]


class OwnPeople(Refused):
    """Somebody who works here changes their address themselves."""

    code = "own_people"
    status = 409


def address(*, reader: User, email: str, way: Way, by: User, now: datetime) -> None:
    """Give the account this address; mails of courses that wait go there as well.

    ``way`` is how it was verified who asks. Raises ``OwnPeople`` and what ``readdressing.move``
    raises.
    """
    if reader.is_staff:
        raise OwnPeople(_("People who work here change their address themselves."))
    with transaction.atomic():
        old = readdressing.move(user=reader, email=email)
        waiting = Letter.objects.filter(to=old, stream__in=OF_COURSES, next_at__isnull=False)
        waiting.update(to=reader.email)
        _tell(old, reader, now)
        audit.record(
            by=by, act="reader.address_corrected", on=reader, now=now, after={"verified": way}
        )


def _tell(old: str, reader: User, now: datetime) -> None:
    """A notice to the old address, without the new one: who reads there now is not known."""
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        words = letters.render(
            template="address_corrected", subject=_("About your account"), context={}
        )
        outbox.put(
            stream=Letter.Stream.RECEIPT, key=f"address_corrected:{uuid.uuid4()}", to=old,
            subject=words.subject, text=words.text, html=words.html, now=now,
        )  # fmt: skip
