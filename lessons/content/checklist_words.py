"""The sentences of the checklist: one for each finding, for the person who publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import _StrPromise

# %(first)s is the first piece of a finding, %(second)s the second, %(all)s all of them.
SENTENCES: dict[str, _StrPromise] = {
    "course_empty": gettext_lazy("No lesson would be left in this course."),
    "module_empty": gettext_lazy("The module “%(first)s” has no lessons yet."),
    "lesson_empty": gettext_lazy("This lesson is still empty."),
    "block_unfinished": gettext_lazy("Something is still missing here: %(all)s."),
    "alt_missing": gettext_lazy("Tell in words what can be seen or heard, for who cannot."),
    "address_twice": gettext_lazy("Another lesson has the same address: “%(first)s”."),
    "link_nowhere": gettext_lazy("This link leads nowhere: %(first)s"),
    "link_insecure": gettext_lazy("This link begins with http://, use https://: %(first)s"),
    "link_malformed": gettext_lazy("This link is not whole: %(first)s"),
    "link_gone": gettext_lazy("This page does not exist any more: %(first)s (asked on %(second)s)"),
    "link_failing": gettext_lazy(
        "This page has not opened since %(second)s: %(first)s. See whether it opens for you."
    ),
    "media_missing": gettext_lazy("This file is not there: %(first)s"),
    "offer_unknown": gettext_lazy("The course “%(first)s” does not exist."),
    "offer_not_live": gettext_lazy(
        "The course “%(first)s” is not public yet, so readers see no button to it."
    ),
    "claim": gettext_lazy("Medical words, with which the site promises nothing: %(all)s."),
    "never": gettext_lazy("These words hurt or ring hollow: %(all)s."),
    "title_twice": gettext_lazy("Two lessons have this title: “%(first)s”."),
    "no_reflection": gettext_lazy("This lesson asks the reader nothing: it has no reflection."),
    "only_exercise": gettext_lazy("This lesson has an exercise and no reflection."),
    "no_minutes": gettext_lazy("The reading time is 0 minutes. Counted: about %(first)s."),
    "minutes_far": gettext_lazy(
        "The reading time says %(first)s minutes. Counted: about %(second)s."
    ),
    "hard_to_read": gettext_lazy(
        "This reads with some effort: %(first)s on the scale of Flesch-Douma, easy is 60 or more."
    ),
    "long_sentences": gettext_lazy("Long sentences, more than 22 words: %(all)s"),
    "tics": gettext_lazy("Turns of phrase that are seen often: %(all)s"),
}
FIELDS: dict[str, _StrPromise] = {
    "body": gettext_lazy("the text"),
    "cards": gettext_lazy("the cards"),
    "title": gettext_lazy("the title"),
    "statements": gettext_lazy("at least two statements"),
    "prompt": gettext_lazy("the question"),
    "steps": gettext_lazy("a step without words"),
    "src": gettext_lazy("the file or the address"),
}


def sentence_of(code: str, pieces: Sequence[str]) -> str:
    """The sentence of a finding in the active language."""
    first, second = (*pieces, "", "")[:2]
    return str(SENTENCES[code]) % {
        "first": first,
        "second": second,
        "all": " · ".join(pieces),
    }


def field_word(name: str) -> str:
    """What a field of a block is called in a sentence."""
    return str(FIELDS.get(name, name))
