"""Accounts that nobody uses any more: their owners are asked, and then they are erased.

Nobody is erased unasked: the mail comes first, half a year before. Whoever works here stays, and so
does whoever has a right to a course: that is a contract, which does not end by not reading.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from courseapp.accounts import leaving
from courseapp.accounts.models import User
from courseapp.mydata import letting_go
from courseapp.mydata.handing_over import as_of
from courseapp.post import letters, outbox
from courseapp.post.models import Letter
from lessons.reading.models import Access

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

# Eighteen months, and the six that follow. A session lasts sixty days, so that whoever reads signs
# in several times in that time.
ASKED_AFTER, ERASED_AFTER = timedelta(days=548), timedelta(days=730)
NOTICE = ERASED_AFTER - ASKED_AFTER
# So many in one go: a mail server should not get years of mail in one night.
AT_ONCE = 200


def ask(*, now: datetime) -> int:
    """Write to who was not here for eighteen months; how many."""
    asked = 0
    for person in _away(now - ASKED_AFTER).filter(_not_asked())[:AT_ONCE]:
        with transaction.atomic():
            mine = User.objects.filter(_not_asked(), pk=person.pk)
            if mine.update(idle_asked_at=now):
                _write(person, now)
                asked += 1
    return asked


def let_go(*, now: datetime) -> int:
    """Begin the leaving of who did not come after they were asked: a week, as for anybody."""
    gone = 0
    for person in _away(now - ERASED_AFTER).filter(idle_asked_at__lte=now - NOTICE)[:AT_ONCE]:
        if not person.idle_asked_at or person.idle_asked_at < _here(person):
            continue
        letting_go.ask(person=person, days=leaving.MOST_DAYS, now=now)
        gone += 1
    return gone


def _away(since: datetime) -> QuerySet[User]:
    rights = Access.objects.filter(reader=OuterRef("pk"), revoked_at=None)
    people = User.objects.annotate(here_at=Coalesce("last_login", "date_joined"))
    return people.filter(
        ~Exists(rights), here_at__lt=since, is_active=True, is_staff=False
    ).order_by("here_at", "pk")


def _not_asked() -> Q:
    """Never, or about an earlier time away."""
    return Q(idle_asked_at=None) | Q(idle_asked_at__lt=Coalesce(F("last_login"), F("date_joined")))


def _here(person: User) -> datetime:
    return person.last_login or person.date_joined


def _write(person: User, now: datetime) -> None:
    with as_of(person):
        words = letters.render(
            template="idle", subject=_("About your account"), context={"until": now + NOTICE}
        )
    outbox.put(
        stream=Letter.Stream.RECEIPT,
        key=f"idle:{person.uuid}:{now.isoformat()}",
        to=person.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        now=now,
    )
