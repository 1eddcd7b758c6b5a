"""Which lists are self-checks and which paragraphs tell a case: the last step of recognising."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lessons.content.article import phrases
from lessons.content.article.recognition import runs, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lessons.content.article.pieces import Piece

STATEMENTS_LEAST = 3
MOSTLY = 0.7
STORY_MOST = 8  # Paragraphs one case may run on for.


def name_statements(pieces: Sequence[Piece]) -> list[Piece]:
    """A list in the second or first person, under a question about recognising: a self-check."""
    row = list(pieces)
    contexts = _contexts(row)
    for run in runs(pieces, "item"):
        texts = [row[at].text for at in run]
        flat = len({row[at].level for at in run}) == 1
        if flat and _is_personal(texts) and _asks_to_recognise(*contexts[run[0]]):
            for at in run:
                row[at] = replace(row[at], role="statement", level=0)
    return row


def _contexts(pieces: Sequence[Piece]) -> dict[int, tuple[str, str]]:
    """For each item the heading above it, and the last paragraph since that heading."""
    heading, before = "", ""
    contexts = {}
    for at in said(pieces):
        piece = pieces[at]
        if piece.role == "heading":
            heading, before = piece.text, ""
        elif piece.role == "paragraph":
            before = piece.text
        elif piece.role == "item":
            contexts[at] = heading, before
    return contexts


def _is_personal(texts: Sequence[str]) -> bool:
    if len(texts) < STATEMENTS_LEAST:
        return False
    personal = [
        text
        for text in texts
        if phrases.PERSONAL.match(text) or phrases.PERSONAL_QUESTION.match(text)
    ]
    promises = [text for text in texts if phrases.PROMISE.match(text)]
    return len(personal) >= MOSTLY * len(texts) and len(promises) * 2 <= len(texts)


def _asks_to_recognise(heading: str, before: str) -> bool:
    sentence = before.rstrip(" :?").rpartition(". ")[2] if before.endswith((":", "?")) else ""
    for line in (sentence, heading):
        if phrases.RECOGNISING.search(line):
            return True
        if phrases.LEARNING.search(line):
            return False
    return heading.endswith("?")


def name_stories(pieces: Sequence[Piece]) -> list[Piece]:
    """Paragraphs that tell of one person, and those right after that go on about that person."""
    row = list(pieces)
    titled, name, told = False, "", 0
    for at in said(row):
        piece = row[at]
        if piece.role == "heading":
            titled = bool(phrases.STORY_HEADING.search(piece.text))
        if piece.role != "paragraph":
            name, told = "", 0
            continue
        starts = phrases.STORY.match(phrases.bare(piece.text))
        if starts or titled or _goes_on(piece.text, name, told):
            name = phrases.story_name(piece.text) if starts else name
            told += 1
            row[at] = replace(piece, role="story")
        else:
            name, told = "", 0
    return row


def _goes_on(text: str, name: str, told: int) -> bool:
    if not 0 < told < STORY_MOST:
        return False
    return bool(phrases.STORY_GOES_ON.match(text)) or (bool(name) and name in text)
