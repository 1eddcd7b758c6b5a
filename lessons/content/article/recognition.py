"""From pieces as a format gives them to what they are in the article.

Each step takes the row of pieces and gives a new one; none drops a character. The steps look at
one piece first, then at its place: what stands around it, and what is said twice.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from lessons.content.article import phrases
from lessons.content.article.passages import normalise
from lessons.content.article.pieces import Piece, has_words, out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PIECE_MAX = 6_000  # Characters: about two pages.
LINE_LENGTH = 200
LINK_WORDS = 20
SPEAKER_WORDS = 6
NUMBERED_HEADING_WORDS = 12
PARAGRAPH_WORDS = 12
MENU_LEAST = 3
MENU_WORDS = 3
NO_WORD = re.compile(r"[\W_]+")
LESSON_LEVEL = 2  # Headings down to this level start a lesson; deeper ones stay inside.


def recognise(pieces: Iterable[Piece], *, plain: bool) -> list[Piece]:
    """All steps in order; ``plain`` says the format marks no headings, so that lines must do."""
    row = [part for piece in pieces for short in cut(piece) for part in _look(short)]
    row = _join_speakers(row)
    row = _leave_out_pictures(row, plain=plain)
    row = _leave_out_menus(row)
    row = _name_headings(row, plain=plain)
    row = _name_numbered_headings(row)
    row = _leave_out_repeated(row)
    row = _leave_out_the_rest(row)
    return _level(row)


def said(pieces: Sequence[Piece]) -> list[int]:
    """Where the pieces stand that are not left out."""
    return [at for at, piece in enumerate(pieces) if piece.role != "out"]


def same(text: str) -> str:
    """What two lines have in common when they read the same; a long text is like no other line."""
    if len(text) > LINE_LENGTH:
        return text
    return NO_WORD.sub(" ", phrases.bare(text)).strip().casefold()


# One piece alone


def cut(piece: Piece) -> Iterator[Piece]:
    """A piece that is too long to work with in stretches, each up to the end of a sentence."""
    text, role = piece.text, piece.role
    while role != "out" and len(text) > PIECE_MAX:
        ends = [text.rfind(end, PIECE_MAX // 2, PIECE_MAX) for end in (". ", "\n", " ")]
        end = next((at + 1 for at in ends if at > 0), PIECE_MAX)
        yield replace(piece, role=role, text=text[:end].strip())
        text, role = text[end:].strip(), "paragraph" if role == "heading" else role
    yield replace(piece, role=role, text=text)


def _look(piece: Piece) -> list[Piece]:
    if piece.role == "out":
        return [piece]
    if not has_words(piece.text):
        return [out(piece.text, "no words")]
    if piece.role == "paragraph":
        return _look_at_paragraph(piece)
    reason = phrases.noise(piece.text)
    plainly = reason == "copyright line" or (reason == "navigation" and piece.role == "heading")
    if plainly and not phrases.HEADINGS_OF_REST.match(normalise(piece.text)):
        return [out(piece.text, reason)]
    return [piece]


def _look_at_paragraph(piece: Piece) -> list[Piece]:
    text = piece.text
    mark = phrases.CALL_MARK.match(text)
    if mark and has_words(text[mark.end() :]):
        rest = replace(piece, role="call_to_action", text=text[mark.end() :].strip())
        return [out(mark[0].strip(), "call to action mark"), rest]
    if phrases.is_call(text) or (piece.button and _is_short(piece)):
        return [replace(piece, role="call_to_action")]
    if reason := _why_not(piece):
        return [out(text, reason)]
    if phrases.is_quote(text):
        return [replace(piece, role="quote")]
    body, tail = phrases.split_tail(text)
    if tail and has_words(body):
        return [replace(piece, text=body), out(tail, "link to read on")]
    return [piece]


def _why_not(piece: Piece) -> str:
    """Why a paragraph is left out; a bold "Reacties" stays, as the heading of what follows it."""
    if piece.strong and phrases.HEADINGS_OF_REST.match(normalise(piece.text)):
        return ""
    linked = piece.link and _is_short(piece) and not piece.strong
    return phrases.noise(piece.text) or ("link to another page" if linked else "")


def _is_short(piece: Piece) -> bool:
    return len(piece.text.split()) <= LINK_WORDS


# One piece in its place


def _join_speakers(pieces: Sequence[Piece]) -> list[Piece]:
    """A quote, a blank line, and "– Name": the name goes with the quote, its dash too."""
    row: list[Piece] = []
    for piece in pieces:
        dash = row[-1] if row and row[-1].reason == "list marker" else None
        if dash and len(row) > 1 and row[-2].role == "quote" and _is_name(piece, dash):
            row.pop()
            row[-1] = replace(row[-1], text=f"{row[-1].text}\n{dash.text} {piece.text}")
        else:
            row.append(piece)
    return row


def _is_name(piece: Piece, dash: Piece) -> bool:
    short = len(piece.text.split()) <= SPEAKER_WORDS and not piece.text.endswith((".", "?", "!"))
    return (
        piece.role == "item" and dash.text in {"–", "—", "-"} and short and piece.text[0].isupper()
    )


def _leave_out_pictures(pieces: Sequence[Piece], *, plain: bool) -> list[Piece]:
    """Names of pictures that a copied page leaves between its paragraphs as lines of their own.

    One lower-case word is enough of a sign in copied text; elsewhere it must come twice, or look
    like a name by its hyphen or ending.
    """
    lone = [piece.text for piece in pieces if piece.role == "paragraph" and piece.lone]
    often = {text for text, times in Counter(map(same, lone)).items() if times > 1}
    if all(phrases.is_picture_name(text) for text in lone) and len(said(pieces)) == len(lone):
        return list(pieces)
    return [
        out(piece.text, "picture caption") if _names_picture(piece, often, plain=plain) else piece
        for piece in pieces
    ]


def _names_picture(piece: Piece, often: set[str], *, plain: bool) -> bool:
    if piece.role != "paragraph" or not piece.lone:
        return False
    starts_low = phrases.bare(piece.text)[:1].islower()
    again = same(piece.text) in often and starts_low and phrases.ends_open(piece.text)
    sure = plain or any(sign in piece.text for sign in "-_.")
    return again or (sure and phrases.is_picture_name(piece.text))


def _leave_out_menus(pieces: Sequence[Piece]) -> list[Piece]:
    """Three or more short lines in a row at the start or the end, one of them a menu's word."""
    row = list(pieces)
    places = said(row)
    for order in (places, places[::-1]):
        menu = []
        for at in order:
            if not _could_be_menu(row[at]):
                break
            menu.append(at)
        known = [at for at in menu if phrases.is_navigation(row[at].text)]
        if len(menu) >= MENU_LEAST and known:
            for at in menu:
                row[at] = out(row[at].text, "navigation")
    return _leave_out_menu_lists(row)


