"""Publishing as one step: written down, once, whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from courseapp.accounts.models import AuditEntry
from lessons.content import changes, publishing
from lessons.content.models import Course, Edition, EditionModule, Module, Snapshot
from lessons.reading import progress
from lessons.reading.models import Completed
from lessons.staff import release, scheduling
from tests.factories import (
    NOW,
    lessons_of,
    live,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.racing import all_good, at_once

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


def planned_course() -> Course:
    """A course with something new in it, planned for now."""
    course = make_course(modules=1)
    make_lesson(course.modules.get())
    course.modules.update(publish_at=NOW)
    return course


def test_a_module_that_cannot_be_published_for_a_fault_keeps_back_no_other() -> None:
    broken, sound = make_course(modules=1), make_course(modules=1)
    Snapshot.objects.filter(module__course=broken).update(content={})
    planned = Module.objects.filter(course__in=[broken, sound])
    planned.update(publish_at=NOW, title="Nieuw")
    sound.modules.update(publish_at=NOW + timedelta(seconds=1))
    assert release.publish_due(now=LATER) == 1
    assert (live(broken).number, live(sound).number) == (1, 2)
    assert planned.get(publish_at__isnull=False).course == broken


def test_a_planned_publication_that_is_refused_says_why_and_is_written_down() -> None:
    course = make_course(modules=1)
    course.modules.update(publish_at=NOW)
    assert release.publish_due(now=LATER) == 0
    module = course.modules.get()
    assert (module.publish_at, bool(module.publish_error)) == (None, True)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.act, entry.by) == ("publication.failed", None)
    assert entry.after is not None
    assert entry.after["code"] == "nothing_to_publish"
    scheduling.cancel(modules=[module.pk], by=None, now=LATER)
    assert not course.modules.get().publish_error


def test_publishing_by_hand_calls_off_what_was_planned_for_it_and_nothing_else() -> None:
    course = make_course(modules=2)
    one, other = course.modules.all()
    make_lesson(one)
    course.modules.update(publish_at=NOW + timedelta(days=1))
    release.publish(course=course, modules=[one.pk], by=None, now=NOW)
    assert [row.pk for row in course.modules.filter(publish_at__isnull=False)] == [other.pk]


def test_publishing_and_restoring_are_written_down_in_the_same_step() -> None:
    course, anna = make_course(modules=1), make_reader(is_staff=True)
    first = live(course)
    make_lesson(course.modules.get())
    second = release.publish(
        course=course, modules=[course.modules.get().pk], by=anna, now=NOW, note="  Een  les "
    )
    third = release.restore(edition=first, by=anna, now=NOW)
    assert second.note == "Een les"
    entries = list(AuditEntry.objects.order_by("pk"))
    told = [(one.act, one.by, one.before, one.after) for one in entries]
    assert told == [
        ("edition.published", None, None, {"edition": 1}),
        ("edition.published", anna, {"edition": 1}, {"edition": 2}),
        ("edition.restored", anna, {"edition": 2}, {"edition": 3, "restored": 1}),
    ]
    assert [one.target for one in entries] == [str(one.pk) for one in (first, second, third)]
    assert {(one.within, one.name) for one in entries} == {(str(course.pk), course.title)}


def test_what_is_published_is_what_was_shown_or_nothing() -> None:
    course = make_course(modules=1)
    module = course.modules.get()
    make_lesson(module)
    course.refresh_from_db()
    shown = changes.of_modules(course, {module.pk}).digest
    assert changes.of_modules(course, {module.pk}).digest == shown
    lesson = lessons_of(course)[0]
    lesson.lead = "Intussen."
    lesson.save()
    with pytest.raises(publishing.ChangedSinceShown):
        release.publish(course=course, modules=[module.pk], by=None, now=NOW, shown=shown)
    assert live(course).number == 1
    shown = changes.of_modules(course, {module.pk}).digest
    release.publish(course=course, modules=[module.pk], by=None, now=NOW, shown=shown)
    with pytest.raises(publishing.ChangedSinceShown):
        release.publish(course=course, modules=[module.pk], by=None, now=NOW, shown=shown)


def test_going_back_is_refused_when_somebody_published_since() -> None:
    course = make_course(modules=1)
    first = live(course)
    make_lesson(course.modules.get())
    publish_all(course)
    with pytest.raises(publishing.ChangedSinceShown):
        release.restore(edition=first, by=None, now=NOW, over=first.pk)
    assert release.restore(edition=first, by=None, now=NOW, over=live(course).pk).number == 3


@pytest.mark.parametrize("note", ["x" * 301, "een\x00twee"])
def test_a_note_that_cannot_be_kept_is_refused(note: str) -> None:
    course = make_course(live=False)
    modules = list(course.modules.values_list("pk", flat=True))
    with pytest.raises(publishing.InvalidNote):
        release.publish(course=course, modules=modules, by=None, now=NOW, note=note)
    assert not Edition.objects.exists()


def test_a_lesson_without_a_block_is_not_published() -> None:
    course = make_course(modules=1, live=False)
    make_lesson(course.modules.get(), blocks=[])
    with pytest.raises(publishing.EmptyLesson):
        publish_all(course)


class Broken(RuntimeError):
    pass


def breaking_at(number: int) -> Callable[..., object]:
    """An execute wrapper under which the statement of this number fails."""
    seen = 0

    def wrapper(execute: Any, sql: str, params: Any, many: Any, context: Any) -> object:
        nonlocal seen
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen += 1
            if seen == number:
                raise Broken
        return execute(sql, params, many, context)

    return wrapper


def everything(course: Course) -> tuple[object, ...]:
    course.refresh_from_db()
    return (
        course.live_edition_id,
        sorted(Edition.objects.values_list("pk", flat=True)),
        sorted(EditionModule.objects.values_list("pk", flat=True)),
        sorted(Snapshot.objects.values_list("pk", flat=True)),
        sorted(Completed.objects.values_list("pk", flat=True)),
        sorted(AuditEntry.objects.values_list("pk", flat=True)),
        sorted(course.modules.values_list("pk", "publish_at", "publish_error")),
    )


def test_an_error_at_any_statement_leaves_the_old_edition_whole() -> None:
    """Each statement of a publication fails in turn; only the run in which none does changes
    anything, which is the control."""
    course = planned_course()
    module, reader = course.modules.get(), make_reader()
    make_enrolment(reader, course)
    lessons = lessons_of(course)
    progress.finish(reader=reader, lesson=lessons[0].pk, now=NOW)
    lessons[1].retired_at = NOW
    lessons[1].save()
    lessons[2].required = False
    lessons[2].save()
    before = everything(course)
    number, broke = 0, True
    while broke:
        number += 1
        try:
            with transaction.atomic(), connection.execute_wrapper(breaking_at(number)):
                release.publish(course=course, modules=[module.pk], by=None, now=NOW)
            broke = False
        except Broken:
            assert everything(course) == before, number
    assert number > 10
    after = everything(course)
    assert all(was != now for was, now in zip(before, after, strict=True))
    assert (live(course).number, Completed.objects.count()) == (2, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_two_workers_publish_once(guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both see the plan before either acts. Without the second look under the course's lock (the
    control) the one who comes second publishes again, and tells of a failure that was none."""
    course = planned_course()
    both_saw = Barrier(2)
    real = release._publish_planned

    def after_both_looked(*args: Any) -> int:
        both_saw.wait(5)
        return real(*args)

    monkeypatch.setattr(release, "_publish_planned", after_both_looked)
    if not guarded:
        monkeypatch.setattr(release, "_still_planned", lambda row, *_args: list(row.modules.all()))
    published = all_good(at_once(lambda _number: release.publish_due(now=LATER), times=2))
    assert sum(published) == 1
    assert live(course).number == 2
    failures = AuditEntry.objects.filter(act="publication.failed").count()
    assert (failures, bool(course.modules.get().publish_error)) == (
        (0, False) if guarded else (1, True)
    )


KILLED = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from django.db import connection
from lessons.staff import release

def killing(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    if sys.argv[1] in sql and 'UPDATE "lessons_module"' in sql:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

with connection.execute_wrapper(killing):
    print(release.publish_due(now=datetime.fromisoformat(sys.argv[2])))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_between_claim_and_commit_leaves_the_plan_due() -> None:
    """A real process, killed when the edition is made and the plan taken away, before COMMIT."""
    course = planned_course()
    url = _test_database()
    for when, code in (("publish_at", -signal.SIGKILL), ("never", 0)):
        before = everything(course)
        ended = subprocess.run(
            [sys.executable, "-c", KILLED, when, LATER.isoformat()],
            env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "courseapp.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == code, ended.stderr
        if code:
            assert everything(course) == before
            assert course.modules.get().publish_at == NOW
    assert ended.stdout.strip() == "1"
    assert (live(course).number, course.modules.get().publish_at) == (2, None)
    assert release.publish_due(now=LATER) == 0


def _test_database() -> str:
    """The address of the database that this test uses, for another process."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    who = f"{settings['USER']}:{settings['PASSWORD']}".rstrip(":")
    return f"postgres://{who}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
