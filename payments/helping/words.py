"""What codes of mails, letters and rights are called on the page of one reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from lessons.desk import acts
from lessons.drip.steps import PLACEHOLDER
from payments.staff.words import on_day, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from courseapp.accounts.models import AuditEntry
    from lessons.drip.steps import Step
    from lessons.reading.models import Access

UUID = re.compile(r"[0-9a-f-]{36}")
# How a letter, or the mail it carries, stands.
STATES: Mapping[str, _StrPromise] = {
    "queued": pgettext_lazy("mail", "waiting"),
    "waiting": pgettext_lazy("mail", "waiting"),
    "sending": gettext_lazy("going out now"),
    "sent": pgettext_lazy("mail", "sent"),
    "in_doubt": gettext_lazy("in doubt: it may have gone, or not"),
    "withheld": gettext_lazy("held back"),
    "given_up": gettext_lazy("given up"),
    "failed": gettext_lazy("given up"),
}
# Why a mail does not go.
REASONS: Mapping[str, _StrPromise] = {
    "no_consent": gettext_lazy("the reader did not agree to mails about trainings"),
    "no_right": gettext_lazy("the reader has no access to the course"),
    "not_wanted": gettext_lazy("the reader does not want these mails"),
    "came_later": gettext_lazy("this mail was added after its moment had passed"),
    "finished": gettext_lazy("the reader had finished that lesson"),
    "completed": gettext_lazy("the course was done"),
    "bought": gettext_lazy("the reader has the training"),
    "at_enrolment": gettext_lazy("the lesson was open from the beginning"),
    "asked": gettext_lazy("the reader opened all lessons themselves"),
    "superseded": gettext_lazy("a later mail tells it as well"),
    "late": gettext_lazy("its day passed before it could go"),
    "goal": gettext_lazy("what these mails are for is reached"),
    "often": gettext_lazy("there were reminders enough"),
    "ended": gettext_lazy("these mails were ended for this reader"),
    "stopped": gettext_lazy("these mails are stopped for everybody"),
    "gone": gettext_lazy("this mail is no longer part of the course"),
    "active": gettext_lazy("the reader was here again before it went"),
    "paused": gettext_lazy("the reader had begun a pause"),
    "if_quiet": gettext_lazy("only if the reader does nothing until then"),
    "expired": gettext_lazy("it had become useless"),
    "suppressed: hard_bounce": gettext_lazy("the address was said not to exist"),
    "suppressed: soft_bounces": gettext_lazy("the mailbox had refused too often"),
    "suppressed: complaint": gettext_lazy("a mail had been reported as spam"),
    "suppressed: asked": gettext_lazy("somebody asked us not to write to the address"),
}
# Why an address gets no mail; %(day)s is since when.
SUPPRESSED: Mapping[str, _StrPromise] = {
    "hard_bounce": gettext_lazy("on %(day)s the mail server said that the address does not exist"),
    "soft_bounces": gettext_lazy("the mailbox refused too often (%(day)s)"),
    "complaint": gettext_lazy("on %(day)s a mail of ours was reported as spam"),
    "asked": gettext_lazy("on %(day)s somebody asked us not to write to this address"),
}
SCOPES: Mapping[str, _StrPromise] = {
    "all": gettext_lazy("all mail, but a sign-in code once an hour"),
    "course": gettext_lazy("mails of courses, and about trainings"),
    "offers": gettext_lazy("mails about trainings"),
}
STREAMS: Mapping[str, _StrPromise] = {
    "code": gettext_lazy("Sign-in code"),
    "receipt": gettext_lazy("Mail about the account or an order"),
    "lesson": gettext_lazy("Mail of a course"),
    "offer": gettext_lazy("Mail about a training"),
}
PURPOSES: Mapping[str, _StrPromise] = {
    "progress": gettext_lazy("Keeping progress"),
    "offers": gettext_lazy("Mails about trainings"),
    "answers": gettext_lazy("Keeping what the reader writes"),
}
CONSENTS: Mapping[str, _StrPromise] = {
    "given": gettext_lazy("agreed"),
    "withdrawn": gettext_lazy("taken back"),
}
SOURCES: Mapping[str, _StrPromise] = {
    "order": gettext_lazy("bought"),
    "gift": gettext_lazy("a gift"),
    "staff": gettext_lazy("given by us"),
}
# %(who)s of the staff did it; %(name)s is the course or product.
ACTS: Mapping[str, _StrPromise] = {
    "reader.found": gettext_lazy("%(who)s looked this reader up"),
    "reader.looked_at": gettext_lazy("%(who)s looked at this page"),
    "reader.mail_resent": gettext_lazy("%(who)s sent a mail of “%(name)s” again"),
    "reader.address_corrected": gettext_lazy("%(who)s changed the address of the account"),
    "reader.suppression_lifted": gettext_lazy("%(who)s let mail go to this address again"),
    "reader.mails_resumed": gettext_lazy("%(who)s turned the mails of “%(name)s” on again"),
    "reader.pause_ended": gettext_lazy("%(who)s ended the pause in “%(name)s”"),
    "reader.access_given": gettext_lazy("%(who)s gave access to “%(name)s”"),
    "reader.access_ended": gettext_lazy("%(who)s ended the access to “%(name)s”"),
}


def place(code: str) -> str:
    """Where a reader said yes or no; of a lesson its number in the database says nothing."""
    kind, _colon, name = code.partition(":")
    return _("in a lesson") if UUID.fullmatch(name) else name or kind


def reason(code: str) -> str:
    """Why a mail does not go; what a mail server said stays as it is."""
    return said(REASONS, code)


def mail(step: Step | None, lesson: int | None) -> str:
    """What kind of mail it is and what it follows: nothing of what it says."""
    if step is None:
        return _("A mail that is no longer part of the course")
    if step.kind == "offer":
        return _("Mail about a training")
    return {
        "enrolled": _("Welcome") if step.is_at_once else _after_days(step.days),
        "lesson": _("Lesson %(n)s is open") % {"n": lesson} if lesson else _("A lesson is open"),
        "finished": _("After lesson %(n)s") % {"n": lesson} if lesson else _("After a lesson"),
        "completed": _("At the end of the course"),
        "idle": _("A reminder, after silence"),
        "bought": _("After getting access"),
        "date": _("On a date"),
    }[step.trigger]


def subject(step: Step | None, lesson: int | None) -> str:
    """Its subject, as far as it is the same for every reader."""
    if step is None:
        return ""
    number = str(lesson) if lesson else "…"
    return PLACEHOLDER.sub(lambda found: number if found[1] == "number" else "…", step.subject)


def source(right: Access, known: Mapping[str, str]) -> str:
    """What gave a right: for owners its order, for others the way alone."""
    return known.get(right.source) or said(SOURCES, right.source.partition(":")[0])


def standing(right: Access) -> str:
    """How a right stands, with its day."""
    if right.revoked_at:
        return _("ended on %(day)s") % {"day": on_day(right.revoked_at)}
    if right.suspended_at:
        return _("on hold since %(day)s") % {"day": on_day(right.suspended_at)}
    return _("holds since %(day)s") % {"day": on_day(right.granted_at)}


def act(entry: AuditEntry) -> str:
    """What somebody of the staff did, as a sentence."""
    sentence = ACTS.get(entry.act)
    if sentence is None:
        return acts.told(entry).sentence
    who = acts.name_of(entry.by)
    return str(sentence) % {"who": f"{who[:1].upper()}{who[1:]}", "name": entry.name}


def _after_days(days: int) -> str:
    if not days:
        return _("On the day of beginning")
    return ngettext("%(n)s day after beginning", "%(n)s days after beginning", days) % {"n": days}
