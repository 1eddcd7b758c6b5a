"""The words of a mail: a step filled in for one reader, as HTML and as text, with its ways out."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from courseapp.post import filling, letters, outbox
from courseapp.post.models import Letter
from courseapp.post.outbox import Filled
from lessons.content import richtext
from lessons.drip import tokens
from lessons.drip.steps import PLACEHOLDER, PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from courseapp.post.letters import Words
    from courseapp.post.models import Form
    from lessons.drip.gathering import Situation
    from lessons.drip.models import Mail
    from lessons.drip.plan import Planned
    from lessons.drip.steps import Step

STREAMS = {
    "lesson": Letter.Stream.LESSON,
    "thanks": Letter.Stream.LESSON,
    "nudge": Letter.Stream.LESSON,
    "offer": Letter.Stream.OFFER,
}


TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)


class LetterGone(NotFound):
    """A letter that was deleted, as all are after a while."""

    code = "letter_gone"


@dataclass(frozen=True)
class Ways:
    """The addresses a mail carries; each opens without signing in where its name says so."""

    button: str
    planning: str
    unsubscribe: str
    view: str


def put(
    mails: Iterable[tuple[Mail, Situation, Planned]], *, forms: dict[object, Form], now: datetime
) -> None:
    """Write the letters of these mails, inside the transaction that decided on them.

    ``forms`` holds those made so far, for the calls of one batch: a step is set once for them all.
    """
    outbox.put_many([_letter(*each, forms, now) for each in mails], now=now)


def render(here: Situation, one: Planned, ways: Ways) -> Words:
    """A step as this reader gets it, in the language of the course."""
    with translation.override(here.place.sequence.course.language):
        return _rendered(here, one.step, _values(here, one), ways)


def _letter(
    mail: Mail, here: Situation, one: Planned, forms: dict[object, Form], now: datetime
) -> Filled:
    """A letter from the form of its step, which is made once for all who lack the same values."""
    language = here.place.sequence.course.language
    ways = ways_of(here, one, str(mail.letter))
    with translation.override(language):
        values = _values(here, one)
        known = frozenset(name for name, value in values.items() if value)
        same = (mail.version_id, one.step.key, language, known, bool(ways.button))
        if same not in forms:
            forms[same] = filling.keep(words=_form(here, one.step, known, ways), now=now)
    every = values | asdict(ways)
    names = filling.compiled(forms[same]).names
    return Filled(
        stream=STREAMS[one.step.kind],
        key=f"drip:{mail.letter}",
        to=here.place.reader.email,
        form=forms[same],
        values={name: every[name] for name in names},
        unsubscribe=ways.unsubscribe,
        language=language,
    )


def _form(here: Situation, step: Step, known: frozenset[str], ways: Ways) -> Words:
    """The step with marks where readers differ, and without what these readers have none of."""
    marks = {name: f"{{{{{name}}}}}" for name in (*known, *asdict(ways))}
    values = {name: marks.get(name, "") for name in PLACEHOLDERS}
    addresses = Ways(**{name: marks[name] if way else "" for name, way in asdict(ways).items()})
    return _rendered(here, step, values, addresses)


def _rendered(here: Situation, step: Step, values: dict[str, str], ways: Ways) -> Words:
    body = _body(step.body, values)
    return letters.render(
        template="drip",
        subject=_filled(step.subject, values),
        context={
            "preview": _filled(step.preview, values),
            "body_html": richtext.to_html(body),
            "body_text": richtext.to_plain(body),
            "label": _filled(step.label, values),
            "ways": ways,
            "is_offer": step.kind == "offer",
            "is_nudge": step.kind == "nudge",
            "sells": here.place.sequence.sells_id,
        },
    )


def shown(token: str) -> str:
    """The HTML of a letter that somebody reads here instead of in their mail; its title is neutral.

    Raises ``tokens.BadToken``, and ``LetterGone`` for one that is kept no longer.
    """
    key = f"drip:{tokens.read_view(token)}"
    letter = Letter.objects.select_related("form").filter(key=key).first()
    html = filling.words_of(letter).html if letter else ""
    if not html:
        raise LetterGone(_("This message is no longer kept."))
    title = escape(_("A message"))
    return TITLE.sub(f"<title>{title} · Ik kies jou</title>", html, count=1)


def ways_of(here: Situation, one: Planned, letter: str) -> Ways:
    """The addresses of this mail: its button, the planning, stopping, and reading it here."""
    course = here.place.sequence.course
    return Ways(
        button=_button(here, one),
        planning=_address("planning", course.uuid),
        unsubscribe=_address("mail_stop", tokens.stop(here.place, one.step.kind)),
        view=_address("mail_view", tokens.view(letter)),
    )


def _button(here: Situation, one: Planned) -> str:
    course = here.place.sequence.course
    if one.step.link == "lesson":
        return (
            _address("lesson", one.occurrence)
            if one.occurrence
            else _address("continue", course.uuid)
        )
    if one.step.link == "course":
        return _address("continue", course.uuid)
    if one.step.link == "plan":
        return _address("planning", course.uuid)
    if one.step.link == "training" and here.place.sequence.sells:
        return _address("course", here.place.sequence.sells.slug)
    return ""


def _address(name: str, *args: object) -> str:
    return settings.SITE_URL + reverse(name, args=args)


def _values(here: Situation, one: Planned) -> dict[str, str]:
    """What each placeholder becomes; nothing of the topic, which a title would tell."""
    zone, facts = ZoneInfo(here.facts.zone), here.facts
    order = [lesson.uuid for lesson in here.published.lessons] if here.published else []
    coming = [at for at in facts.opens.values() if one.at is None or at > one.at]
    number = next(
        (place for place, lesson in enumerate(order, start=1) if str(lesson) == one.occurrence), 0
    )
    days = [_day(at, zone) for at in coming]
    return {
        "number": str(number or ""),
        "total": str(len(order)),
        "next": _day(min(coming), zone) if coming else "",
        "plan": "\n".join(days),
    }


def _day(at: datetime, zone: ZoneInfo) -> str:
    return formats.date_format(at.astimezone(zone), "l j F, H:i")


def _body(text: str, values: dict[str, str]) -> str:
    """The text without the paragraphs that ask for what this reader has none of, such as dates."""
    return "\n\n".join(
        _filled(paragraph, values)
        for paragraph in text.split("\n\n")
        if all(values.get(name) for name in PLACEHOLDER.findall(paragraph))
    )


def _filled(text: str, values: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found.group(1), ""), text)
