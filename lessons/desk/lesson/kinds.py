"""What each kind of block is called, and what its fields ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lessons.desk.block_names import NAMES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Sentence

LABELS: dict[str, Sentence] = {
    "title": _("Title"),
    "body": _("Text"),
    "source": _("Who says this"),
    "cards": _("Cards"),
    "invented": _("This example is invented"),
    "statements": _("Statements"),
    "closing": _("Closing sentence"),
    "prompt": _("Question"),
    "in_mind": _("Only to think about"),
    "example": _("An example"),
    "minutes": _("Minutes"),
    "sheet": _("Name of the sheet to print"),
    "steps": _("Steps"),
    "kind": _("What is it?"),
    "src": _("File or address"),
    "alt": _("Description"),
    "caption": _("Caption"),
    "tone": _("What kind of callout?"),
    "course": _("Which course?"),
    "label": _("Words on the button"),
}
# What a field is called in one kind of block only.
OWN_LABELS: dict[tuple[str, str], Sentence] = {
    ("quote", "body"): _("The quote"),
    ("cards", "body"): _("Introduction"),
    ("story", "body"): _("The story"),
    ("selfcheck", "body"): _("Introduction"),
    ("reflection", "body"): _("Introduction"),
    ("exercise", "body"): _("Introduction"),
    ("media", "body"): _("Text below it"),
}
HELP: dict[tuple[str, str], Sentence] = {
    ("text", "body"): _("A blank line begins a new paragraph."),
    ("quote", "source"): _("May stay empty."),
    ("cards", "title"): _("May stay empty."),
    ("cards", "cards"): _("Two to four read well: a few words as title, then a sentence or two."),
    ("story", "title"): _("Short, such as the thing or the place it is about."),
    ("story", "invented"): _("The reader then sees “An invented example” above it."),
    ("selfcheck", "title"): _("A question, such as “Do you know this of yourself?”"),
    ("selfcheck", "body"): _("Say which moments to think of."),
    ("selfcheck", "statements"): _(
        "One on each line, “I …”, one thing somebody does per sentence. At least two."
    ),
    ("selfcheck", "closing"): _("Shown after counting. No verdict: the reader knows best."),
    ("reflection", "title"): _("Without a title it says “To think about”."),
    ("reflection", "prompt"): _("One open question."),
    ("reflection", "example"): _("How somebody else might answer; it lowers the threshold."),
    ("reflection", "in_mind"): _(
        "For what nobody may find: the reader is asked not to write it down, and nothing is kept."
    ),
    ("exercise", "title"): _("What one does, in a word or two."),
    ("exercise", "sheet"): _("With a name the reader can print it, with room to write."),
    ("exercise", "minutes"): _("At most how long it takes. 0: it does not say."),
    ("exercise", "steps"): _("One step on each line."),
    ("media", "alt"): _("What there is to see or hear, for who cannot. Readers need this."),
    ("media", "caption"): _("Stands below it. May stay empty."),
    ("callout", "title"): _("Without a title it gets one that fits the kind."),
    ("offer", "title"): _("What there is to find, without hurry."),
    ("offer", "label"): _("Without words it says “Read more about it”."),
}
OPTIONS: dict[str, Sentence] = {
    "image": _("A picture"),
    "audio": _("Sound"),
    "video": _("A film of our own"),
    "embed": _("A film elsewhere"),
    "note": _("Good to know"),
    "care": _("A word of care"),
    "recall": _("Something from before, asked back"),
}
# What a part of a comparison is called when it is no block.
PARTS: dict[str, Sentence] = {
    "title": _("Title"),
    "lead": _("Introduction below the title"),
    "settings": _("Settings"),
}


def label(kind: str, field: str) -> str:
    """What this field is called in this kind of block."""
    return str(OWN_LABELS.get((kind, field)) or LABELS[field])


def name(part: str) -> str:
    """What a kind of block, or another part of a lesson, is called."""
    return str(NAMES.get(part) or PARTS[part])
