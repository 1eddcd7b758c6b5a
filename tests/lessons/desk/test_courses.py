"""The page of a course: what is in it, moved and undone, with and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.test import Client

from lessons.content import structure
from lessons.content.models import Course, Lesson
from tests.counting import counting
from tests.factories import lessons_of, make_course, make_reader
from tests.signing import let_in

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db


def staff() -> Client:
    client = Client()
    let_in(client, make_reader(is_staff=True))
    return client


def act(client: Client, course: Course, what: str, **fields: object) -> HttpResponse:
    address = f"/beheer/cursussen/{course.pk}/doe/{what}/"
    answer: HttpResponse = client.post(address, fields, follow=True)  # type: ignore[assignment]
    return answer


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_the_list_and_the_page_of_a_course() -> None:
    course, client = make_course(), staff()
    assert course.title in text_of(client.get("/beheer/cursussen/"))  # type: ignore[arg-type]
    page = text_of(client.get(f"/beheer/cursussen/{course.pk}/"))  # type: ignore[arg-type]
    assert all(lesson.title in page for lesson in lessons_of(course))


@pytest.mark.parametrize("lessons", [2, 12])
def test_the_page_takes_the_same_queries_however_long_the_course(lessons: int) -> None:
    course, client = make_course(modules=3, lessons=lessons), staff()
    client.get(f"/beheer/cursussen/{course.pk}/")
    with counting() as count:
        client.get(f"/beheer/cursussen/{course.pk}/")
    assert int(count) <= 20, count


def test_a_lesson_is_moved_and_the_message_takes_it_back() -> None:
    course, client = make_course(modules=1, lessons=2), staff()
    first, second = lessons_of(course)
    answer = act(client, course, "les-omlaag", thing=first.pk)
    assert lessons_of(Course.objects.get()) == [second, first]
    entry = text_of(answer).split("/beheer/ongedaan/")[1].split("/")[0]
    client.post(f"/beheer/ongedaan/{entry}/")
    assert lessons_of(Course.objects.get()) == [first, second]


def test_things_are_added_taken_out_and_brought_back() -> None:
    course, client = make_course(modules=1, lessons=1), staff()
    act(client, course, "module-erbij", title="Nog een deel")
    module = course.modules.get(title="Nog een deel")
    act(client, course, "les-erbij", thing=module.pk, title="Nog een les")
    lesson = Lesson.objects.get(title="Nog een les")
    act(client, course, "verplicht", thing=lesson.pk)
    act(client, course, "open", thing=lesson.pk)
    lesson.refresh_from_db()
    assert (lesson.module, lesson.required, lesson.open_to_all) == (module, False, True)
    assert "eruit" in text_of(act(client, course, "les-eruit", thing=lesson.pk))
    act(client, course, "module-eruit", thing=module.pk)
    act(client, course, "module-terug", thing=module.pk)
    act(client, course, "les-terug", thing=lesson.pk)
    lesson.refresh_from_db()
    assert lesson.retired_at is None


@pytest.mark.parametrize("what", ["les-omhoog", "les-eruit", "module-eruit", "les-naar", "iets"])
@pytest.mark.parametrize("thing", ["", "geen-uuid", "\0", str(UUID(int=9))])
def test_what_is_not_there_is_told_and_nothing_moves(what: str, thing: str) -> None:
    course, client = make_course(), staff()
    before = structure.placed_in(course)
    answer = act(client, course, what, thing=thing, to="x")
    assert answer.status_code == 200
    assert 'class="error"' in text_of(answer)
    assert structure.placed_in(course) == before


def test_the_order_that_dragging_leaves_is_kept_and_half_of_one_refused() -> None:
    course, client = make_course(modules=2, lessons=2), staff()
    one, two = course.module_order
    a, b, c, d = (lesson.pk for lesson in lessons_of(course))
    address = f"/beheer/cursussen/{course.pk}/volgorde/"
    order = [
        f"module:{two}",
        f"lesson:{c}",
        f"lesson:{a}",
        f"lesson:{d}",
        f"module:{one}",
        f"lesson:{b}",
    ]
    client.post(address, {"order": order})
    course.refresh_from_db()
    assert [lesson.pk for lesson in lessons_of(course)] == [c, a, d, b]
    answer = client.post(address, {"order": order[:3]}, follow=True)
    assert 'class="error"' in answer.content.decode()
    assert [lesson.pk for lesson in lessons_of(course)] == [c, a, d, b]
    assert client.post(address, follow=True).status_code == 200


def settings_of(course: Course, **fields: object) -> dict[str, object]:
    return {
        "title": course.title, "slug": course.slug, "access": "free", "language": "nl",
        "opens": "once", **fields,
    }  # fmt: skip


def test_the_pace_and_the_rest_are_set_and_the_address_only_before_the_first_publication() -> None:
    draft, live, client = make_course(live=False), make_course(), staff()
    for course in (draft, live):
        sent = settings_of(
            course, title="Anders", slug="nieuw-adres", opens="paced", every_days=3, at="07:30"
        )
        assert client.post(f"/beheer/cursussen/{course.pk}/instellingen/", sent).status_code == 302
        course.refresh_from_db()
        assert (course.title, course.pace) == ("Anders", {"every_days": 3, "at": "07:30"})
    assert draft.slug == "nieuw-adres"
    assert live.slug != "nieuw-adres"


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"title": "x" * 201}, {"access": "iets"}, {"slug": "Geen Adres!"},
        {"opens": "paced", "every_days": "", "at": "07:00"}, {"opens": "paced", "every_days": "0"},
        {"opens": "paced", "every_days": "2", "at": "25:00"}, {"title": "a\0b"}, {"opens": ""},
    ],
)  # fmt: skip
def test_wrong_settings_are_told_at_the_field_and_keep_what_was_typed(
    wrong: dict[str, str],
) -> None:
    course, client = make_course(live=False), staff()
    sent = settings_of(course, tagline="Dit typte ik", **wrong)
    answer = client.post(f"/beheer/cursussen/{course.pk}/instellingen/", sent)
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert "Dit typte ik" in answer.content.decode()
    assert Course.objects.get().tagline == ""


def test_a_course_and_a_module_that_are_not_there_are_not_found() -> None:
    client = staff()
    for address in ("cursussen/{}/", "cursussen/{}/instellingen/", "modules/{}/"):
        assert client.get("/beheer/" + address.format(uuid4())).status_code == 404
