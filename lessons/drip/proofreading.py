"""What is worth a second look in a mail before it goes: its length, what it tells who looks over a
shoulder, what it claims.

A shared screen shows sender, subject and preview, and a phone the first line too. So these tell
nothing of the topic. Nothing here stops anybody: it is said beside the field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courseapp.post import letters
from lessons.content import readability, richtext, wording
from lessons.drip.steps import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lessons.content.models import Course
    from lessons.drip.steps import Step

WORDS_MOST = 120
# Gmail cuts a mail off at 102 kB, with the way to stop it at its end.
BYTES_MOST = 100_000
# Characters; a shorter text comes nowhere near that, whatever its marks become.
LIGHT = 1_000
# Shorter words of a title tell nobody anything.
LEAST = 4
# Words of titles that any course could have.
ORDINARY = frozenset(
    """
    alle alles ander andere anders beter cursus daarna deel denken doen door dingen echt eigen
    erna eruit gaan geen gratis haast heel hier hoeft hoofd iets ieder jezelf jouw keer kijken komt
    kost krijgen kunt laatste laten leren lessen leven lezen maken mensen mijn moment naar niet
    niets nieuw nieuwe nodig nooit omgaan onder opnieuw over praten rust rustig samen schrijven
    stap stappen tijd training twee vaak vanaf verder volgende voor voorbeeld vraag vragen vroeg
    waar waarom wanneer wat week weken weten wie worden zelf zien zijn zoeken zonder zoveel
    about after again also course every first from have into learn lesson more next part that this
    time training what when where with without your
    """.split()  # noqa: SIM905 -- a list that reads as words.
)
# What these courses are about, in the words people know it by.
TOPIC = frozenset(
    """
    afwijzing bindingsangst breuk hechten hechting huwelijk intiem liefde partner relatie relaties
    scheiden scheiding twijfel twijfelen uitmaken verlaten verliefd
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Finding:
    """One thing to look at: in which field of the step, and a sentence. ``code`` "long": its
    length, which a page may tell of in its own way; "heavy": its bytes."""

    field: str
    sentence: str
    code: str = ""


def telling_words(courses: Iterable[Course]) -> frozenset[str]:
    """The words that would tell what these courses are about."""
    found = {word.lower() for course in courses for word in readability.words_of(course.title)}
    return frozenset({word for word in found - ORDINARY if len(word) >= LEAST} | TOPIC)


def of(step: Step, telling: frozenset[str]) -> list[Finding]:
    """All that is worth a second look in this mail."""
    first = next((line for line in step.body.splitlines() if line.strip()), "")
    seen = {
        "subject": (step.subject, _("The subject")),
        "preview": (step.preview, _("The preview")),
        "body": (first, _("The first line")),
    }
    found = [
        Finding(field, _told(name, words))
        for field, (text, name) in seen.items()
        if (words := _telling_in(text, telling))
    ]
    for field in ("subject", "preview", "body", "label"):
        claims = wording.claims_in(getattr(step, field))
        if claims:
            found.append(Finding(field, _claims(claims)))
    found += _length(step) + _weight(step)
    if not step.preview:
        found.append(
            Finding("preview", _("Without a preview, phones show the first words of the text."))
        )
    if "http" in step.body and step.link != "none":
        found.append(
            Finding("body", _("The text has a link beside the button. One thing to press is kind."))
        )
    return found


def words_in(body: str) -> int:
    """How many words a reader gets, without marks and placeholders."""
    return len(readability.words_of(readability.plain(PLACEHOLDER.sub("", body))))


def _length(step: Step) -> list[Finding]:
    count = words_in(step.body)
    if count <= WORDS_MOST:
        return []
    said = ngettext(
        "This mail has %(n)s word. Under %(most)s it is read on a phone.",
        "This mail has %(n)s words. Under %(most)s it is read on a phone.",
        count,
    )
    return [Finding("body", said % {"n": count, "most": WORDS_MOST}, code="long")]


def bytes_of(step: Step) -> int:
    """How heavy the HTML part is that a reader gets, give or take its addresses."""
    made = letters.render(
        template="drip",
        subject=step.subject,
        context={
            "preview": step.preview,
            "body_html": richtext.to_html(step.body),
            "body_text": "",
            "label": step.label,
            "ways": {"button": step.link != "none"},
        },
    )
    return len(made.html.encode())


def _weight(step: Step) -> list[Finding]:
    if len(step.body) < LIGHT:
        return []
    weight = bytes_of(step)
    if weight <= BYTES_MOST:
        return []
    said = _(
        "This mail weighs %(weight)s kB. Above %(most)s kB mail programs cut it off, with the way"
        " to stop it."
    )
    return [
        Finding("body", said % {"weight": weight // 1000, "most": BYTES_MOST // 1000}, code="heavy")
    ]


def _telling_in(text: str, telling: frozenset[str]) -> list[str]:
    words = re.findall(r"[^\W\d_]+", PLACEHOLDER.sub("", text).lower())
    return sorted({one for one in words if one in telling or _is_part(one, telling)})


def _is_part(word: str, telling: frozenset[str]) -> bool:
    return any(len(each) > LEAST + 2 and each in word for each in telling)


def _told(name: str, words: list[str]) -> str:
    return _("%(name)s tells what this is about to whoever looks along: %(words)s.") % {
        "name": name,
        "words": ", ".join(words),
    }


def _claims(words: list[str]) -> str:
    return _("These words promise what the site never promises: %(words)s.") % {
        "words": ", ".join(dict.fromkeys(words))
    }
