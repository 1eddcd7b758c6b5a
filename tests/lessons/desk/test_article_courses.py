"""*Artikelen*: making courses of an article, and what a new version of it does to them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from courseapp.accounts.models import AuditEntry
from lessons.content import editing, staleness
from lessons.content.models import Course
from lessons.desk import attention
from tests.counting import counting
from tests.factories import NOW, make_course, make_reader
from tests.lessons.content.test_drafting import FIRST
from tests.lessons.desk.articling import a_course, an_article, renew
from tests.lessons.pages.opening import address, browser_of, links, the, tree

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def person() -> User:
    return make_reader(is_staff=True)


@pytest.fixture
def desk(person: User) -> Client:
    return browser_of(person)


# --- Courses ------------------------------------------------------------------------------------


def test_a_course_is_shown_before_it_is_made(desk: Client) -> None:
    article = an_article()
    url = address("desk:article_derive", article.pk)
    shown = tree(desk.get(url))
    assert [node.text() for node in shown.css(".drafted summary b")]
    assert the(shown, "#slug").attributes["value"] == "wachten-op-bericht"
    assert not Course.objects.exists()
    answer = desk.post(url, {"title": "Wachten", "slug": "wachten"})
    course = Course.objects.get()
    assert answer.headers["Location"] == address("desk:course", course.pk)
    assert AuditEntry.objects.filter(act="course.derived").exists()


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"title": "Wachten", "slug": "bezet"}, 409, "“bezet”"),
        ({"title": "Wachten", "slug": "Niet Goed!"}, 400, "niet-goed"),
        ({"title": "x" * 201, "slug": "goed"}, 400, "200"),
        ({"title": "a\0", "slug": "a\0"}, 400, "adres"),
    ],
)
def test_what_cannot_be_is_said_beside_what_was_typed(
    desk: Client, typed: dict[str, str], status: int, sentence: str
) -> None:
    make_course(slug="bezet", live=False)
    answer = desk.post(address("desk:article_derive", an_article().pk), typed)
    assert answer.status_code == status
    assert sentence in the(tree(answer), "[role=alert]").text()
    assert Course.objects.count() == 1


def test_blocks_are_ticked_and_only_those_are_added(desk: Client) -> None:
    article, course = an_article(), make_course(modules=1, live=False)
    url = address("desk:article_merge", article.pk, course.pk)
    boxes = tree(desk.get(url)).css("input[name=block][checked]")
    values = [node.attributes["value"] for node in boxes]
    assert len(values) > 2
    answer = desk.post(url, {"block": [values[0], "geen-uuid", str(uuid4())]})
    assert answer.headers["Location"] == address("desk:course", course.pk)
    left = {node.attributes["value"] for node in tree(desk.get(url)).css("input[name=block]")}
    assert left < set(values) - {values[0]}
    assert article in course.articles.all()


def test_a_course_that_has_it_all_says_so(desk: Client) -> None:
    article = an_article()
    course = a_course(article)
    answer = desk.get(address("desk:article_merge", article.pk, course.pk))
    assert tree(answer).css_first("input[name=block]") is None


# --- A new version ------------------------------------------------------------------------------


def test_a_new_version_shows_what_changed_and_the_blocks_it_touches(desk: Client) -> None:
    article = an_article()
    course = a_course(article)
    text = FIRST.replace("Wachten maakt", "Wachten rekt")
    answer = desk.post(address("desk:article_version", article.pk), {"text": text})
    assert answer.headers["Location"] == address("desk:article_changes", article.pk)
    shown = desk.get(answer.headers["Location"])
    assert {node.text() for node in tree(shown).css(".compared ins")} == {"rekt"}
    assert tree(shown).css_first(".compared details") is not None
    (stale,) = staleness.of_course(course)
    assert f"{address('desk:lesson', stale.lesson.pk)}#b-{stale.block}" in links(shown)
    accept = address("desk:stale_accept", stale.lesson.pk, stale.block, stale.passage)
    assert tree(shown).css_first(f'form[action="{accept}"]') is not None


def test_the_same_text_again_is_no_new_version(desk: Client) -> None:
    article = an_article()
    answer = desk.post(address("desk:article_version", article.pk), {"text": FIRST}, follow=True)
    assert article.revisions.count() == 1
    assert "versie 1" in the(tree(answer), ".messages").text()


def test_a_first_version_has_nothing_beside_it(desk: Client) -> None:
    assert desk.get(address("desk:article_changes", an_article().pk)).status_code == 200


@pytest.mark.parametrize("act", ["stale_accept", "stale_leave"])
def test_a_stale_block_is_accepted_or_left_and_it_can_be_undone(desk: Client, act: str) -> None:
    article = an_article()
    course = a_course(article)
    renew(article)
    (stale,) = staleness.of_course(course)
    back = address("desk:article_changes", article.pk)
    url = address(f"desk:{act}", stale.lesson.pk, stale.block, stale.passage)
    answer = desk.post(url, {"version": stale.lesson.version, "next": back})
    assert answer.headers["Location"] == back
    said = the(tree(desk.get(back)), ".messages")
    assert address("desk:lesson_versions", stale.lesson.pk) in (said.html or "")
    assert staleness.of_course(course) == []
    lesson = course.lessons.get(pk=stale.lesson.pk)
    assert lesson.version == stale.lesson.version + 1
    again = desk.post(url, {"version": lesson.version, "next": back}, follow=True)
    assert the(tree(again), ".messages li.warning").text()


@pytest.mark.parametrize("act", ["stale_accept_all", "stale_leave_all"])
def test_all_of_a_lesson_goes_at_once(desk: Client, act: str) -> None:
    article = an_article()
    course = a_course(article)
    renew(article)
    lesson = staleness.of_course(course)[0].lesson
    desk.post(address(f"desk:{act}", lesson.pk), {"version": lesson.version})
    assert staleness.of_course(course) == []


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 5_000, "²"])
def test_an_act_on_another_version_changes_nothing(desk: Client, version: str) -> None:
    article = an_article()
    course = a_course(article)
    renew(article)
    (stale,) = staleness.of_course(course)
    url = address("desk:stale_accept", stale.lesson.pk, stale.block, stale.passage)
    answer = desk.post(url, {"version": version})
    assert answer.headers["Location"].endswith(f"#b-{stale.block}")
    assert staleness.of_course(course)


@pytest.mark.parametrize("elsewhere", ["https://x.example/", "//x.example/", "javascript:alert(1)"])
def test_an_act_leads_to_no_other_site(desk: Client, elsewhere: str) -> None:
    article = an_article()
    course = a_course(article)
    renew(article)
    (stale,) = staleness.of_course(course)
    url = address("desk:stale_leave", stale.lesson.pk, stale.block, stale.passage)
    answer = desk.post(url, {"version": stale.lesson.version, "next": elsewhere})
    assert answer.headers["Location"].startswith("/beheer/")


def test_a_block_in_own_words_offers_no_acceptance(desk: Client) -> None:
    article = an_article()
    course = a_course(article)
    for lesson in course.lessons.all():
        state = editing.state_of(lesson)
        lesson.blocks = [{**one.as_json(), "body": "Zelf geschreven."} for one in state.blocks]
        lesson.save()
    renew(article)
    shown = tree(desk.get(address("desk:course_stale", course.pk)))
    assert shown.css_first('.stale form[action$="/laten-staan/"]') is not None
    assert shown.css_first('.stale form[action$="/overnemen/"]') is None
    assert "eigen woorden" in the(shown, ".stale").text()


# --- Coverage and attention ---------------------------------------------------------------------


def test_coverage_leads_to_every_gap(desk: Client) -> None:
    article = an_article()
    course = a_course(article)
    lesson = course.lessons.get(title="Wat wachten doet")
    freed = lesson.blocks[0]
    key = freed["passages"][-1]
    freed["passages"] = []
    lesson.save()
    shown = desk.get(address("desk:coverage", course.pk))
    assert f"{address('desk:article', article.pk)}?passage={key}#p-{key}" in links(shown)
    assert f"{address('desk:lesson', lesson.pk)}#b-{freed['id']}" in links(shown)
    text = desk.get(address("desk:article", article.pk))
    assert "nog in geen les" in the(tree(text), f"#p-{key}").text()


def test_an_article_that_moved_on_asks_for_attention_once_a_course(
    person: User, settings: Settings
) -> None:
    settings.ATTENTION = ["lessons.desk.articles.attention"]
    article = an_article()
    course = a_course(article)
    assert attention.rows(person=person, now=NOW) == []
    renew(article)
    (row,) = attention.rows(person=person, now=NOW)
    assert row.url == address("desk:course_stale", course.pk)
    assert course.title in row.title


# --- What is not there, and how much is asked of the database -----------------------------------


@pytest.mark.parametrize(
    "name",
    ["article", "article_settings", "article_version", "article_changes", "article_derive"],
)
def test_an_article_that_is_not_there_is_not_found(desk: Client, name: str) -> None:
    assert desk.get(address(f"desk:{name}", uuid4())).status_code == 404
    if name not in {"article", "article_changes"}:
        assert desk.post(address(f"desk:{name}", uuid4()), {"text": "x"}).status_code == 404


def test_a_course_or_lesson_that_is_not_there_is_not_found(desk: Client) -> None:
    article = an_article()
    assert desk.get(address("desk:article_merge", article.pk, uuid4())).status_code == 404
    assert desk.post(address("desk:article_merge", article.pk, uuid4())).status_code == 404
    assert desk.get(address("desk:coverage", uuid4())).status_code == 404
    assert desk.get(address("desk:course_stale", uuid4())).status_code == 404
    gone = address("desk:stale_accept", uuid4(), uuid4(), "weg")
    assert desk.post(gone, {"version": "1"}).status_code == 404
    assert desk.get(gone).status_code == 405
    assert desk.post(address("desk:stale_leave_all", uuid4())).status_code == 404


def statements(desk: Client, url: str) -> int:
    with counting() as count:
        assert desk.get(url).status_code == 200
    return int(count)


def test_no_page_asks_more_of_the_database_for_more_rows(desk: Client) -> None:
    article = an_article()
    course = a_course(article)
    renew(article)
    urls = [
        address("desk:articles"),
        address("desk:article", article.pk),
        address("desk:article_changes", article.pk),
        address("desk:article_derive", article.pk),
        address("desk:article_merge", article.pk, course.pk),
        address("desk:coverage", course.pk),
        address("desk:course_stale", course.pk),
    ]
    few = [statements(desk, url) for url in urls]
    for number in range(3):
        a_course(article, f"nog-een-{number}")
        a_course(an_article(FIRST.replace("Wachten op", f"Nog {number} op")), f"ander-{number}")
    renew(article, "De telefoon", "Een telefoon")
    assert [statements(desk, url) for url in urls] == few
    assert max(few) <= 20, few


def test_a_file_field_without_a_file_is_a_text_field(desk: Client) -> None:
    answer = desk.post(address("desk:article_new"), {"text": FIRST, "file": BytesIO(b"")})
    assert answer.status_code in {302, 400}
