"""What a visitor sees: home, a course, an open lesson; and never more than that."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from lessons.content.models import Article, Passage, Revision
from tests.factories import lessons_of, make_block, make_course, publish_all
from tests.lessons.pages.opening import (
    address,
    browser_of,
    links,
    make_course_of_blocks,
    make_course_with_open_lesson,
    make_reading,
    the,
    tree,
)

pytestmark = pytest.mark.django_db
SECRET = "Deze zin staat alleen in een gesloten les."


def make_article(slug: str = "een-artikel") -> Article:
    article = Article.objects.create(
        slug=slug, title="Een artikel", description="Waarover.", public=True
    )
    revision = Revision.objects.create(
        article=article, number=1, source="", form="markdown", imported_at=datetime.now(UTC)
    )
    texts = [
        ("heading", "Een artikel", 1),
        ("paragraph", "Het begint stil.", 0),
        ("heading", "Een deel", 2),
        ("quote", "“Kijk maar.”", 0),
        ("statement", "Je belt niet terug.", 0),
        ("statement", "Je kijkt weg.", 0),
        ("heading", "Nog een deel", 2),
        ("item", "Muur – die houdt tegen", 1),
        ("call_to_action", "Ga verder in de training.", 0),
    ]
    Passage.objects.bulk_create(
        Passage(
            revision=revision,
            position=number,
            key=f"p-{number}",
            kind=kind,
            text=text,
            digest="",
            level=level,
        )
        for number, (kind, text, level) in enumerate(texts)
    )
    article.live_revision = revision
    article.save()
    return article


def test_home_leads_to_the_free_course_and_its_article() -> None:
    article = make_article()
    make_course(title="A: een training", access="granted")
    course = make_course(title="B: vrij", live=False)
    course.articles.add(article)
    publish_all(course)
    found = links(browser_of().get("/"))
    assert {address("course", course.slug), address("article", article.slug)} <= found


def test_home_lays_the_first_open_lesson_open_at_its_beginning() -> None:
    text = make_block("text", body="Het is vrijdag en de trein staat stil.")
    course, lesson = make_course_of_blocks([text])
    response = browser_of().get("/")
    assert "de trein staat stil" in the(tree(response), ".taste").text()
    assert address("open_lesson", course.slug, lesson.slug) in links(response)


def test_home_shows_nothing_of_a_course_without_an_open_lesson() -> None:
    make_course()
    assert not tree(browser_of().get("/")).css(".taste")


def test_home_shows_a_reader_the_way_to_their_courses() -> None:
    _reader, browser = make_reading(make_course())
    button = the(tree(browser.get("/")), ".hero .btn")
    assert button.attributes["href"] == address("my_courses")


def test_home_answers_before_anything_is_published() -> None:
    assert browser_of().get("/").status_code == HTTPStatus.OK


def test_an_article_shows_every_passage_and_a_way_to_its_course() -> None:
    article = make_article()
    course = make_course(live=False)
    course.articles.add(article)
    publish_all(course)
    response = browser_of().get(address("article", article.slug))
    page = tree(response)
    text = the(page, "article").text()
    for passage in Passage.objects.all():
        assert passage.text.partition(" – ")[0] in text
    assert [node.text() for node in page.css("article h2[id]")][1:] == ["Een deel", "Nog een deel"]
    assert address("course", course.slug) in links(response)


def test_an_article_that_is_not_live_is_not_there() -> None:
    article = make_article()
    article.live_revision = None
    article.save()
    response = browser_of().get(address("article", article.slug))
    assert response.status_code == HTTPStatus.NOT_FOUND


def test_a_visitor_sees_every_lesson_of_a_course_and_may_open_only_the_open_one() -> None:
    course = make_course_with_open_lesson()
    first, *others = lessons_of(course)
    response = browser_of().get(address("course", course.slug))
    for lesson in (first, *others):
        assert lesson.title in response.content.decode()
    found = links(response)
    assert address("open_lesson", course.slug, first.slug) in found
    assert address("enrol", course.slug) in found
    for lesson in others:
        assert address("open_lesson", course.slug, lesson.slug) not in found
        assert address("lesson", lesson.uuid) not in found


def test_a_reader_who_has_begun_finds_the_way_back_in() -> None:
    course = make_course_with_open_lesson()
    _reader, browser = make_reading(course)
    found = links(browser.get(address("course", course.slug)))
    assert address("continue", course.uuid) in found
    assert address("enrol", course.slug) not in found


def test_a_training_nobody_sold_yet_has_no_button_to_begin() -> None:
    course = make_course(access="granted")
    assert address("enrol", course.slug) not in links(
        browser_of().get(address("course", course.slug))
    )


def test_a_course_that_is_not_published_is_not_there() -> None:
    course = make_course(live=False)
    assert browser_of().get(address("course", course.slug)).status_code == HTTPStatus.NOT_FOUND


def test_an_open_lesson_is_read_by_a_visitor_and_asks_to_begin() -> None:
    course = make_course_with_open_lesson()
    first = lessons_of(course)[0]
    response = browser_of().get(address("open_lesson", course.slug, first.slug))
    assert "Het is stil in huis." in response.content.decode()
    assert address("enrol", course.slug) in links(response)


def test_a_closed_lesson_has_no_public_page_and_its_text_is_on_none() -> None:
    course = make_course_with_open_lesson()
    closed = lessons_of(course)[1]
    closed.blocks = [make_block(body=SECRET)]
    closed.save(update_fields=["blocks"])
    publish_all(course)
    browser = browser_of()
    response = browser.get(address("open_lesson", course.slug, closed.slug))
    assert response.status_code == HTTPStatus.NOT_FOUND
    for page in ("/", address("course", course.slug), address("enrol", course.slug)):
        assert SECRET not in browser.get(page).content.decode()


def test_public_pages_tell_search_engines_and_shared_links_what_they_are() -> None:
    course = make_course_with_open_lesson(tagline="Voor wie twijfelt")
    first = lessons_of(course)[0]
    for page in (
        "/",
        address("course", course.slug),
        address("open_lesson", course.slug, first.slug),
        address("about"),
        address("contact"),
        address("privacy"),
        address("terms"),
        address("help"),
    ):
        head = the(tree(browser_of().get(page)), "head")
        canonical = the(head, "link[rel=canonical]").attributes["href"] or ""
        assert canonical.endswith(page)
        assert head.css_first("meta[name=robots]") is None
        assert head.css_first("meta[property='og:image']") is not None
        assert "Ik kies jou" in the(head, "title").text()


def test_a_description_is_cut_at_a_word() -> None:
    course = make_course(tagline="Kort", description="woord " * 60)
    head = the(tree(browser_of().get(address("course", course.slug))), "head")
    said = the(head, "meta[name=description]").attributes["content"] or ""
    assert len(said) <= 156
    assert said.endswith("woord…")


def test_what_is_written_in_a_course_is_never_markup() -> None:
    course = make_course(title="<script>alert(1)</script>", description="<b onclick=x>dik</b>")
    html = browser_of().get(address("course", course.slug)).content.decode()
    assert "<script>alert" not in html
    assert "<b onclick" not in html


def test_an_article_that_is_not_public_is_nowhere_and_hinders_no_page() -> None:
    article = make_article()
    article.public, article.live_revision = False, None
    article.save()
    course = make_course(live=False)
    course.articles.add(article)
    publish_all(course)
    for path in ("/", f"/cursus/{course.slug}/", "/sitemap.xml"):
        response = browser_of().get(path)
        assert response.status_code == HTTPStatus.OK
        assert article.slug not in response.content.decode()
