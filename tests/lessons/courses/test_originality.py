"""The shipped texts are our own: they share no run of eight words with the practice's article.

``overlap_hashes.txt`` holds what can be known of that article without holding it: of each run of
eight of its words (lower case, letters and digits only, parted by single spaces) the first eight
hex digits of the SHA-256. One line more is the hash of ``PROOF``, a sentence that stands in no
text at all: it shows that the file, the way of counting words and the search fit together.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.once

RUN = 8
ROOT = Path(__file__).parents[3]
HASHES = frozenset((Path(__file__).parent / "overlap_hashes.txt").read_text().split())
PROOF = "Deze proefzin over zeven paarse waterketels staat nergens."
TEXTS = {".md", ".yaml", ".html", ".txt"}


def runs_of(text: str) -> Iterator[str]:
    """Each run of eight words of a text, normalised."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower())
    for start in range(len(words) - RUN + 1):
        yield " ".join(words[start : start + RUN])


def copied(text: str) -> list[str]:
    """The runs of a text that the practice's article holds as well."""
    return [run for run in runs_of(text) if hashlib.sha256(run.encode()).hexdigest()[:8] in HASHES]


def shipped() -> list[Path]:
    """Every text of the shipped courses and of the pages and mails."""
    return sorted(
        path
        for folder in ("lessons/courses", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in TEXTS
    )


def test_no_text_shares_eight_words_in_a_row_with_the_practices_article() -> None:
    paths = shipped()
    assert sum("bindingsangst-ontmaskerd" in path.parts for path in paths) >= 14
    found = {str(path.relative_to(ROOT)): copied(path.read_text("utf-8")) for path in paths}
    assert {path: runs for path, runs in found.items() if runs} == {}


def test_a_copied_sentence_is_found_whatever_its_punctuation_and_line_ends() -> None:
    text = f"Eerst iets anders.\n\n**Deze** proefzin, over zeven\npaarse {PROOF[32:]} En door."
    assert copied(text) == ["deze proefzin over zeven paarse waterketels staat nergens"]
    assert copied(text.replace("zeven", "acht")) == []


def test_the_file_holds_the_whole_article_and_each_hash_once() -> None:
    lines = (Path(__file__).parent / "overlap_hashes.txt").read_text().splitlines()
    assert len(lines) > 1_700
    assert lines == sorted(set(lines))
    assert all(re.fullmatch(r"[0-9a-f]{8}", line) for line in lines)
