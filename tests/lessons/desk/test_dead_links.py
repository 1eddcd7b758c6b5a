"""Pages elsewhere that are no more: told on *Publiceren*, and on *Vandaag* before that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import translation

from lessons.content import outside
from lessons.content.asking_outside import Answer, Outcome
from lessons.desk import dead_links
from tests.counting import counting
from tests.factories import (
    NOW,
    lessons_of,
    make_block,
    make_course,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.lessons.pages.opening import browser_of, tree

if TYPE_CHECKING:
    from lessons.content.models import Course
    from lessons.desk.attention import Row

pytestmark = pytest.mark.django_db
GONE = "https://weg.example/"


def leading_to(*pages: str, live: bool = True) -> Course:
    """A course with a lesson for each of these pages, about which is asked."""
    course = make_course(modules=1, lessons=0, live=False)
    for number, page in enumerate(pages):
        block = make_block(body=f"[Hier]({page})")
        make_lesson(course.modules.get(), title=f"Les {number}", blocks=[block])
    if live:
        publish_all(course)
    outside.check_due(now=NOW, limit=99, ask=_answer)
    return course


def _answer(url: str) -> Answer:
    return Answer(Outcome.GONE if url.startswith(GONE) else Outcome.FINE, "said")


def rows() -> list[Row]:
    with translation.override("nl"):
        return list(dead_links.attention(make_reader(is_staff=True), NOW))


def test_the_page_for_publishing_names_it_and_takes_one_statement_more() -> None:
    course = leading_to(GONE, live=False)
    client = browser_of(make_reader(is_staff=True))
    address, lesson = reverse("desk:publish", args=[course.pk]), lessons_of(course)[0]
    shown = tree(client.get(address))
    (found,) = [item for item in shown.css("ul.findings li") if GONE in item.text()]
    assert found.text().endswith(
        f"Deze pagina bestaat niet meer: {GONE} (nagekeken op 22 november 2026)"
    )
    assert [link.attributes["href"] for link in found.css("a")] == [
        f"{reverse('desk:lesson', args=[lesson.pk])}#b-{lesson.blocks[0]['id']}",
        GONE,
    ]
    with counting() as dead:
        client.get(address)
    lesson.blocks[0]["body"] = "Niets."
    lesson.save()
    with counting() as none:
        client.get(address)
    assert int(dead) == int(none) + 1, dead


def test_a_published_course_that_leads_to_a_dead_page_is_a_row_that_leads_there() -> None:
    course = leading_to("https://er.example/", GONE)
    (row,) = rows()
    lesson = lessons_of(course)[1]
    assert row.title == f"“{course.title}” verwijst naar een pagina elders die niet meer opengaat"
    assert row.detail == f"Les 1: {GONE}"
    assert row.url == f"{reverse('desk:lesson', args=[lesson.pk])}#b-{lesson.blocks[0]['id']}"


def test_several_dead_pages_of_a_course_are_one_row_that_names_the_first_few() -> None:
    course = leading_to(*(f"{GONE}{'x' * 90}{n}" for n in range(5)), GONE)
    (row,) = rows()
    assert f"“{course.title}” verwijst naar 6 pagina's elders die niet meer opengaan" == row.title
    assert row.detail.startswith(f"Les 0: {GONE}xx")
    assert row.detail.endswith("x… · …")
    assert row.detail.count("Les ") == 3


def test_what_is_mended_or_read_by_nobody_asks_for_nothing() -> None:
    leading_to(GONE, live=False)
    course = leading_to(GONE)
    assert len(rows()) == 1
    lesson = lessons_of(course)[0]
    lesson.blocks = [make_block()]
    lesson.save()
    assert rows() == []


def test_it_takes_one_query_and_two_when_there_is_something_to_tell() -> None:
    person = make_reader(is_staff=True)
    leading_to("https://er.example/")
    with counting() as seen:
        assert list(dead_links.attention(person, NOW)) == []
    assert int(seen) == 1, seen
    leading_to(GONE, f"{GONE}nog")
    leading_to(GONE)
    with counting() as seen:
        assert len(list(dead_links.attention(person, NOW))) == 2
    assert int(seen) == 2, seen
