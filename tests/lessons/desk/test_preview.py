"""A preview is the reader's own page for any reader, and leaves nothing behind."""

from __future__ import annotations

import pytest
from django.test import Client

from lessons.content.models import Course, Edition, Lesson
from lessons.reading.models import Access, Completed, Enrolment, Finished, Opened, Position, Unlock
from tests.counting import counting
from tests.factories import (
    lessons_of,
    make_block,
    make_course,
    make_lesson,
    make_module,
    make_reader,
)
from tests.signing import let_in

pytestmark = pytest.mark.django_db


def staff() -> Client:
    client = Client()
    let_in(client, make_reader(is_staff=True))
    return client


def shown(client: Client, lesson: Lesson, reader: str = "new", status: int = 200) -> str:
    answer = client.get(f"/beheer/les/{lesson.pk}/voorbeeld/", {"als": reader})
    assert answer.status_code == status
    return str(answer.content.decode())


@pytest.mark.parametrize("reader", ["new", "midway", "done", "outside", "nobody", ""])
def test_nothing_is_recorded_whoever_is_played(reader: str) -> None:
    course, client = make_course(), staff()
    for lesson in lessons_of(course):
        shown(client, lesson, reader)
    client.get(f"/beheer/cursussen/{course.pk}/voorbeeld/", {"als": reader})
    for model in (Access, Completed, Enrolment, Finished, Opened, Position, Unlock):
        assert not model.objects.exists()
    assert Edition.objects.count() == 1


def test_it_shows_the_working_copy_while_readers_see_the_edition() -> None:
    course, client = make_course(), staff()
    lesson = lessons_of(course)[0]
    Lesson.objects.filter(pk=lesson.pk).update(
        title="Nieuwe titel", blocks=[make_block(body="Nieuwe woorden.")]
    )
    page = shown(client, lesson)
    assert "Nieuwe titel" in page
    assert "Nieuwe woorden." in page
    assert "Nieuwe titel" not in client.get(f"/cursus/{course.slug}/").content.decode()


def test_the_reader_halfway_and_the_one_who_is_done_see_where_they_stand() -> None:
    course, client = make_course(modules=1, lessons=4), staff()
    late = make_lesson(course.modules.get(), title="Later erbij")
    first = lessons_of(course)[0]
    assert 'class="done"' not in shown(client, first, "new")
    assert 'class="done"' in shown(client, first, "midway")
    assert 'class="done"' not in shown(client, late, "done")
    outline = client.get(f"/beheer/cursussen/{course.pk}/voorbeeld/", {"als": "done"})
    assert "Nieuw sinds je klaar was" in outline.content.decode()


def test_who_did_not_buy_it_sees_what_they_would_see() -> None:
    course, client = make_course(access="granted", modules=1, lessons=2), staff()
    closed, opened = lessons_of(course)
    Lesson.objects.filter(pk=opened.pk).update(open_to_all=True, blocks=[make_block(body="Proef.")])
    Lesson.objects.filter(pk=closed.pk).update(blocks=[make_block(body="Betaald.")])
    assert "Betaald." not in shown(client, closed, "outside")
    assert "Proef." in shown(client, opened, "outside")
    assert "Betaald." in shown(client, closed, "new")


def test_the_dates_of_a_pace_hold_for_who_just_began() -> None:
    course = make_course(modules=1, lessons=2, pace={"every_days": 2, "at": "07:00"})
    client, second = staff(), lessons_of(course)[1]
    Lesson.objects.filter(pk=second.pk).update(blocks=[make_block(body="Pas later.")])
    assert "Pas later." not in shown(client, second, "new")
    assert "Pas later." in shown(client, second, "midway")


def test_ways_on_lead_to_previews_and_nothing_in_the_page_writes() -> None:
    course, client = make_course(), staff()
    lesson = lessons_of(course)[0]
    Lesson.objects.filter(pk=lesson.pk).update(
        blocks=[make_block("selfcheck", title="Herken", statements=["Ik a.", "Ik b."])]
    )
    page = shown(client, lesson)
    for written in ("/mijn/les/", "/mijn/cursus/", 'method="post"', "hx-post", "data-position",
                    "csrfmiddlewaretoken", "/zelfcheck/"):  # fmt: skip
        assert written not in page, written
    assert f"/beheer/les/{lessons_of(course)[1].pk}/voorbeeld/?als=new" in page
    assert "data-selfcheck" in page


def test_an_empty_course_and_a_lesson_that_is_out_say_so() -> None:
    course, client = make_course(modules=0, live=False), staff()
    lesson = make_lesson(make_module(course, lessons=0), retired_at="2026-01-01T00:00Z")
    shown(client, lesson, status=404)
    answer = client.get(f"/beheer/cursussen/{course.pk}/voorbeeld/")
    assert answer.status_code == 404
    Course.objects.update(title="x")


@pytest.mark.parametrize("lessons", [1, 20])
def test_it_takes_the_same_queries_however_long_the_course(lessons: int) -> None:
    course, client = make_course(modules=2, lessons=lessons), staff()
    lesson = lessons_of(course)[0]
    with counting() as count:
        shown(client, lesson, "midway")
    assert int(count) <= 11, count
