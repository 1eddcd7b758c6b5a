"""Saving a lesson: two at once lose nothing, and thirty days are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from courseapp.accounts.models import AuditEntry, User
from lessons.content import editing
from lessons.content.models import Lesson, LessonSave, UnsavedText
from tests.factories import NOW, make_block, make_course, make_reader

pytestmark = pytest.mark.django_db
LONG = " ".join(["woord"] * 300)


def a_lesson() -> Lesson:
    lesson = make_course(modules=1, lessons=1).lessons.get()
    lesson.blocks = [make_block(body=LONG), make_block(body="Kort.")]
    lesson.save()
    return lesson


def titled(lesson: Lesson, title: str) -> editing.State:
    return replace(editing.state_of(lesson), title=title)


def save(lesson: Lesson, state: editing.State, by: User | None = None, **more: object) -> Lesson:
    fields: dict[str, object] = {"version": lesson.version, "now": NOW, **more}
    return editing.save(lesson=lesson.pk, state=state, by=by, **fields)  # type: ignore[arg-type]


def test_a_save_raises_the_version_keeps_both_and_is_written_down() -> None:
    lesson, staff = a_lesson(), make_reader(is_staff=True)
    saved = save(lesson, titled(lesson, "Nieuw"), staff)
    assert (saved.version, saved.title) == (lesson.version + 1, "Nieuw")
    kept = LessonSave.objects.filter(lesson=lesson).order_by("version")
    assert [one.state["title"] for one in kept] == [lesson.title, "Nieuw"]
    assert (entry := AuditEntry.objects.get(act="lesson.saved")).by == staff
    assert entry.after == {"version": saved.version}


def test_saving_the_same_changes_nothing() -> None:
    lesson = a_lesson()
    assert save(lesson, editing.state_of(lesson)).version == lesson.version
    assert not LessonSave.objects.exists()


def test_the_second_of_two_is_told_and_its_text_is_kept_for_its_writer_alone() -> None:
    lesson, anna, bert = a_lesson(), make_reader(is_staff=True), make_reader(is_staff=True)
    save(lesson, titled(lesson, "Van Anna"), anna)
    with pytest.raises(editing.ChangedMeanwhile) as refused:
        save(lesson, titled(lesson, "Van Bert"), bert)
    assert Lesson.objects.get().title == "Van Anna"
    assert refused.value.unsaved is not None
    assert [one.state["title"] for one in editing.unsaved_of(lesson=lesson.pk, by=bert)] == [
        "Van Bert"
    ]
    assert editing.unsaved_of(lesson=lesson.pk, by=anna) == []
    with pytest.raises(editing.UnsavedNotFound):
        editing.insist(unsaved=refused.value.unsaved, version=2, by=anna, now=NOW)


def test_who_insists_on_what_they_have_seen_gets_it_and_the_other_text_stays_kept() -> None:
    lesson, bert = a_lesson(), make_reader(is_staff=True)
    now_there = save(lesson, titled(lesson, "Van Anna"))
    with pytest.raises(editing.ChangedMeanwhile) as refused:
        save(lesson, titled(lesson, "Van Bert"), bert)
    aside = refused.value.unsaved or UUID(int=0)
    with pytest.raises(editing.ChangedMeanwhile):
        editing.insist(unsaved=aside, version=lesson.version, by=bert, now=NOW)
    saved = editing.insist(unsaved=aside, version=now_there.version, by=bert, now=NOW)
    assert saved.title == "Van Bert"
    assert not UnsavedText.objects.exists()
    titles = LessonSave.objects.order_by("version").values_list("state__title", flat=True)
    assert list(titles) == [lesson.title, "Van Anna", "Van Bert"]


def test_a_save_that_loses_most_of_the_text_is_kept_aside() -> None:
    lesson, staff = a_lesson(), make_reader(is_staff=True)
    state = editing.state_of(lesson)
    short = replace(state, blocks=(replace(state.blocks[0], body="Weg."), state.blocks[1]))  # type: ignore[call-arg]
    with pytest.raises(editing.MuchShorter):
        save(lesson, short, staff)
    assert len(Lesson.objects.get().blocks[0]["body"]) == len(LONG)
    assert UnsavedText.objects.get().by == staff


def test_taking_a_long_block_out_on_purpose_is_no_loss() -> None:
    lesson = a_lesson()
    state = editing.state_of(lesson)
    saved = save(lesson, replace(state, blocks=state.blocks[1:]), removed=[state.blocks[0].id])
    assert len(saved.blocks) == 1


def test_of_what_saves_itself_one_a_minute_stays() -> None:
    lesson = a_lesson()
    for second in (1, 5, 20, 61, 70):
        at = NOW.replace(second=0) + timedelta(seconds=second)
        lesson = save(lesson, titled(lesson, f"Na {second}"), automatic=True, now=at)
    titles = LessonSave.objects.order_by("version").values_list("state__title", flat=True)
    assert list(titles)[1:] == ["Na 20", "Na 70"]
    assert AuditEntry.objects.filter(act="lesson.saved").count() == 2


def test_an_earlier_version_comes_back_as_a_new_one() -> None:
    lesson = a_lesson()
    saved = save(lesson, titled(lesson, "Anders"))
    back = editing.go_back(
        lesson=lesson.pk, to=lesson.version, version=saved.version, by=None, now=NOW
    )
    assert (back.title, back.version) == (lesson.title, saved.version + 1)
    with pytest.raises(editing.VersionNotFound):
        editing.go_back(lesson=lesson.pk, to=99, version=back.version, by=None, now=NOW)
    with pytest.raises(editing.ChangedMeanwhile):
        editing.go_back(lesson=lesson.pk, to=1, version=saved.version, by=None, now=NOW)


def test_after_thirty_days_it_is_forgotten() -> None:
    lesson, staff = a_lesson(), make_reader(is_staff=True)
    save(lesson, titled(lesson, "Eerst"))
    with pytest.raises(editing.ChangedMeanwhile):
        save(lesson, titled(lesson, "Tegelijk"), staff)
    assert editing.forget_old(now=NOW + timedelta(days=29)) == 0
    assert editing.forget_old(now=NOW + timedelta(days=31)) == 3
