"""Mails about trainings: only for who said yes twice, the second time from their own mailbox.

Advertising by mail needs consent that can be shown (Telecommunicatiewet art. 11.7, GDPR art. 7),
and whoever types an address need not own it. So the box sends a mail, its link shows a page, and
the button there is the consent: a program that follows links presses no buttons. Until then nothing
is recorded; taking it back is one step and holds at once.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from courseapp.accounts import consents
from courseapp.accounts.models import Consent, User
from courseapp.errors import Refused
from courseapp.post import letters, outbox
from courseapp.post.models import Letter
from lessons.drip import noticing, tokens
from lessons.messages import OFFERS_CONSENT, OFFERS_WITHDRAWAL

if TYPE_CHECKING:
    from lessons.drip.tokens import Agree

PURPOSE = Consent.Purpose.OFFERS
# How long the second yes may take.
WAITS = timedelta(days=30)


class LinkTooOld(Refused):
    """The second yes comes too late, after a no, or to words that changed since the first."""

    code = "link_too_old"
    status = 410


def agreed(*, reader: User) -> bool:
    """Whether this reader gets mails about trainings."""
    return consents.holds(reader, PURPOSE)


def ask(*, reader: User, place: str, now: datetime) -> bool:
    """Send the mail that asks for the second yes; False when both were said already.

    ``place`` is a neutral word for where the box was ticked: it stands in the mail's address.
    Asking again on the same day sends nothing more.
    """
    if agreed(reader=reader):
        return False
    language = reader.language or translation.get_language() or settings.LANGUAGE_CODE
    asked = tokens.Agree(
        reader=reader.pk,
        language=language,
        wording=_digest(wording_in(language)),
        place=place,
        asked_at=now.timestamp(),
    )
    before = Consent.objects.filter(user=reader, purpose=PURPOSE).count()
    with translation.override(language):
        address = settings.SITE_URL + reverse("offers_agree", args=[tokens.agree(asked)])
        words = letters.render(
            template="offers_confirm",
            subject=_("Please confirm your choice"),
            context={"address": address},
        )
        outbox.put(
            stream=Letter.Stream.RECEIPT,
            key=f"offers:{reader.uuid}:{now.astimezone(UTC).date()}:{before}",
            to=reader.email,
            subject=words.subject,
            text=words.text,
            html=words.html,
            now=now,
        )
    return True


def asked(*, token: str, now: datetime) -> Agree:
    """What the second yes would be to. Raises ``tokens.BadToken`` and ``LinkTooOld``."""
    found = tokens.read_agree(token)
    asked_at = datetime.fromtimestamp(found.asked_at, UTC)
    no_since = Consent.objects.filter(
        user=found.reader, purpose=PURPOSE, act=Consent.Act.WITHDRAWN, at__gte=asked_at
    )
    changed = found.wording != _digest(wording_in(found.language))
    if changed or now - asked_at > WAITS or no_since.exists():
        raise LinkTooOld(_("This link is no longer valid. Tick the box once more if you like."))
    return found


def confirm(*, token: str, now: datetime) -> None:
    """The second yes. Twice is once. Raises ``tokens.BadToken`` and ``LinkTooOld``."""
    with transaction.atomic():
        reader = _held(tokens.read_agree(token).reader)
        found = asked(token=token, now=now)
        if agreed(reader=reader):
            return
        consents.give(
            user=reader,
            purpose=PURPOSE,
            wording=wording_in(found.language),
            place=f"{found.place}, mail",
            now=now,
        )
        noticing.look_again_at_all_of(reader=reader.pk, now=now)


def withdraw(*, reader: User, place: str, now: datetime) -> None:
    """Take it back, at once; a first yes that waits for its second counts no more either."""
    with transaction.atomic():
        said = Consent.objects.filter(user=reader, purpose=PURPOSE).order_by("-at", "-pk").first()
        first = Letter.objects.filter(key__startswith=f"offers:{reader.uuid}:")
        if said is not None:
            first = first.filter(created_at__gt=said.at)
        if (said is not None and said.act == Consent.Act.GIVEN) or first.exists():
            consents.withdraw(
                user=reader,
                purpose=PURPOSE,
                wording=str(OFFERS_WITHDRAWAL),
                place=place,
                now=now,
            )
            noticing.look_again_at_all_of(reader=reader.pk, now=now)


def wording_in(language: str) -> str:
    """The words that are agreed to, in this language."""
    with translation.override(language):
        return str(OFFERS_CONSENT)


def _held(key: int) -> User:
    """This reader, whom nobody else lets say yes meanwhile."""
    found = User.objects.select_for_update(no_key=True).filter(pk=key, is_active=True).first()
    if found is None:
        raise tokens.BadToken(_("This address is not whole. Copy all of it from the mail."))
    return found


def _digest(wording: str) -> str:
    return hashlib.sha256(wording.encode()).hexdigest()[:16]
