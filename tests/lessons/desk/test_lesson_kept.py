"""Texts that were not saved, and versions that were: shown, compared, had back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone

from lessons import tasks
from lessons.content.models import Lesson, LessonSave, UnsavedText
from tests.counting import counting
from tests.factories import make_block
from tests.lessons.desk.lesson_form import (
    JSON,
    LONG,
    a_lesson,
    address,
    block_ids,
    opened,
    staff_and_client,
)

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def conflict(lesson: Lesson, mine: Client, other: Client) -> str:
    """Two write at once; the address of the text that came second."""
    form, theirs = opened(mine, lesson), opened(other, lesson)
    other.post(address(lesson), theirs | {"title": ["Van haar"]})
    told = mine.post(
        address(lesson), form | {"lead": ["Van mij"], "automatic": ["1"]}, headers=JSON
    )
    assert told.status_code == 412
    assert told.json()["code"] == "changed_meanwhile"
    return str(told.json()["both"])


def test_both_texts_are_shown_and_mine_can_be_taken() -> None:
    lesson, (_me, mine), (she, hers) = a_lesson(), staff_and_client(), staff_and_client()
    both = conflict(lesson, mine, hers)
    page = mine.get(both).content.decode()
    assert "Van mij" in page
    assert "Van haar" in page
    assert she.email in page
    version = Lesson.objects.get(pk=lesson.pk).version
    mine.post(both, {"act": "take", "version": version})
    row = Lesson.objects.get(pk=lesson.pk)
    assert (row.title, row.lead) == (lesson.title, "Van mij")
    assert LessonSave.objects.filter(state__title="Van haar").exists()
    assert mine.get(both).status_code == 404


def test_what_stands_there_can_stay() -> None:
    lesson, (_me, mine), (_she, hers) = a_lesson(), staff_and_client(), staff_and_client()
    both = conflict(lesson, mine, hers)
    mine.post(both, {"act": "leave"})
    assert Lesson.objects.get(pk=lesson.pk).title == "Van haar"
    assert not UnsavedText.objects.exists()


def test_taking_mine_over_a_text_i_have_not_seen_shows_both_again() -> None:
    lesson, (_me, mine), (_she, hers) = a_lesson(), staff_and_client(), staff_and_client()
    both = conflict(lesson, mine, hers)
    for version in ("1", "", "x", "9" * 40):
        answer = mine.post(both, {"act": "take", "version": version})
        assert answer["Location"] == both
    assert Lesson.objects.get(pk=lesson.pk).title == "Van haar"


def test_another_person_s_unsaved_text_is_not_there() -> None:
    lesson, (_me, mine), (_she, hers) = a_lesson(), staff_and_client(), staff_and_client()
    both = conflict(lesson, mine, hers)
    assert hers.get(both).status_code == 404
    assert hers.post(both, {"act": "leave"}).status_code == 404
    assert UnsavedText.objects.exists()
    assert hers.get(f"/beheer/niet-bewaard/{uuid4()}/").status_code == 404


def test_the_editor_offers_its_writer_what_was_not_saved() -> None:
    lesson, (_me, mine), (_she, hers) = a_lesson(), staff_and_client(), staff_and_client()
    both = conflict(lesson, mine, hers)
    assert both in mine.get(address(lesson)).content.decode()
    assert both not in hers.get(address(lesson)).content.decode()


def test_a_save_that_loses_most_of_the_text_shows_both_without_scripts_too() -> None:
    lesson, (_me, mine) = a_lesson(make_block(body=LONG)), staff_and_client()
    name = f"b.{block_ids(lesson)[0]}.body"
    page = mine.post(address(lesson), opened(mine, lesson) | {name: ["Weg."]}, follow=True)
    assert "veel korter" in page.content.decode()
    assert Lesson.objects.get(pk=lesson.pk).blocks[0]["body"] == LONG


def test_taking_a_long_block_out_by_its_button_is_no_loss() -> None:
    lesson, (_me, mine) = a_lesson(make_block(body=LONG), make_block()), staff_and_client()
    form = opened(mine, lesson) | {"act": [f"remove:{block_ids(lesson)[0]}"]}
    assert "Blok verwijderd" in mine.post(address(lesson), form, follow=True).content.decode()
    assert len(block_ids(lesson)) == 1


def test_versions_are_listed_compared_and_had_back() -> None:
    lesson, (me, mine) = a_lesson(), staff_and_client()
    name = f"b.{block_ids(lesson)[0]}.body"
    mine.post(address(lesson), opened(mine, lesson) | {name: ["Een **lelijke** dag."]})
    versions = f"{address(lesson)}versies/"
    page = mine.get(versions).content.decode()
    assert me.email in page
    compared = mine.get(f"{versions}?versie={lesson.version}").content.decode()
    assert "<del>mooie</del>" in compared
    assert "<ins>lelijke</ins>" in compared
    mine.post(versions, {"versie": lesson.version, "gezien": lesson.version + 1})
    assert Lesson.objects.get(pk=lesson.pk).blocks == lesson.blocks


@pytest.mark.parametrize("asked", ["0", "99", "x", "", "9" * 30])
def test_a_version_that_is_not_kept_or_was_not_seen_changes_nothing(asked: str) -> None:
    lesson, (_me, mine) = a_lesson(), staff_and_client()
    mine.post(address(lesson), opened(mine, lesson) | {"title": ["Anders"]})
    versions = f"{address(lesson)}versies/"
    for fields in ({"versie": asked, "gezien": "2"}, {"versie": "1", "gezien": asked}, {}):
        assert "Anders" in mine.post(versions, fields, follow=True).content.decode()
    assert Lesson.objects.get(pk=lesson.pk).title == "Anders"
    assert mine.get(versions, {"versie": asked, "pagina": asked}).status_code in {200, 404}
    assert mine.get(f"/beheer/les/{uuid4()}/versies/").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("saves", [2, 30])
def test_the_versions_take_the_same_queries_however_many_there_are(saves: int) -> None:
    lesson, (_me, mine) = a_lesson(), staff_and_client()
    for number in range(saves):
        mine.post(address(lesson), opened(mine, lesson) | {"title": [f"Titel {number}"]})
    with counting() as count:
        mine.get(f"{address(lesson)}versies/?versie={lesson.version}")
    assert int(count) <= 5, count


def test_a_job_forgets_what_is_thirty_days_old() -> None:
    lesson, (_me, mine), (_she, hers) = a_lesson(), staff_and_client(), staff_and_client()
    conflict(lesson, mine, hers)
    tasks.forget_old()
    assert UnsavedText.objects.exists()
    old = timezone.now() - timedelta(days=31)
    UnsavedText.objects.update(at=old)
    LessonSave.objects.update(at=old)
    tasks.forget_old()
    assert not UnsavedText.objects.exists()
    assert not LessonSave.objects.exists()
