"""From the parts of a lesson to its blocks.

Passages are plain text and a block's body is a small Markdown: what would mean something in
Markdown is escaped, so that a reader sees the article's own characters.
"""

from __future__ import annotations

import re
import uuid
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lessons.content import blocks
from lessons.content.article.passages import Passage, normalise
from lessons.content.article.phrases import CLOSING, split_speaker, split_term, story_name
from lessons.content.blocks import Block, Card
from lessons.content.derivation import questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lessons.content.derivation.parts import Part

NAMESPACE = uuid.UUID("6f0d7f3e-3c53-5d0c-9a51-5a3f8f4f0c11")
TEXT_PASSAGES = 5  # With the lesson's heading a block of running text names six passages at most.
BODY_MAX = 16_000
TITLE_MAX = 120
OFFER_TITLE = 90
NAME_MAX = 60
SPEAKER_WORDS = 7
FIRST_SENTENCE = re.compile(rf"^.{{2,{OFFER_TITLE}}}?[.!?…](?=\s)", re.S)
QUOTES = "“”„\"«»‘’'"

# What would mean something in Markdown, within a line and at its start.
SPECIAL = re.compile(
    r"[\\`*]|(?<!\w)_|_(?!\w)|\[(?=[^\]\n]*\]\()|<(?=[\w/!?])|&(?=#?\w+;)|(?<!\\)~(?=~)"
)
LINE_START = re.compile(
    r"^([ \t]*)(#(?=#{0,5}(?:\s|$))|>|[-+](?=\s|$|-)|=(?==*\s*$)|\||:(?=::)|\[(?=[^\]]*\]:))", re.M
)
NUMBERED = re.compile(r"^([ \t]*\d{1,9})(?=[.)](?:\s|$))", re.M)


