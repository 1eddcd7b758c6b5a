"""What search engines may know."""

from __future__ import annotations

import re

import pytest

from tests.factories import lessons_of, make_course, publish_all
from tests.lessons.pages.opening import address, browser_of, make_course_with_open_lesson
from tests.lessons.pages.test_public import make_article

pytestmark = pytest.mark.django_db


def test_the_sitemap_names_every_public_page_and_no_other() -> None:
    article = make_article()
    make_course(live=False)
    course = make_course_with_open_lesson()
    course.articles.add(article)
    first = lessons_of(course)[0]
    course.tagline = "anders"
    course.save()
    publish_all(course)
    response = browser_of().get("/sitemap.xml")
    found = re.findall(r"<loc>http://localhost:8000([^<]*)</loc>", response.content.decode())
    assert found == [
        "/",
        address("article", article.slug),
        address("course", course.slug),
        address("open_lesson", course.slug, first.slug),
        address("help"),
        address("about"),
        address("contact"),
        address("privacy"),
        address("terms"),
    ]
    assert all(browser_of().get(page).status_code == 200 for page in found)


def test_robots_are_told_where_the_map_is_and_what_is_private() -> None:
    response = browser_of().get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    text = response.content.decode()
    assert "Sitemap: http://localhost:8000/sitemap.xml" in text
    assert "Disallow: /mijn/" in text