def _could_be_menu(piece: Piece) -> bool:
    short = len(piece.text.split()) <= MENU_WORDS and phrases.ends_open(piece.text)
    return piece.role in {"paragraph", "item"} and short


def _leave_out_menu_lists(row: list[Piece]) -> list[Piece]:
    for run in runs(row, "item"):
        if all(phrases.is_navigation(row[at].text) for at in run) and len(run) > 1:
            for at in run:
                row[at] = out(row[at].text, "navigation")
    return row


def runs(pieces: Sequence[Piece], role: str) -> Iterator[list[int]]:
    """The places of pieces of a role with nothing else said between them."""
    run: list[int] = []
    for at in said(pieces):
        if pieces[at].role == role:
            run.append(at)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _name_headings(pieces: Sequence[Piece], *, plain: bool) -> list[Piece]:
    """Bold lines are headings; plain ones too where a format, or this article, marks none."""
    real = [piece for piece in pieces if piece.role == "heading" and piece.level >= LESSON_LEVEL]
    bold = [at for at, piece in enumerate(pieces) if piece.strong and _heads(piece)]
    plain = plain or not (real or bold)
    last = (said(pieces) or [-1])[-1]
    first = (said(pieces) or [-1])[0]
    level = LESSON_LEVEL + 1 if real else LESSON_LEVEL
    row = list(pieces)
    for at, piece in enumerate(pieces):
        if at == last or not _heads(piece) or not (piece.strong or plain):
            continue
        is_title = at == first and not any(other.role == "heading" for other in pieces)
        row[at] = replace(piece, role="heading", level=1 if is_title else level)
    return row