class BlockIds:
    """Block ids that the passages decide, so that deriving again gives the same ones."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def next(self, kind: str, keys: Sequence[str]) -> uuid.UUID:
        """The id for a block of this kind on these passages; a second such block gets another."""
        name = f"{kind}:{','.join(keys)}"
        number = self.given[name] = self.given.get(name, 0) + 1
        return uuid.uuid5(NAMESPACE, name if number == 1 else f"{name}:{number}")


def write(
    parts: Sequence[Part], heading: Passage | None, above: Sequence[Passage], ids: BlockIds
) -> tuple[Block, ...]:
    """The blocks of one lesson: its parts in order, and a reflection before a closing offer.

    ``heading`` gives the lesson its title; ``above`` are the headings that no block shows, which
    count as passages of the first block.
    """
    made = [draft for group in _grouped(parts) for draft in _drafts(group, heading)]
    closing = 0
    while closing < len(made) and made[-closing - 1][0] is blocks.Offer:
        closing += 1
    made.insert(len(made) - closing, _reflection(parts, heading))
    result = []
    for at, (kind, keys, fields) in enumerate(made):
        unshown = [passage.key for passage in above] if at == 0 else []
        own = tuple(dict.fromkeys([*unshown, *keys]))
        result.append(kind(id=ids.next(kind.type, own), passages=own, **fields))
    return tuple(result)


Draft = tuple[type[Block], tuple[str, ...], dict[str, Any]]


def _grouped(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Paragraphs and sub-headings that follow each other go together; all else stands alone."""
    for running, group in groupby(parts, key=lambda part: part.kind in {"text", "heading"}):
        if not running:
            yield from ([part] for part in group)
            continue
        row = list(group)
        count = -(-len(row) // TEXT_PASSAGES)
        size = -(-len(row) // count)
        start = 0
        while start < len(row):
            end = min(start + size, len(row))
            if end < len(row) and row[end - 1].kind == "heading" and end - start > 1:
                end -= 1  # A sub-heading goes with what it heads.
            yield row[start:end]
            start = end


def _drafts(group: Sequence[Part], heading: Passage | None) -> list[Draft]:
    """The block for a group, or running text when its fields do not hold what the block needs."""
    part = group[0]
    write_it: dict[str, Callable[[Part, Passage | None], dict[str, Any] | None]] = {
        "quote": _quote, "cards": _cards, "selfcheck": _selfcheck, "story": _story, "offer": _offer,
    }  # fmt: skip
    passages = [passage for one in group for passage in one.all()]
    if part.kind in write_it:
        fields = write_it[part.kind](part, heading)
        if fields is not None and len(fields["body"]) <= BODY_MAX:
            return [(_CLASSES[part.kind], tuple(p.key for p in passages), fields)]
    return list(running(passages))


_CLASSES: dict[str, type[Block]] = {
    "quote": blocks.Quote,
    "cards": blocks.Cards,
    "selfcheck": blocks.SelfCheck,
    "story": blocks.Story,
    "offer": blocks.Offer,
}


def running(passages: Sequence[Passage]) -> Iterator[Draft]:
    """Text blocks: as many as the length asks for, each naming the passages in it."""
    body, depth = "", 0
    keys: list[str] = []
    for passage in passages:
        listed = passage.kind in {"item", "statement"}
        parting = "\n" if listed and depth else "\n\n"
        depth = min(max(passage.level, 1), depth + 1) if listed else 0
        text = _markdown(passage, depth)
        if body and len(body) + len(text) > BODY_MAX:
            yield blocks.Text, tuple(keys), {"body": body}
            body, keys = "", []
        body = f"{body}{parting}{text}" if body else text
        keys.append(passage.key)
    if body:
        yield blocks.Text, tuple(keys), {"body": body}


def _markdown(passage: Passage, depth: int) -> str:
    """A passage as a paragraph, a sub-heading, or an item ``depth`` lists deep."""
    text = clean(passage.text)
    if passage.kind == "heading":
        return f"### {escape(normalise(text))}"
    if depth:
        return f"{'  ' * (depth - 1)}- {item_of(text)}"
    return escape(text)


def item_of(text: str) -> str:
    """What an item of a list says, on one line; the cells of a table's row side by side."""
    return " · ".join(escape(normalise(cell)) for cell in clean(text).split("\t"))


def _quote(part: Part, _heading: Passage | None) -> dict[str, Any] | None:
    return quote_of(part.passages[0].text)


def quote_of(text: str) -> dict[str, Any] | None:
    """What was said and by whom: the fields of a quote, or None when the name is no name."""
    text = clean(text)
    said, _, source = text.rpartition("\n")  # Who said it may stand on a line of its own.
    if not said or len(source.split()) > SPEAKER_WORDS:
        said, source = split_speaker(text)
    said, source = said.strip(), source.strip().lstrip("–—- ")
    if len(source) > TITLE_MAX:
        return None
    if said[:1] in set(QUOTES) and said[-1:] in set(QUOTES) and len(said) > 2:  # noqa: PLR2004
        said = said[1:-1].strip()
    return {"source": normalise(source), "body": escape(said)}


def _cards(part: Part, _heading: Passage | None) -> dict[str, Any] | None:
    first, *rest = part.passages
    labels = clean(first.text).split("\t") if first.level == 0 and rest else []
    cards = []
    for passage in rest if labels else part.passages:
        card = _card(passage, labels, part.remarks.get(passage.key, []))
        if not card.title or not card.body:
            return None
        if len(card.title) > TITLE_MAX or len(card.body) > BODY_MAX:
            return None
        cards.append(card)
    return {"title": _title(part, None), "cards": tuple(cards), "body": _intro(part)}


def card_of(text: str) -> Card:
    """The card that an item alone becomes."""
    return _card(Passage("", "item", "", text, 1), [], [])


def _card(passage: Passage, labels: Sequence[str], remarks: Sequence[Passage]) -> Card:
    """A card for one item: its term, its explanation, and the remarks that follow it."""
    text = clean(passage.text)
    cells = text.split("\t")
    if len(cells) > 2:  # noqa: PLR2004
        names = [*labels[1:], *[""] * len(cells)]
        lines = (
            f"- {escape(f'{name}: {cell}' if name else cell)}"
            for name, cell in zip(names, cells[1:], strict=False)
        )
        term, body = cells[0], "\n".join(lines)
    else:
        term, body = split_term(text) or _first_sentence(text)
        body = escape(body)
    return Card(normalise(term), "\n\n".join([body, *(escape(clean(r.text)) for r in remarks)]))


def _first_sentence(text: str) -> tuple[str, str]:
    """The name and the body of a card whose item has no term of its own."""
    first, _, rest = text.partition(". ")
    return shorten(first, NAME_MAX), rest or text


def _selfcheck(part: Part, heading: Passage | None) -> dict[str, Any] | None:
    title = _title(part, heading) or "Herken je dit?"
    statements = tuple(normalise(clean(passage.text)) for passage in part.passages)
    return {"title": title, "statements": statements, "body": _intro(part)}


def _story(part: Part, _heading: Passage | None) -> dict[str, Any] | None:
    name = story_name(part.passages[0].text)
    body = "\n\n".join(escape(clean(passage.text)) for passage in part.passages)
    title = _title(part, None) or (f"Het verhaal van {name}" if name else "Een verhaal")
    return {"title": title, "body": body}


def _offer(part: Part, _heading: Passage | None) -> dict[str, Any] | None:
    return offer_of(part.passages[0].text)


def offer_of(text: str) -> dict[str, Any]:
    """A title and the rest: the fields of an offer."""
    text = clean(text)
    first = FIRST_SENTENCE.match(text)
    title = normalise(first[0]) if first else shorten(text, OFFER_TITLE)
    rest = text[first.end() :].strip() if first else ""
    return {"title": title, "body": escape(rest or text)}


def _reflection(parts: Sequence[Part], heading: Passage | None) -> Draft:
    """One question per lesson; it rests on the heading, or on the first passage without one."""
    own = [passage.key for part in parts for passage in part.all()][:1]
    keys = (heading.key,) if heading else tuple(own)
    return blocks.Reflection, keys, {"prompt": question_about(heading.text if heading else "")}


def question_about(heading: str) -> str:
    """The question that a lesson under this heading proposes."""
    return questions.question(clean(heading))


def _title(part: Part, heading: Passage | None) -> str:
    named = part.heading or heading
    return shorten(clean(named.text), TITLE_MAX) if named else ""


def _intro(part: Part) -> str:
    return escape(clean(part.intro.text)) if part.intro else ""


def clean(text: str) -> str:
    """Without the characters that no block may hold."""
    rows = blocks.CONTROL.sub("", text).split("\n")
    return "\n".join(row.strip() for row in rows).strip()


def escape(text: str) -> str:
    """Plain text as Markdown that shows exactly this text."""
    text = SPECIAL.sub(r"\\\g<0>", text)
    text = LINE_START.sub(r"\1\\\2", text)
    return NUMBERED.sub(r"\1\\", text)


def shorten(text: str, limit: int) -> str:
    """One line of at most ``limit`` characters, cut at a word."""
    line = normalise(text)
    if len(line) <= limit:
        return line
    return (line[:limit].rpartition(" ")[0] or line[: limit - 1]).rstrip(CLOSING + ",;:–- ") + "…"
