"""Whatever a browser sends: what was typed stays, and a sentence says what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from lessons.content.models import Lesson, UnsavedText
from tests.factories import NOW, make_block, make_lesson
from tests.lessons.desk.lesson_form import (
    JSON,
    a_lesson,
    address,
    block_ids,
    form_of,
    opened,
    staff_and_client,
)
from tests.lessons.pages.opening import the, tree

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from tests.lessons.desk.lesson_form import Form

pytestmark = pytest.mark.django_db


def sent(client: Client, lesson: Lesson, form: Form, **more: object) -> Response:
    answer: Response = client.post(address(lesson), {**form, **more})
    return answer


def told(page: Response, name: str) -> str:
    """The sentence at a field."""
    place = the(tree(page), f'[data-error-for="{name}"]')
    assert "hidden" not in place.attributes
    return place.text().strip()


@pytest.mark.parametrize("version", ["", "abc", "-1", "0", "9" * 30, "1.5", "²", None])
def test_a_form_that_does_not_say_its_version_is_kept_aside_not_saved(version: str | None) -> None:
    lesson, (person, client) = a_lesson(), staff_and_client()
    form = opened(client, lesson) | {"title": ["Getypt"]}
    form["version"] = [version] if version is not None else []
    answer = sent(client, lesson, form)
    aside = UnsavedText.objects.get(by=person)
    assert answer["Location"] == f"/beheer/niet-bewaard/{aside.pk}/"
    assert aside.state["title"] == "Getypt"
    assert Lesson.objects.get(pk=lesson.pk).title == lesson.title


def test_a_kind_that_does_not_exist_becomes_text_with_all_that_was_in_it() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    first = block_ids(lesson)[0]
    page = sent(client, lesson, opened(client, lesson) | {f"b.{first}.type": ["gedicht"]})
    assert page.status_code == 422
    assert "Zo’n soort blok bestaat niet" in told(page, f"b.{first}")
    form = form_of(page)
    assert form[f"b.{first}.body"] == ["Een *mooie* dag.\n\n- een\n- twee"]
    assert sent(client, lesson, form).status_code == 302


def test_a_block_that_comes_twice_is_shown_as_a_second_one() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    first = block_ids(lesson)[0]
    form = opened(client, lesson)
    form["order"].append(first)
    form[f"b.{first}.body"] = ["Het eerste.", "Het tweede."]
    page = sent(client, lesson, form)
    again = form_of(page)
    assert len(set(again["order"])) == 4
    assert "twee keer" in told(page, f"b.{again['order'][3]}")
    assert [again[f"b.{one}.body"] for one in (first, again["order"][3])] == [
        ["Het eerste."],
        ["Het tweede."],
    ]
    assert sent(client, lesson, again).status_code == 302
    assert len(block_ids(lesson)) == 4


def test_sixty_one_blocks_are_one_too_many() -> None:
    lesson, (_person, client) = a_lesson(*(make_block() for _ in range(60))), staff_and_client()
    form = opened(client, lesson)
    page = sent(client, lesson, form, act="add:text:end")
    assert "hooguit 60 blokken" in told(page, "all")
    assert len(form_of(page)["order"]) == 61
    answer = client.post(address(lesson), form | {"act": ["add:text:end"]}, headers=JSON)
    assert answer.status_code == 422
    assert "60" in answer.json()["errors"]["all"]
    assert len(block_ids(lesson)) == 60


@pytest.mark.parametrize(
    ("kind", "field", "value", "said"),
    [
        ("text", "body", "a" * 20_001, "hooguit 20000 tekens en het zijn er nu 20001"),
        ("text", "body", "a\x00b", "niet getoond kan worden"),
        ("text", "body", "a\n::: text", "drie dubbele punten"),
        ("reflection", "prompt", "a" * 301, "hooguit 300"),
        ("reflection", "prompt", "a\x07b", "niet getoond kan worden"),
        ("exercise", "minutes", "veel", "heel getal"),
        ("exercise", "minutes", "601", "heel getal"),
        ("exercise", "minutes", "٣", "heel getal"),
        ("exercise", "steps", "a" * 301, "Regel 1 is te lang"),
        ("exercise", "steps", "\n".join(["stap"] * 41), "hooguit 40"),
        ("callout", "tone", "hard", "Kies een van deze"),
    ],
)
def test_a_value_that_does_not_fit_stays_and_says_why(
    kind: str, field: str, value: str, said: str
) -> None:
    lesson, (_person, client) = a_lesson(make_block(kind)), staff_and_client()
    block = block_ids(lesson)[0]
    name = f"b.{block}.{field}"
    form = opened(client, lesson) | {name: [value], "title": ["Getypt"]}
    page = sent(client, lesson, form)
    assert page.status_code == 422
    assert said in told(page, name)
    again = form_of(page)
    assert again["title"] == ["Getypt"]
    if field != "tone":
        assert again[name] == [value.replace("\x00", "").replace("\x07", "")]
    answer = client.post(address(lesson), form | {"automatic": ["1"]}, headers=JSON)
    assert said in answer.json()["errors"][name]
    assert Lesson.objects.get(pk=lesson.pk).version == lesson.version


@pytest.mark.parametrize("title", ["", "   ", "\t\n", "a" * 201, "a\x00b"])
def test_a_lesson_without_a_title_that_fits_keeps_everything_else(title: str) -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    page = sent(client, lesson, opened(client, lesson) | {"title": [title], "lead": ["Getypt"]})
    assert page.status_code == 422
    assert told(page, "title")
    assert form_of(page)["lead"] == ["Getypt"]


def test_cards_that_do_not_fit_say_which_one() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    name = f"b.{block_ids(lesson)[2]}.cards"
    form = opened(client, lesson) | {f"{name}.7.title": ["a" * 301], f"{name}.7.body": ["Erbij."]}
    page = sent(client, lesson, form)
    assert told(page, name).startswith("Kaart 2: ")
    assert form_of(page)[f"{name}.7.body"] == ["Erbij."]


def test_a_lesson_that_went_out_of_the_course_meanwhile_is_saved_and_says_so() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    form = opened(client, lesson) | {"title": ["Getypt"]}
    Lesson.objects.update(retired_at=NOW)
    page = client.post(address(lesson), form, follow=True).content.decode()
    assert "uit de cursus gehaald" in page
    assert Lesson.objects.get(pk=lesson.pk).title == "Getypt"


def test_for_a_lesson_that_never_was_the_typed_text_is_given_back() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    form = opened(client, lesson) | {"title": ["Getypt"]}
    nowhere = f"/beheer/les/{uuid4()}/"
    page = client.post(nowhere, form)
    assert page.status_code == 404
    assert "Getypt" in the(tree(page), "#typed").text()
    assert client.get(nowhere).status_code == 404
    assert client.post(nowhere, form, headers=JSON).json()["code"] == "lesson_not_found"


@pytest.mark.parametrize("name", [str(UUID(int=9)), "geen-uuid", "", "\x00"])
def test_an_order_that_names_a_block_that_is_not_there_keeps_the_others(name: str) -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    form = opened(client, lesson) | {"title": ["Getypt"]}
    form["order"].insert(1, name)
    page = sent(client, lesson, form)
    assert page.status_code == 422
    assert "volgorde" in told(page, "all")
    again = form_of(page)
    assert (again["order"], again["title"]) == (block_ids(lesson), ["Getypt"])


def test_a_block_that_is_another_lesson_s_becomes_one_of_its_own() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    other = make_lesson(lesson.module)
    stolen = other.blocks[0]["id"]
    form = opened(client, lesson)
    form["order"].append(stolen)
    form |= {f"b.{stolen}.type": ["text"], f"b.{stolen}.body": ["Van mij."]}
    page = sent(client, lesson, form)
    again = form_of(page)
    fresh = again["order"][-1]
    assert fresh != stolen
    assert "andere les" in told(page, f"b.{fresh}")
    assert again[f"b.{fresh}.body"] == ["Van mij."]
    assert sent(client, lesson, again).status_code == 302
    assert stolen not in block_ids(lesson)


def test_blocks_that_a_cut_off_form_lost_stay_where_they_were() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    one, two, three = block_ids(lesson)
    form = opened(client, lesson) | {"order": [one, three], "title": ["Getypt"]}
    sent(client, lesson, form)
    assert block_ids(lesson) == [one, two, three]
    assert Lesson.objects.get(pk=lesson.pk).title == "Getypt"


@pytest.mark.parametrize(
    "act",
    [
        *("dans", "add:gedicht:end", "up:", "up:x", f"remove:{UUID(int=9)}", "uncard:x:y", "card:"),
        *("insert:geen-passage", "link:\x00", "accept:x:y", f"accept:{UUID(int=9)}:y", "add"),
    ],
)
def test_a_button_that_means_nothing_says_so_and_keeps_what_was_typed(act: str) -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    form = opened(client, lesson) | {"title": ["Getypt"], "act": [act]}
    page = sent(client, lesson, form)
    if act == "add:gedicht:end":
        assert "soort" in told(page, "all")
    assert page.status_code == 422
    assert told(page, "all")
    assert form_of(page)["title"] == ["Getypt"]
    assert client.post(address(lesson), form, headers=JSON).status_code in {412, 422}


def test_an_empty_post_and_strange_methods_are_no_trouble() -> None:
    lesson, (_person, client) = a_lesson(), staff_and_client()
    assert client.post(address(lesson), {}).status_code == 422
    assert client.put(address(lesson)).status_code == 405
    assert block_ids(lesson) == [block["id"] for block in lesson.blocks]
    assert client.get(f"{address(lesson)}?blok=onzin").status_code == 200