def _heads(piece: Piece) -> bool:
    return (
        piece.role == "paragraph"
        and (piece.lone or piece.strong)
        and phrases.looks_like_heading(piece.text)
    )


def _name_numbered_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """Numbered short lines, each above paragraphs of its own, head what follows them."""
    places = said(pieces)
    found = [
        at
        for at, after in itertools.pairwise(places)
        if _numbers_a_section(pieces[at], pieces[after])
    ]
    alone = {run[0] for run in runs(pieces, "item") if len(run) == 1}
    found = [at for at in found if at in alone]
    above = pieces[: found[0]] if found else []
    titled = any(piece.role == "heading" and piece.level > 1 for piece in above)
    row = list(pieces)
    for at in found if len(found) > 1 else []:
        row[at] = replace(row[at], role="heading", level=LESSON_LEVEL + titled)
    return row


def _numbers_a_section(piece: Piece, after: Piece) -> bool:
    if piece.role != "item" or not (piece.ordered or piece.strong):
        return False
    heads = len(piece.text.split()) <= NUMBERED_HEADING_WORDS and not phrases.split_term(piece.text)
    longer = after.role == "paragraph" and len(after.text.split()) >= PARAGRAPH_WORDS
    return heads and longer and phrases.looks_like_heading(piece.text)


def _leave_out_repeated(pieces: Sequence[Piece]) -> list[Piece]:
    """The title said again, and a table of contents: lines that are headings elsewhere."""
    headings = {same(piece.text) for piece in pieces if piece.role == "heading"}
    titles = {same(piece.text) for piece in pieces if piece.role == "heading" and piece.level == 1}
    listed = [at for at, p in enumerate(pieces) if _lists(p) and same(p.text) in headings]
    row = list(pieces)
    for at in listed if len(listed) > 1 else []:
        row[at] = out(row[at].text, "table of contents")
    seen: set[str] = set()
    for at, piece in enumerate(row):
        text = same(piece.text) if piece.role in {"heading", "paragraph"} else ""
        if text and text in titles and text in seen:
            row[at] = out(piece.text, "repeated title")
        seen.add(text)
    return row


def _lists(piece: Piece) -> bool:
    return piece.role in {"item", "paragraph"}


def _leave_out_the_rest(pieces: Sequence[Piece]) -> list[Piece]:
    """Sections that follow an article on its page: comments, related articles, share buttons."""
    row = list(pieces)
    under = 0
    for at, piece in enumerate(pieces):
        if piece.role == "heading":
            rest = phrases.HEADINGS_OF_REST.match(normalise(piece.text))
            under = piece.level if rest else (0 if piece.level <= under else under)
        if under and piece.role != "out":
            row[at] = out(piece.text, "around the article")
    return row


def _level(pieces: Sequence[Piece]) -> list[Piece]:
    """Levels as sections need them: the title alone is 1, and the highest of the others 2."""
    heads = [at for at, piece in enumerate(pieces) if piece.role == "heading"]
    first = [at for at in heads if pieces[at].level == 1]
    title = first[0] if first and (first[0] == heads[0] or len(first) == 1) else -1
    shift = LESSON_LEVEL - min(
        (pieces[at].level for at in heads if at != title), default=LESSON_LEVEL
    )
    row = list(pieces)
    for at in heads:
        if at != title:
            row[at] = replace(row[at], level=row[at].level + shift)
    return row
