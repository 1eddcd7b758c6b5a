"""Several people save one lesson at one moment: no text is lost. The controls lose some."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from lessons.content import editing
from lessons.content.models import Lesson, LessonSave, UnsavedText
from tests.factories import NOW, make_course, make_reader
from tests.racing import at_once

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 4


def everywhere(lesson: Lesson) -> set[str]:
    """Every title that can still be had: what stands there, was there, and was kept aside."""
    rows = LessonSave.objects.filter(lesson=lesson).values_list("state__title", flat=True)
    aside = UnsavedText.objects.filter(lesson=lesson).values_list("state__title", flat=True)
    return {Lesson.objects.get(pk=lesson.pk).title, *rows, *aside}


def test_what_each_of_several_wrote_at_once_stands_there_or_is_kept_for_its_writer() -> None:
    lesson = make_course(modules=1, lessons=1, live=False).lessons.get()
    people = [make_reader(is_staff=True) for _ in range(WRITERS)]
    state = editing.state_of(lesson)

    def write(number: int) -> Lesson:
        return editing.save(
            lesson=lesson.pk,
            version=lesson.version,
            state=replace(state, title=f"Van {number}"),
            by=people[number],
            now=NOW,
        )

    answers = at_once(write, times=WRITERS)
    refusals = [one for one in answers if isinstance(one, editing.ChangedMeanwhile)]
    assert len(refusals) == WRITERS - 1
    assert everywhere(lesson) == {lesson.title, *(f"Van {number}" for number in range(WRITERS))}
    assert Lesson.objects.get(pk=lesson.pk).version == lesson.version + 1


def test_the_control_without_the_version_in_the_form_texts_are_lost() -> None:
    """The race is real: whoever reads, changes and writes without asking what stands there now
    leaves the others' words nowhere."""
    lesson = make_course(modules=1, lessons=1, live=False).lessons.get()
    have_read = Barrier(WRITERS)

    def write_without_guard(number: int) -> None:
        row = Lesson.objects.get(pk=lesson.pk)
        have_read.wait(timeout=10)
        row.title = f"Van {number}"
        row.version += 1
        row.save()

    assert [one for one in at_once(write_without_guard, times=WRITERS) if one] == []
    assert len(everywhere(lesson)) == 1
    assert Lesson.objects.get(pk=lesson.pk).version == lesson.version + 1


@pytest.mark.parametrize("guarded", [True, False])
def test_two_who_save_the_same_version_one_after_the_other_need_the_lock(
    guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the row before either writes. With the lock the second waits and is told; with
    it taken away (the control) both find their version current, and one text is nowhere."""
    lesson = make_course(modules=1, lessons=1, live=False).lessons.get()
    people = [make_reader(is_staff=True) for _ in range(2)]
    state = editing.state_of(lesson)
    have_read = Barrier(2)
    one_at_a_time = connection.vendor == "sqlite"  # Its transactions wait for each other anyway.

    def unlocked(uuid: UUID) -> Lesson:
        row = Lesson.objects.select_related("course").get(pk=uuid)
        if not one_at_a_time:
            have_read.wait(timeout=10)
        return row

    def kept_nowhere(*_args: object, **_fields: object) -> None:
        """Versions have a constraint of their own, which would stop one of the two."""

    if not guarded:
        monkeypatch.setattr(editing, "_locked", unlocked)
        monkeypatch.setattr(editing, "_keep", kept_nowhere)

    def write(number: int) -> Lesson:
        title = replace(state, title=f"Van {number}")
        return editing.save(
            lesson=lesson.pk, version=lesson.version, state=title, by=people[number], now=NOW
        )

    at_once(write, times=2)
    assert ({"Van 0", "Van 1"} <= everywhere(lesson)) is (guarded or one_at_a_time)
