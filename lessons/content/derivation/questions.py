"""The question a lesson proposes for reflection, made from its heading by a few rules.

Course text, and so Dutch: a proposal for the person who edits the draft.
"""

from __future__ import annotations

import re

from lessons.content.article.passages import normalise

HEADING_MOST = 160
ENDING = re.compile(
    r"\b(?:conclusie|samenvatting|samengevat|tot slot|slotwoord|slot|afsluiting|nawoord)\b", re.I
)
OPENING = re.compile(r"^(?:inleiding|introductie|intro|vooraf|voorwoord)\W*$", re.I)
ASKING = re.compile(r"^(?:hoe|wat|waarom|wanneer|wie|waar|waardoor|waarmee|welke?)\b", re.I)
PERSONAL = re.compile(r"\b(?:je|jij|jou|jouw|ik|mij|mijn)\b", re.I)
NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|(?:stap|fase|deel|tip|les)\s+\d+\W)\s*", re.I)

FOR_ENDING = "Wat neem je mee uit wat je net las?"
FOR_OPENING = "Wat hoop je hier te vinden?"
WITHOUT_HEADING = "Welke zin bleef bij je hangen, en waarom juist die?"


def question(heading: str) -> str:
    """One line of at most 300 characters for a lesson under this heading ("" when it has none)."""
    title = NUMBER.sub("", normalise(heading)).strip()
    if not title or len(title) > HEADING_MOST:
        return WITHOUT_HEADING
    if OPENING.match(title):
        return FOR_OPENING
    if ENDING.search(title):
        return FOR_ENDING
    if title.endswith("?"):
        own = (
            "Wat zie je daarvan bij jezelf?" if PERSONAL.search(title) else "Wat is jouw antwoord?"
        )
        return f"{title} {own}"
    topic = _topic(title)
    if ASKING.match(topic):
        return f"{topic[:1].upper()}{topic[1:]}: wat herken je daarvan?"
    return f"Wat herken je bij jezelf in ‘{topic}’?"


def _topic(title: str) -> str:
    """The half of "Name: what it is about" that says more, without its closing mark."""
    before, _, after = title.partition(": ")
    longer = after if len(after.split()) > len(before.split()) else before
    return (longer if after else title).rstrip(" .!:…")
