"""The page *Publiceren*: what is shown, what a click does, and what is refused."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from lessons.content import blocks, publishing
from lessons.content.models import Edition, Module
from lessons.desk import moments, publish
from lessons.reading import progress
from tests.counting import counting
from tests.factories import (
    NOW,
    lessons_of,
    live,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_module,
    make_reader,
    publish_all,
)
from tests.lessons.pages.opening import browser_of, links, the, tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db


def staff() -> Client:
    return browser_of(make_reader(is_staff=True, email="anna@example.org"))


def page(client: Client, course: Course, **query: str) -> Response:
    return client.get(reverse("desk:publish", args=[course.pk]), query)


def form_of(response: Response) -> dict[str, object]:
    """What the publish form would send."""
    form = the(tree(response), "section.act form")
    sent: dict[str, object] = {"module": []}
    for field in form.css("input"):
        name, value = field.attributes["name"] or "", field.attributes.get("value") or ""
        if name == "module":
            sent["module"] = [*sent["module"], value]  # type: ignore[misc]
        else:
            sent[name] = value
    return sent


def post(client: Client, name: str, course: Course, sent: Mapping[str, object]) -> Response:
    return client.post(reverse(f"desk:{name}", args=[course.pk]), sent)


def edited() -> Course:
    course = make_course(modules=2, lessons=2)
    lesson = lessons_of(course)[0]
    lesson.blocks[0]["body"] = "Het is stil in huis. Jij kijkt naar het raam."
    lesson.save()
    return course


def text(response: Response) -> str:
    return the(tree(response), "main").text()


def test_the_page_shows_the_words_that_change_and_who_notices() -> None:
    course, reader = edited(), make_reader()
    make_enrolment(reader, course)
    progress.finish(reader=reader, lesson=lessons_of(course)[1].pk, now=NOW)
    shown = page(staff(), course)
    assert shown.status_code == 200
    assert [one.text() for one in tree(shown).css("del")] == ["je telefoon"]
    assert [one.text() for one in tree(shown).css("ins")] == ["het raam"]
    assert "1 onderweg" in text(shown)
    assert "Door deze publicatie gaan er geen mails uit" in text(shown)


def test_publishing_makes_the_edition_and_says_where_to_see_and_undo_it() -> None:
    course, client = edited(), staff()
    sent = {**form_of(page(client, course)), "note": "Beter zo"}
    answer = post(client, "publish", course, sent)
    assert answer.status_code == 302
    edition = live(course)
    assert (edition.number, edition.note) == (2, "Beter zo")
    assert edition.published_by is not None
    after = client.get(answer["Location"])
    assert reverse("course", args=[course.slug]) in links(after)
    assert reverse("desk:edition_restore", args=[course.pk, 1]) in links(after)
    assert tree(after).css_first("section.act") is None


def test_a_first_publication_says_that_it_is_the_first() -> None:
    course, client = make_course(live=False), staff()
    shown = page(client, course)
    assert "eerste editie" in text(shown)
    answer = post(client, "publish", course, form_of(shown))
    assert live(course).number == 1
    after = client.get(answer["Location"])
    assert not [one for one in links(after) if one.endswith("/terug/")]


def test_what_changed_since_it_was_shown_is_shown_again_and_not_published() -> None:
    course, client = edited(), staff()
    sent = form_of(page(client, course))
    lesson = lessons_of(course)[1]
    lesson.title = "Tussendoor"
    lesson.save()
    answer = post(client, "publish", course, sent)
    assert answer.status_code == 412
    assert live(course).number == 1
    assert "Tussendoor" in text(answer)
    assert post(client, "publish", course, form_of(answer)).status_code == 302
    assert live(course).number == 2


def test_what_somebody_wrote_in_a_module_that_was_not_chosen_does_not_matter() -> None:
    course, client = edited(), staff()
    sent = form_of(page(client, course))
    lesson = lessons_of(course)[3]
    lesson.title = "Tussendoor"
    lesson.save()
    assert post(client, "publish", course, sent).status_code == 302
    assert "Tussendoor" in text(page(client, course))


def test_what_somebody_else_published_meanwhile_is_not_published_over() -> None:
    course, client = edited(), staff()
    sent = form_of(page(client, course))
    lesson = lessons_of(course)[3]
    lesson.title = "Tussendoor"
    lesson.save()
    publish_all(course)
    answer = post(client, "publish", course, sent)
    assert (answer.status_code, live(course).number) == (412, 2)
    assert "Lezers zien alles wat je schreef" in text(answer)


def test_publishing_twice_by_a_double_click_publishes_once() -> None:
    course, client = edited(), staff()
    sent = form_of(page(client, course))
    answers = [post(client, "publish", course, sent).status_code for _ in range(2)]
    assert answers == [302, 412]
    assert Edition.objects.filter(course=course).count() == 2


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"module": "niets"},
        {"module": "\x00", "shown": "\x00"},
        {"module": str(uuid.uuid4()), "shown": "x"},
        {"shown": "x" * 100_000},
        {"note": "x" * 301},
    ],
)
def test_bad_input_publishes_nothing_and_is_no_fault(sent: dict[str, object]) -> None:
    course, client = edited(), staff()
    for name in ("publish", "publish_plan", "publish_cancel"):
        assert post(client, name, course, sent).status_code in {302, 400, 404, 412}
    assert live(course).number == 1
    assert not Module.objects.exclude(publish_at=None).exists()


def test_a_note_that_is_too_long_is_refused_with_the_page() -> None:
    course, client = edited(), staff()
    sent = {**form_of(page(client, course)), "note": "x" * 301}
    answer = post(client, "publish", course, sent)
    assert (answer.status_code, live(course).number) == (400, 1)
    assert "300" in text(answer)


def test_a_course_that_is_not_there_is_not_found() -> None:
    client = staff()
    for name in ("publish", "publish_plan", "publish_cancel"):
        address = reverse(f"desk:{name}", args=[uuid.uuid4()])
        assert client.post(address).status_code == 404


def test_a_module_that_exchanged_a_lesson_comes_along_and_the_page_says_why() -> None:
    course, client = make_course(modules=2, lessons=2), staff()
    one, other = sorted(
        course.modules.all(), key=lambda row: course.module_order.index(str(row.pk))
    )
    wanderer = lessons_of(course)[0]
    wanderer.module = other
    wanderer.save()
    shown = page(client, course, module=str(one.pk))
    assert f"Gaat mee: {other.title}" in text(shown)
    assert form_of(shown)["module"] == [str(one.pk)]
    post(client, "publish", course, form_of(shown))
    assert live(course).number == 2


def test_only_modules_with_changes_are_to_choose_and_none_may_be_chosen() -> None:
    course, client = edited(), staff()
    first = lessons_of(course)[0].module
    boxes = tree(page(client, course)).css("input[type=checkbox]")
    assert [box.attributes["value"] for box in boxes] == [str(first.pk)]
    nothing = page(client, course, chosen="1")
    assert "Er is niets gekozen" in text(nothing)
    assert page(client, course, module="niets").status_code == 200


def test_what_is_not_finished_stops_the_button_and_leads_to_its_place() -> None:
    course, client = edited(), staff()
    lesson = lessons_of(course)[0]
    quote = blocks.from_json({"id": str(uuid.uuid4()), "type": "quote"}).as_json()
    lesson.blocks.append(quote)
    lesson.save()
    shown = page(client, course)
    assert f"{reverse('desk:lesson', args=[lesson.pk])}#b-{quote['id']}" in links(shown)
    assert tree(shown).css_first("section.act form") is None
    sent = {"module": str(lesson.module_id), "shown": ""}
    assert post(client, "publish", course, sent).status_code == 412


def test_a_moment_is_said_back_in_words_before_it_is_planned() -> None:
    course, client = edited(), staff()
    day = timezone.localdate() + timedelta(days=3)
    sent = {**form_of(page(client, course)), "date": day.isoformat(), "time": "07:00"}
    asked = post(client, "publish_plan", course, sent)
    assert asked.status_code == 200
    assert "om 07:00, over 3 dagen" in text(asked)
    assert not Module.objects.exclude(publish_at=None).exists()
    form = the(tree(asked), "main form")
    sure = {
        field.attributes["name"] or "": field.attributes.get("value") or ""
        for field in form.css("input")
    }
    assert post(client, "publish_plan", course, dict(sure)).status_code == 302
    module = lessons_of(course)[0].module
    module.refresh_from_db()
    assert module.publish_at is not None
    assert timezone.localtime(module.publish_at).hour == 7
    shown = page(client, course)
    assert "over 3 dagen, door Anna" in text(shown)
    answer = post(client, "publish_cancel", course, {"module": str(module.pk)})
    assert answer.status_code == 302
    module.refresh_from_db()
    assert module.publish_at is None


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [
        ("2026-11-20", "07:00", "al voorbij"),
        ("2029-01-01", "07:00", "twee jaar"),
        ("2027-03-28", "02:30", "bestaat niet"),
        ("", "", "Geef een dag"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_with_a_sentence(
    day: str, hour: str, words: str
) -> None:
    course = edited()
    with time_machine.travel(NOW, tick=False):
        client = staff()
        sent = {**form_of(page(client, course)), "date": day, "time": hour}
        answer = post(client, "publish_plan", course, sent)
    assert answer.status_code == 400
    assert words in text(answer)
    assert the(tree(answer), "#date").attributes["aria-invalid"] == "true"


def test_the_hour_that_comes_twice_means_the_first_and_says_so() -> None:
    course = edited()
    with time_machine.travel(NOW, tick=False):
        client = staff()
        sent = {**form_of(page(client, course)), "date": "2027-10-31", "time": "02:30"}
        asked = post(client, "publish_plan", course, sent)
    assert "De eerste keer is bedoeld" in text(asked)


def test_a_plan_that_failed_says_why_until_it_is_put_away() -> None:
    course, client = edited(), staff()
    course.modules.update(publish_error="Er is niets nieuws om te publiceren.")
    assert "niets nieuws" in text(page(client, course))
    sent = {"module": [str(one.pk) for one in course.modules.all()]}
    post(client, "publish_cancel", course, sent)
    assert not course.modules.exclude(publish_error="").exists()


def test_moments_in_words() -> None:
    with translation.override("nl"):
        for hours, words in ((0, "elk moment"), (2, "over 2 uur"), (10, "morgen"), (80, "over 4")):
            assert words in moments.in_words(NOW + timedelta(hours=hours), NOW)
        assert moments.in_words(NOW + timedelta(minutes=20), NOW).endswith("over 20 minuten")
        assert moments.day_and_hour(NOW) == "zondag 22 november 2026 om 21:15"


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_takes_ten_statements_however_many_readers_and_lessons(count: int) -> None:
    course = make_course(modules=2, lessons=3, pace={"every_days": 2, "at": "07:00"})
    lessons = lessons_of(course)
    for _ in range(count):
        reader = make_reader()
        make_enrolment(reader, course)
        progress.finish(reader=reader, lesson=lessons[0].pk, now=NOW)
    lessons[1].retired_at = NOW
    lessons[1].save()
    for _ in range(count):
        make_lesson(lessons[0].module, blocks=[make_block()])
    client = staff()
    with counting() as seen:
        shown = page(client, course)
    assert shown.status_code == 200
    assert int(seen) == 10, seen


def test_today_is_told_what_waits_what_is_planned_and_what_went_wrong() -> None:
    person = make_reader(is_staff=True)
    quiet, changed, draft = make_course(), edited(), make_course(live=False)
    planned, failed, late = edited(), make_course(), edited()
    planned.modules.update(publish_at=NOW + timedelta(days=1))
    failed.modules.update(publish_error="Ging niet.")
    late.modules.update(publish_at=NOW - timedelta(hours=1))
    rows = list(publish.attention(person, NOW))
    by = {
        course.title: sorted(
            one.weight
            for one in rows
            if f"{course.title}”" in one.title or f"{course.title}’" in one.title
        )
        for course in (quiet, changed, draft, planned, failed, late)
    }
    assert by == {
        quiet.title: [],
        changed.title: ["waiting"],
        draft.title: ["waiting"],
        planned.title: ["planned", "waiting"],
        failed.title: ["broken"],
        late.title: ["broken", "waiting"],
    }
    assert {one.detail for one in rows if one.weight == "broken"} >= {
        f"Ging niet. ({', '.join(one.title for one in publishing.working_copy(failed).modules)})"
    }


@pytest.mark.parametrize("count", [1, 6])
def test_today_s_rows_take_the_same_few_queries_for_many_courses(count: int) -> None:
    person = make_reader(is_staff=True)
    for _ in range(count):
        edited()
    with counting() as seen:
        assert len(list(publish.attention(person, NOW))) == count
    assert int(seen) == 5, seen


def test_a_new_module_is_shown_as_one() -> None:
    course, client = make_course(modules=1), staff()
    make_module(course, lessons=1, title="Een nieuw deel")
    assert "Een nieuw deel" in text(page(client, course))
    publish_all(course)
    assert "Lezers zien alles wat je schreef" in text(page(client, course))


def test_what_readers_see_and_changed_is_ticked_and_a_module_they_never_saw_waits() -> None:
    course = make_course(modules=1, lessons=1)
    seen = course.modules.get()
    new = make_module(course, title="Straks")
    make_lesson(new)
    (row,) = publish.attention(make_reader(is_staff=True), NOW)
    assert (row.title, row.detail) == (
        f"“{course.title}” heeft een module die nog niet is gepubliceerd",
        "Nog niet gepubliceerd: Straks",
    )
    lesson = seen.lessons.get()
    lesson.title = "Anders"
    lesson.save()
    shown = tree(page(staff(), course))
    boxes = {
        box.attributes["value"]: "checked" in box.attributes for box in shown.css(".check input")
    }
    assert boxes == {str(seen.pk): True, str(new.pk): False}
    assert "nog niet gepubliceerd" in the(shown, f"label[for=m-{new.pk}]").text()
    (row,) = publish.attention(make_reader(is_staff=True), NOW)
    assert row.detail == "1 les veranderd. Nog niet gepubliceerd: Straks"
