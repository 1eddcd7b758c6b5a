"""What the site says of itself: it never claims to diagnose, treat or cure.

Over all that a person reads: templates, mails, both catalogues, the sentences in code, and every
text of the shipped courses. Phrases that are allowed nevertheless stand in
``lessons/content/wording.yml``.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from courseapp import catalogues
from lessons.content import tics, wording

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[1]
# A template's comments are for who edits it.
COMMENTS = re.compile(r"\{#.*?#\}|\{% comment.*?%\}.*?\{% endcomment %\}|<!--.*?-->", re.S)
# When a mail goes is said to the machine.
MOMENT = re.compile(r"^trigger: [a-z]+$", re.M)


@cache
def texts() -> dict[str, str]:
    """Everything a person reads, by the name of where it stands."""
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "templates").rglob("*.txt"),
        *(ROOT / "lessons/courses").rglob("*.md"),
        *(ROOT / "lessons/courses").rglob("*.yaml"),
    ]
    found = {
        str(file.relative_to(ROOT)): MOMENT.sub("", COMMENTS.sub("", file.read_text("utf-8")))
        for file in sorted(files)
    }
    for language in catalogues.LANGUAGES:
        translations = (str(each.string) for each in catalogues.read(language) if each.id)
        found[f"catalogue {language}"] = "\n".join(translations)
    found["sentences in code"] = "\n".join(str(each.id) for each in catalogues.collect() if each.id)
    return found


def test_nothing_claims_to_diagnose_treat_or_cure() -> None:
    found = {name: wording.claims_in(text) for name, text in texts().items()}

    assert any("/mails/" in name for name in found)
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.slow
def test_each_allowed_phrase_is_still_used() -> None:
    everything = "\n".join(texts().values()).lower()

    assert [phrase for phrase in wording.allowed() if phrase.lower() not in everything] == []


@pytest.mark.parametrize(
    "text",
    ["Deze cursus geneest je.", "Een behandelplan", "zelfdiagnose", "It treats your fear", "Heal!"],
)
def test_a_claim_is_noticed(text: str) -> None:
    assert len(wording.claims_in(text, [])) == 1


def test_an_allowed_phrase_is_taken_out_whole_and_nothing_more() -> None:
    text = "Dit is Geen diagnose, of toch een diagnose?"

    assert wording.claims_in(text, ["geen diagnose"]) == ["diagnose"]


def test_no_lesson_holds_what_must_never_occur() -> None:
    found = {
        name: tics.found(text, tics.NEVER)
        for name, text in texts().items()
        if name.startswith("lessons/courses/")
    }

    assert found
    assert {name: pieces for name, pieces in found.items() if pieces} == {}


def test_lessons_hold_no_dashes_between_words() -> None:
    """Only the article may set a term apart from its explanation with one."""
    dash = re.compile(r"[–—]")
    found = [
        name
        for name, text in texts().items()
        if name.startswith("lessons/courses/") and "/articles/" not in name and dash.search(text)
    ]

    assert found == []
