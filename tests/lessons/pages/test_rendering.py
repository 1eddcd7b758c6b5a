"""How each kind of block looks as HTML."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.template.loader import render_to_string
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from lessons.content import blocks
from lessons.pages import rendering
from lessons.reading import outline
from tests.factories import NOW, make_block, make_course
from tests.lessons.pages.opening import address, browser_of, make_course_of_blocks, the, tree

pytestmark = pytest.mark.django_db
KINDS: dict[str, dict[str, Any]] = {
    "text": {"body": "Een alinea.\n\n### Een kop\n\nNog een."},
    "quote": {"body": "Kijk maar.", "source": "Uit het artikel"},
    "cards": {"cards": [{"title": "Muur", "body": "Houdt tegen."}], "title": "Twee dingen"},
    "story": {"title": "De was", "body": "Zondagochtend."},
    "selfcheck": {"title": "Herken je dit?", "statements": ["Ik kijk.", "Ik wacht."]},
    "reflection": {"prompt": "Wat merk je?", "example": "Ik merk dat ik stil word."},
    "exercise": {"title": "Kijken", "minutes": 8, "steps": ["Kies.", "Schrijf."]},
    "media": {"src": "/static/icon.png", "alt": "Twee lijnen"},
    "callout": {"tone": "care", "body": "Let op jezelf."},
    "offer": {"title": "Verder", "body": "Rustig aan.", "course": "bestaat-niet"},
}


def page_of(*blocks: dict[str, Any]) -> HTMLParser:
    course, lesson = make_course_of_blocks(blocks)
    return tree(browser_of().get(address("open_lesson", course.slug, lesson.slug)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_its_words_under_its_own_name(kind: str) -> None:
    block = make_block(kind, **KINDS[kind])
    node = the(page_of(block), f"#b-{block['id']}.block")
    assert node is not None
    html = node.html or ""
    for name, value in KINDS[kind].items():
        if isinstance(value, str) and name not in {"course", "tone", "body"}:
            assert value in html


def test_headings_of_a_lesson_leave_no_level_out() -> None:
    page = page_of(*(make_block(kind, **fields) for kind, fields in KINDS.items()))
    levels = [int((node.tag or "h0")[1]) for node in page.css("h1, h2, h3, h4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert levels.count(1) == 1


def test_an_invented_story_says_so_and_a_true_one_does_not() -> None:
    for invented, marks in ((True, 1), (False, 0)):
        page = page_of(make_block("story", body="Zondag.", invented=invented))
        assert len(page.css(".b-story .tag")) == marks


def test_a_reflection_asks_first_and_one_kept_in_mind_says_not_to_write() -> None:
    for in_mind, words in ((True, "schrijf het nergens op"), (False, "Schrijf het op papier")):
        block = make_block("reflection", prompt="Wie?", body="Rustig.", in_mind=in_mind)
        box = the(page_of(block), ".b-reflection")
        text = box.text()
        assert text.index("Wie?") < text.index("Rustig.") < text.index(words)
        assert ("in-mind" in (box.attributes["class"] or "")) is in_mind


def test_an_offer_links_only_a_course_that_is_live() -> None:
    live, draft = make_course(), make_course(live=False)
    offers = [
        make_block("offer", title="Verder", body="Rustig aan.", course=slug)
        for slug in (live.slug, draft.slug, "bestaat-niet")
    ]
    found = [node.attributes["href"] for node in page_of(*offers).css(".b-offer a")]
    assert found == [address("course", live.slug)]


@pytest.mark.parametrize("src", ["https://elders.example/x.png", "//elders.example/x.png", "x.png"])
def test_a_picture_of_another_host_is_not_asked_for(src: str) -> None:
    """It cannot be published; an edition of an earlier day may hold it."""
    block = blocks.from_json(make_block("media", src=src, alt="Iets"))
    page = HTMLParser(render_to_string("lessons/blocks/media.html", {"block": block}))
    assert the(page, ".b-media img").attributes["src"] in {"", None}


def test_what_is_written_in_a_block_is_never_markup() -> None:
    evil = "<img src=x onerror=alert(1)>"
    page = page_of(
        make_block(body=evil),
        make_block("selfcheck", title=evil, statements=[evil, "Ik."]),
        make_block("callout", body="[weg](javascript:alert)", title=evil),
    )
    article = the(page, "article")
    assert not article.css("img, script, [onerror]")
    assert not [a for a in article.css("a") if "javascript" in (a.attributes["href"] or "")]


def test_the_row_shows_all_lessons_by_module_and_in_a_long_course_the_module_alone() -> None:
    short, long = make_course(modules=2, lessons=3), make_course(modules=3, lessons=10)
    for course, groups, pieces in ((short, 2, 6), (long, 1, 10)):
        found = outline.of_course(slug=course.slug, reader=None, now=NOW)
        row = HTMLParser(rendering.stand(found, found.lines[-1]))
        assert (len(row.css("span")), len(row.css("i"))) == (groups, pieces)
        assert len(row.css("i.here")) == 1
