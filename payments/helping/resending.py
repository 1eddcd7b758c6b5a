"""Sending a mail of a course once more, for a reader who lost it: a new letter with its own key.

The mail itself stays what it was: decided on once, counted once. Codes are never sent again, and
offers neither: they go once or not at all.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from courseapp.post import outbox, suppression
from courseapp.post.models import Letter, Suppression
from courseapp.post.outbox import Filled
from lessons.drip import gathering
from lessons.drip.letters import LetterGone
from lessons.drip.models import Mail
from payments.helping import words

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User

# Between two copies of one mail.
PAUSE = timedelta(minutes=1)
ON_ITS_WAY = {"waiting", "sending"}
KEEPS_BACK = [Suppression.Scope.ALL, Suppression.Scope.COURSE]


class MailNotFound(NotFound):
    """No mail of this reader's."""

    code = "mail_not_found"


class CannotGoAgain(Refused):
    """It is an offer, it is still on its way, or what held it back holds."""

    code = "mail_cannot_go_again"
    status = 409


class NotWanted(Refused):
    """The reader stopped these mails, or may not read the course any more."""

    code = "mail_not_wanted"
    status = 409


class AddressSuppressed(Refused):
    """The address gets no mail of courses."""

    code = "address_suppressed"
    status = 409


class SentJustNow(Refused):
    code = "sent_just_now"
    status = 409


def mail_of(*, reader: User, mail: int) -> Mail:
    """A mail of this reader's. Raises ``MailNotFound``."""
    rows = Mail.objects.filter(reader=reader).select_related("place__sequence__course", "version")
    found = rows.filter(pk=mail).first()
    if found is None:
        raise MailNotFound(_("There is no such mail."))
    return found


def may_go_again(mail: Mail, letter: Letter | None) -> bool:
    """Whether it makes sense to offer it: its letter is there, and came to its end."""
    if letter is None or mail.kind == "offer" or letter.state in ON_ITS_WAY:
        return False
    return not letter.withheld or letter.withheld.startswith("suppressed")


def again(*, mail: Mail, by: User, now: datetime) -> Letter:
    """Send a copy of this mail to the address its reader has now.

    Raises ``LetterGone``, ``CannotGoAgain``, ``NotWanted``, ``AddressSuppressed`` and
    ``SentJustNow``.
    """
    reader = mail.reader
    letter = Letter.objects.filter(key=f"drip:{mail.letter}").select_related("form").first()
    if letter is None:
        raise LetterGone(_("This message is no longer kept."))
    if not may_go_again(mail, letter):
        raise CannotGoAgain(_why_not(mail, letter))
    _refuse_unwanted(mail)
    closed = suppression.active([reader.email], now=now).filter(scope__in=KEEPS_BACK)
    if closed.exists():
        raise AddressSuppressed(_("This address gets no mail now. Let mail go to it again first."))
    with transaction.atomic():
        copies = Letter.objects.filter(key__startswith=f"again:{mail.letter}:")
        if copies.filter(created_at__gt=now - PAUSE).exists():
            raise SentJustNow(_("This mail was sent again less than a minute ago."))
        # Of two clicks at once both mean the same copy.
        copy = _copy(letter, f"again:{mail.letter}:{copies.count() + 1}", reader.email, now)
        course = mail.place.sequence.course
        audit.record(by=by, act="reader.mail_resent", on=reader, now=now, name=course.title)
    return copy


def _refuse_unwanted(mail: Mail) -> None:
    situations = (
        here for each in gathering.of_readers([mail.reader_id]) for here in each.situations
    )
    wants = next((here.facts.wants for here in situations if here.place.pk == mail.place_id), ())
    if mail.kind not in wants:
        raise NotWanted(
            _("The reader does not get these mails: they stopped them, or have no access.")
        )


def _why_not(mail: Mail, letter: Letter) -> str:
    if mail.kind == "offer":
        return _("A mail about a training goes once, or not at all.")
    if letter.state in ON_ITS_WAY:
        return _("This mail is still on its way; it goes by itself.")
    return _("This mail was held back: %(why)s.") % {"why": words.reason(letter.withheld)}


def _copy(letter: Letter, key: str, to: str, now: datetime) -> Letter:
    with translation.override(letter.language or None):
        if letter.form is None:
            return outbox.put(
                stream=Letter.Stream.LESSON, key=key, to=to, subject=letter.subject,
                text=letter.text, html=letter.html, now=now, unsubscribe=letter.unsubscribe,
            )  # fmt: skip
        filled = Filled(
            stream=Letter.Stream.LESSON, key=key, to=to, form=letter.form, values=letter.values,
            unsubscribe=letter.unsubscribe, language=letter.language,
        )  # fmt: skip
        return outbox.put_filled(filled, now=now)
