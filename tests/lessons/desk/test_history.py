"""The pages of *Geschiedenis*: editions, compared and restored, and who did what."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from courseapp.accounts import audit
from courseapp.accounts.models import MachineToken
from lessons.content import editing
from lessons.desk import history
from lessons.staff import release
from tests.counting import counting
from tests.factories import NOW, lessons_of, live, make_course, make_lesson, make_reader
from tests.factories import publish_all as publish
from tests.lessons.pages.opening import browser_of, links, the, tree

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from lessons.content.models import Course

pytestmark = pytest.mark.django_db


def staff() -> Client:
    return browser_of(make_reader(is_staff=True, email="anna@example.org"))


def get(client: Client, name: str, *args: object, **query: str) -> Response:
    return client.get(reverse(f"desk:{name}", args=args), query)


def text(response: Response) -> str:
    return " ".join(the(tree(response), "main").text().split())


def course_with_editions(count: int) -> Course:
    course = make_course(modules=1, lessons=1)
    for _ in range(count - 1):
        make_lesson(course.modules.get())
        publish(course)
    return course


def test_editions_stand_with_who_when_why_and_what_changed() -> None:
    course, anna = make_course(modules=1), make_reader(is_staff=True, email="anna@example.org")
    make_lesson(course.modules.get())
    modules = [course.modules.get().pk]
    release.publish(course=course, modules=modules, by=anna, now=NOW, note="Een les erbij")
    shown = text(get(staff_of(anna), "history", course.pk))
    for words in ("Editie 2", "zondag 22 november 2026, 21:15", "Anna", "Een les erbij"):
        assert words in shown
    assert "1 les nieuw" in shown
    assert "Anna publiceerde editie 2" in shown
    assert "De server publiceerde editie 1" in shown


def staff_of(person: object) -> Client:
    return browser_of(person)  # type: ignore[arg-type]


def test_a_course_that_was_never_published_says_so() -> None:
    assert "nog nooit gepubliceerd" in text(get(staff(), "history", make_course(live=False).pk))


def test_two_editions_are_compared_word_by_word_in_both_directions() -> None:
    course, client = make_course(modules=1, lessons=1), staff()
    lesson = lessons_of(course)[0]
    lesson.blocks[0]["body"] = "Het is stil in huis. Jij kijkt naar het raam."
    lesson.save()
    publish(course)
    there = tree(get(client, "compare", course.pk, a="1", b="2"))
    back = tree(get(client, "compare", course.pk, a="2", b="1"))
    assert (the(there, "ins").text(), the(back, "del").text()) == ("het raam", "het raam")
    same = get(client, "compare", course.pk, a="2", b="2")
    assert "woord voor woord gelijk" in text(same)


@pytest.mark.parametrize(
    ("a", "b"), [("", ""), ("1", "9"), ("x", "1"), ("-1", "1"), ("9" * 40, "1"), ("\x00", "1")]
)
def test_editions_that_are_not_there_are_not_found(a: str, b: str) -> None:
    assert get(staff(), "compare", make_course().pk, a=a, b=b).status_code == 404


def test_going_back_asks_first_and_then_makes_a_new_edition() -> None:
    course, client = course_with_editions(2), staff()
    address = reverse("desk:edition_restore", args=[course.pk, 1])
    asked = client.get(address)
    assert "Door deze publicatie gaan er geen mails uit" in text(asked)
    assert live(course).number == 2
    over = the(tree(asked), "input[name=over]").attributes["value"]
    answer = client.post(address, {"over": over, "note": "Toch liever zo"})
    assert answer.status_code == 302
    edition = live(course)
    assert (edition.number, edition.note) == (3, "Toch liever zo")
    after = client.get(answer["Location"])
    assert reverse("desk:edition_restore", args=[course.pk, 2]) in links(after)
    assert "Anna haalde editie 1 terug, als editie 3" in text(after)
    assert client.post(address, {"over": over}).status_code == 412
    now_live = get(client, "edition_restore", course.pk, 3)
    assert tree(now_live).css_first("main form") is None


@pytest.mark.parametrize("over", ["", "x", "\x00", str(uuid.UUID(int=9))])
def test_going_back_over_something_unseen_is_refused(over: str) -> None:
    course, client = course_with_editions(2), staff()
    address = reverse("desk:edition_restore", args=[course.pk, 1])
    assert client.post(address, {"over": over}).status_code == 412
    assert live(course).number == 2


@pytest.mark.parametrize("number", [0, 7, 10**30])
def test_an_edition_that_is_not_there_cannot_come_back(number: int) -> None:
    course, client = make_course(), staff()
    address = reverse("desk:edition_restore", args=[course.pk, number])
    assert client.get(address).status_code == client.post(address).status_code == 404


def test_an_edition_with_a_lesson_that_was_taken_out_comes_back_and_says_what_that_means() -> None:
    course, client = make_course(modules=1, lessons=2), staff()
    gone = lessons_of(course)[0]
    gone.retired_at = NOW
    gone.save()
    publish(course)
    address = reverse("desk:edition_restore", args=[course.pk, 1])
    asked = client.get(address)
    assert gone.title in text(asked)
    assert "In de werkversie blijft ze eruit" in text(asked)
    client.post(address, {"over": str(live(course).pk)})
    gone.refresh_from_db()
    assert gone.retired_at is not None
    reader = browser_of(make_reader())
    assert gone.title in reader.get(reverse("course", args=[course.slug])).content.decode()
    publish(course)
    assert gone.title not in reader.get(reverse("course", args=[course.slug])).content.decode()


def test_acts_are_told_in_sentences_and_can_be_those_of_one_lesson() -> None:
    course, anna = make_course(modules=1, lessons=2), make_reader(is_staff=True)
    one, other = lessons_of(course)
    for lesson in (one, other):
        state = editing.state_from_json({**editing.as_json(editing.state_of(lesson)), "minutes": 9})
        editing.save(lesson=lesson.pk, version=1, state=state, by=anna, now=NOW)
    client = staff()
    shown = text(get(client, "trail", course.pk))
    assert f"bewaarde de les “{one.title}”" in shown
    assert f"bewaarde de les “{other.title}”" in shown
    only = the(tree(get(client, "trail", course.pk, les=str(one.pk))), ".acts-of").text()
    assert one.title in only
    assert other.title not in only
    for odd in ("x", "\x00", str(uuid.uuid4())):
        assert get(client, "trail", course.pk, les=odd, blad="-3").status_code == 200


def test_an_act_nobody_wrote_a_sentence_for_is_told_by_its_name() -> None:
    course = make_course(modules=1)
    anna = make_reader(is_staff=True, email="anna@example.org")
    anna.acts_through = MachineToken.objects.create(  # type: ignore[misc]
        name="Het kantoor", digest="x", hint="x", made_by=anna, made_at=NOW
    )
    audit.record(by=anna, act="course.polished", on=course, now=NOW, name="X", after=["odd"])
    shown = text(get(staff_of(make_reader(is_staff=True)), "trail", course.pk))
    assert "Anna: course.polished, “X”" in shown
    assert "via Het kantoor" in shown


def test_long_lists_are_paged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "EDITIONS_A_PAGE", 2)
    monkeypatch.setattr(history, "ACTS_A_PAGE", 2)
    course, client = course_with_editions(5), staff()
    first = get(client, "history", course.pk)
    assert "?voor=4" in links(first)
    second = get(client, "history", course.pk, voor="4")
    assert "Editie 3" in text(second)
    assert "Editie 5" not in the(tree(second), ".editions").text()
    assert "?blad=2" in links(get(client, "trail", course.pk))
    assert "?blad=2" in links(get(client, "trail", course.pk, blad="3"))
    for odd in ("", "x", "0", "9" * 30):
        assert get(client, "history", course.pk, voor=odd).status_code == 200
        assert get(client, "trail", course.pk, blad=odd).status_code == 200


@pytest.mark.parametrize("count", [2, 9])
def test_the_pages_take_the_same_queries_for_many_editions(count: int) -> None:
    course, client = course_with_editions(count), staff()
    for name, args, query, most in (
        ("history", (), {}, 8),
        ("trail", (), {}, 5),
        ("compare", (), {"a": "1", "b": "2"}, 8),
        ("edition_restore", (1,), {}, 12),
    ):
        with counting() as seen:
            assert get(client, name, course.pk, *args, **query).status_code == 200
        assert int(seen) <= most, (name, str(seen))
