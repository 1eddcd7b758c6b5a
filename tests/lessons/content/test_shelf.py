"""The articles as the staff see them."""

from __future__ import annotations

import pytest
from django.utils import translation

from lessons.content import articles, blocks, drafting, shelf
from tests.factories import NOW
from tests.lessons.content.test_drafting import FIRST

pytestmark = pytest.mark.django_db


def test_the_list_tells_version_courses_and_how_many_blocks_are_behind() -> None:
    article = articles.add(source=FIRST, form="markdown", by=None, now=NOW)
    other = articles.add(source=f"{FIRST}\n\nNog iets.", form="markdown", by=None, now=NOW)
    course = drafting.derive_course(
        article=article, slug="wachten", title="Wachten", by=None, now=NOW
    )
    source = FIRST.replace("Wachten maakt", "Wachten rekt")
    articles.renew(article=article.pk, source=source, form="markdown", by=None, now=NOW)
    rows = {row.article: row for row in shelf.rows()}
    assert (rows[article].number, rows[article].courses, rows[article].stale) == (2, (course,), 1)
    assert (rows[other].number, rows[other].courses, rows[other].stale) == (1, (), 0)


def test_what_was_left_out_stands_in_its_place() -> None:
    source = f"avond\n\n{FIRST}".replace("## Herken", "Lees hier verder:\n\n## Herken")
    article = articles.add(source=source, form="text", by=None, now=NOW)
    lines = shelf.lines(shelf.newest(article))
    at = next(n for n, line in enumerate(lines) if line.reason == "link to read on")
    after = lines[at + 1]
    assert after.passage is not None
    assert after.passage.text.startswith("Herken")
    assert [(one.text, one.reason) for one in after.marks] == [("##", "heading mark")]


def test_a_version_that_did_not_note_the_place_has_them_at_the_end() -> None:
    article = articles.add(source=f"{FIRST}\n\n© De Kade", form="markdown", by=None, now=NOW)
    revision = shelf.newest(article)
    revision.left_out = [{"text": "avond", "reason": "picture caption"}]
    revision.save()
    assert shelf.lines(revision)[-1].text == "avond"


def test_a_block_that_cannot_be_is_refused_in_the_reader_s_language() -> None:
    with translation.override("nl"), pytest.raises(blocks.InvalidBlock, match="“tekst”"):
        blocks.tidy("x" * 11, name="body", limit=10)
    with translation.override("en"), pytest.raises(blocks.InvalidBlock, match="“body”"):
        blocks.tidy("x" * 11, name="body", limit=10)
