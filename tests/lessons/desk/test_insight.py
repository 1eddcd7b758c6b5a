"""*Inzicht* as pages: every plot has its table, nobody is named, and an empty course says so."""

from __future__ import annotations

import re
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.counting import counting
from tests.factories import make_course, make_reader
from tests.lessons.pages.opening import address, browser_of, links, the, tree
from tests.lessons.reading.test_insight import make_readers

if TYPE_CHECKING:
    from django.test import Client

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db


def practitioner() -> Client:
    return browser_of(make_reader(is_staff=True))


def make_read_course(title: str = "Kiezen") -> Course:
    course = make_course(modules=1, lessons=3, title=title)
    make_readers(course, 20, days=(0, 1, 2), began=timezone.now())
    make_readers(course, 10, days=(0,), began=timezone.now())
    return course


def test_each_plot_says_what_it_shows_and_stands_beside_a_table_of_the_same_figures() -> None:
    course = make_read_course()
    page = tree(practitioner().get(address("desk:insight", course.pk)))
    sections = page.css("section.figures")
    assert len(sections) == 3
    for section in sections:
        plot = the(section, "svg.plot")
        named = (plot.attributes["aria-labelledby"] or "").split()
        assert plot.attributes["role"] == "img"
        assert [the(section, f"#{name}").tag for name in named] == ["title", "desc"]
        cells = " ".join(cell.text() for cell in the(section, "table").css("th, td"))
        shown = [text.text().split(" · ")[0] for text in plot.css("text.figure, text.name")]
        figures = [words for words in shown if re.fullmatch(r"\d{2,}%?", words)]
        assert figures
        assert all(words in cells for words in figures)


def test_the_page_has_no_inline_style_and_no_script() -> None:
    course = make_read_course(title="<b>Kies</b>")
    html = practitioner().get(address("desk:insight", course.pk)).content.decode()
    assert " style=" not in html
    assert "<b>Kies" not in html
    assert "onclick" not in html


def test_identities_on_the_page_are_unique() -> None:
    course = make_read_course()
    page = tree(practitioner().get(address("desk:insight", course.pk)))
    found = [node.attributes["id"] for node in page.css("[id]")]
    assert len(found) == len(set(found))


def test_nobody_is_named() -> None:
    course = make_read_course()
    browser = practitioner()
    for page in (address("desk:insight", course.pk), address("desk:insights")):
        html = browser.get(page).content.decode()
        for enrolment in course.enrolments.select_related("reader"):
            assert enrolment.reader.email not in html


def test_a_course_that_is_not_published_leads_to_the_course() -> None:
    course = make_course(live=False)
    answer = practitioner().get(address("desk:insight", course.pk))
    assert address("desk:course", course.pk) in links(answer)
    assert not tree(answer).css("svg.plot")


def test_a_course_nobody_entered_leads_to_its_public_page() -> None:
    course = make_course()
    answer = practitioner().get(address("desk:insight", course.pk))
    assert address("course", course.slug) in links(answer)
    assert not tree(answer).css("svg.plot, table")


def test_of_fewer_than_five_the_page_says_only_that() -> None:
    course = make_course(modules=1, lessons=1)
    make_readers(course, 3, days=(0,))
    page = tree(practitioner().get(address("desk:insight", course.pk)))
    assert len(page.css("section.figures table")) == 1
    assert not page.css("svg.plot")
    assert "minder dan\N{NO-BREAK SPACE}5" in the(page, "table").text()


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["30", "90", "365", "all", "31", "", "x\0y", "9" * 400])
def test_a_period_is_one_of_four_and_anything_else_is_everybody(asked: str) -> None:
    course = make_read_course()
    browser = practitioner()
    for page in (address("desk:insight", course.pk), address("desk:insights")):
        answer = browser.get(page, {"period": asked})
        assert answer.status_code == HTTPStatus.OK
        here = the(tree(answer), ".periods a[aria-current]").attributes["href"]
        assert here == f"?period={asked if asked in {'30', '90', '365'} else 'all'}"


def test_the_overview_leads_to_every_course_in_the_period_one_looks_at() -> None:
    courses = [make_course(), make_course(live=False)]
    browser = practitioner()
    assert {address("desk:insight", one.pk) for one in courses} <= links(
        browser.get(address("desk:insights"))
    )
    assert {f"{address('desk:insight', one.pk)}?period=30" for one in courses} <= links(
        browser.get(address("desk:insights"), {"period": "30"})
    )


def test_the_overview_is_there_before_there_is_a_course() -> None:
    answer = practitioner().get(address("desk:insights"))
    assert address("desk:courses") in links(answer)


def test_a_course_nobody_made_is_not_there() -> None:
    answer = practitioner().get(address("desk:insight", uuid.uuid4()))
    assert answer.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.slow
def test_pages_keep_to_ten_statements_whatever_the_number_of_readers() -> None:
    course = make_read_course()
    browser = practitioner()
    seen: list[int] = []
    for _ in range(2):
        with counting() as count:
            browser.get(address("desk:insight", course.pk))
        assert int(count) <= 10, count
        seen.append(int(count))
        make_readers(course, 10, days=(0, 1))
    assert seen[1] <= seen[0]
    with counting() as count:
        browser.get(address("desk:insights"))
    assert int(count) <= 10, count


def test_the_page_is_in_the_room_insight_and_in_no_other() -> None:
    course = make_course()
    for name, args in (("desk:insight", [course.pk]), ("desk:insights", [])):
        page = tree(practitioner().get(address(name, *args)))
        assert [one.text() for one in page.css("header nav [aria-current]")] == ["Inzicht"]
