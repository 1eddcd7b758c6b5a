"""What of the mails asks for somebody's attention: rows for *Vandaag*.

What is about sending itself (a mail server that refuses us, complaints) joins the list from
`lessons.desk.mails.sending`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lessons.desk.attention import Row
from lessons.drip import drafting, waiting
from lessons.drip.models import Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from courseapp.accounts.models import User


def rows(person: User, now: datetime) -> Iterator[Row]:
    """Readers whose mails stand still, offers in doubt, and what was written and not published."""
    for one in waiting.of_all(now=now):
        if one.stuck:
            said = ngettext(
                "“%(title)s”: the mails of %(n)s reader stand still",
                "“%(title)s”: the mails of %(n)s readers stand still",
                one.stuck,
            )
            yield Row(
                title=said % {"title": one.title, "n": one.stuck},
                url=reverse("desk:mails_stuck", args=[one.sequence]),
                weight="broken",
                detail=one.error,
            )
        if one.in_doubt:
            said = ngettext(
                "“%(title)s”: of %(n)s mail we do not know whether it arrived",
                "“%(title)s”: of %(n)s mails we do not know whether they arrived",
                one.in_doubt,
            )
            yield Row(
                title=said % {"title": one.title, "n": one.in_doubt},
                url=reverse("desk:mails_figures", args=[one.sequence]),
                weight="waiting",
                detail=_("They may have gone out before a breakdown, and are not sent again."),
            )
    for row in Sequence.objects.select_related("live").order_by("title"):
        if row.draft and drafting.has_changes(row):
            said = (
                _("The mails “%(title)s” have changes that readers do not get yet")
                if row.live
                else _("The mails “%(title)s” are not published yet")
            )
            yield Row(
                title=said % {"title": row.title},
                url=reverse("desk:mails_publish", args=[row.pk]),
                weight="waiting",
            )
