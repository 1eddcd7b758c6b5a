"""Whether what a reader writes may be kept: asked once, taken back as easily (GDPR art. 7, 9).

Without it nothing is kept. Whoever saves and whoever takes the consent back wait for each other: a
save is before it, and stays, or after it, and is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from courseapp.accounts import consents
from courseapp.accounts.models import Consent, User
from lessons.reading.models import Answer

if TYPE_CHECKING:
    from datetime import datetime

PURPOSE = Consent.Purpose.ANSWERS


def holds(*, reader: User) -> bool:
    """Whether answers may be kept now."""
    return consents.holds(reader, PURPOSE)


def said(*, reader: User) -> bool | None:
    """The last thing the reader said about it; None: never asked."""
    acts = Consent.objects.filter(user=reader, purpose=PURPOSE).order_by("-at", "-pk")
    act = acts.values_list("act", flat=True).first()
    return None if act is None else act == Consent.Act.GIVEN


def agree(*, reader: User, wording: str, place: str, now: datetime) -> None:
    """Keep answers from now on; said twice, it is recorded once."""
    with transaction.atomic():
        hold(reader)
        if not consents.holds(reader, PURPOSE):
            consents.give(user=reader, purpose=PURPOSE, wording=wording, place=place, now=now)


def decline(*, reader: User, wording: str, place: str, now: datetime) -> None:
    """Keep nothing, from now on; what was kept before stays its owner's, to read and to delete."""
    with transaction.atomic():
        hold(reader)
        _take_back(reader, wording, place, now)


def decline_and_delete(*, reader: User, wording: str, place: str, now: datetime) -> int:
    """Keep nothing, and delete what was kept; how many answers that were."""
    with transaction.atomic():
        hold(reader)
        _take_back(reader, wording, place, now)
        number, _by_model = Answer.objects.filter(enrolment__reader=reader).delete()
    return number


def hold(reader: User) -> None:
    """Keep this reader's other saves and consents waiting until the transaction ends."""
    # On SQLite the transaction took the one write lock at its BEGIN.
    User.objects.select_for_update(no_key=True).filter(pk=reader.pk).values_list("pk").first()


def _take_back(reader: User, wording: str, place: str, now: datetime) -> None:
    said = Consent.objects.filter(user=reader, purpose=PURPOSE).order_by("-at", "-pk").first()
    if said is None or said.act == Consent.Act.GIVEN:
        consents.withdraw(user=reader, purpose=PURPOSE, wording=wording, place=place, now=now)
