"""Publishing a sequence: one version, every place looked at again, refusals that say where."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import transaction

from courseapp.accounts.models import AuditEntry
from courseapp.errors import NotFound
from lessons.drip import catching_up, gathering, publishing, pump, steps, transfer
from lessons.drip.folder import SequenceFile
from lessons.drip.models import Mail, Place, Sequence, SequenceVersion
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_lesson, make_reader
from tests.racing import at_once

if TYPE_CHECKING:
    from lessons.content.models import Course

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make_step(key: str = "welkom", **fields: Any) -> dict[str, Any]:
    given = {"kind": "lesson", "trigger": "enrolled", "subject": "Een bericht", "body": "Dag."}
    return steps.from_json({"key": key, **given, **fields}).as_json()


def make_sequence(*made: dict[str, Any], course: Course | None = None, **fields: Any) -> Sequence:
    return Sequence.objects.create(
        course=course or make_course(), slug=f"mails-{uuid4()}", title="Mails",
        draft=list(made) or [make_step()], changed_at=NOW, **fields,
    )  # fmt: skip


def publish(sequence: Sequence, **fields: Any) -> SequenceVersion:
    version = publishing.publish(sequence=sequence, **{"by": None, "now": NOW, **fields})
    sequence.refresh_from_db()
    return version


def change(sequence: Sequence, *made: dict[str, Any]) -> None:
    sequence.draft = list(made)
    sequence.save(update_fields=["draft"])


def test_the_working_copy_becomes_version_1_and_readers_get_that() -> None:
    sequence, editor = make_sequence(), make_reader(is_staff=True)

    version = publish(sequence, by=editor, note=" Eerste  keer ")

    assert (sequence.live, version.number, version.published_by) == (version, 1, editor)
    assert (version.note, version.published_at) == ("Eerste keer", NOW)
    (step,) = steps.many_from_json(version.steps)
    assert (step.key, step.since) == ("welkom", NOW)
    entry = AuditEntry.objects.get(act="sequence.published")
    assert (entry.by, entry.before, entry.after) == (editor, None, {"version": 1})
    assert (entry.target, entry.within) == (str(sequence.pk), str(sequence.course_id))


def test_who_follows_the_course_already_gets_a_place_and_no_mail_of_before() -> None:
    sequence, reader = make_sequence(), make_reader()
    enrolment = make_enrolment(reader, sequence.course, now=NOW - DAY)

    publish(sequence)

    place = Place.objects.get()
    assert (place.reader, place.enrolment, place.next_at) == (reader, enrolment, NOW)
    assert pump.look(now=NOW).queued == 0
    assert not Mail.objects.exists()


def test_a_second_version_has_every_place_looked_at_but_those_that_ended() -> None:
    sequence = make_sequence(make_step(days=1, at="09:00"))
    for _number in range(2):
        make_enrolment(make_reader(), sequence.course, now=NOW)
    publish(sequence)
    pump.look(now=NOW)
    ended = Place.objects.all()[0]
    Place.objects.filter(pk=ended.pk).update(ended_at=NOW, next_at=None)
    change(sequence, make_step(days=1, at="09:00"), make_step("later", days=2, at="09:00"))

    version = publish(sequence, now=NOW + DAY)

    assert version.number == 2
    assert [one.since for one in steps.many_from_json(version.steps)] == [NOW, NOW + DAY]
    assert dict(Place.objects.values_list("pk", "next_at")) == {
        place.pk: None if place.pk == ended.pk else NOW + DAY for place in Place.objects.all()
    }
    assert SequenceVersion.objects.get(number=1).steps == [
        {**make_step(days=1, at="09:00"), "since": NOW.isoformat()}
    ]


@pytest.mark.slow
def test_a_publication_takes_no_more_statements_for_more_places(
    django_assert_max_num_queries: Any,
) -> None:
    sequence = make_sequence()
    for _number in range(12):
        make_enrolment(make_reader(), sequence.course, now=NOW)
    publish(sequence)
    change(sequence, make_step(subject="Anders"))

    with django_assert_max_num_queries(12):
        publishing.publish(sequence=sequence, by=None, now=NOW)


def test_nothing_new_is_nothing_to_publish() -> None:
    sequence = make_sequence()
    publish(sequence)

    with pytest.raises(publishing.NothingToPublish):
        publish(sequence, now=NOW + DAY)

    assert SequenceVersion.objects.count() == 1


def test_a_note_is_one_line() -> None:
    with pytest.raises(publishing.InvalidNote):
        publish(make_sequence(), note="x" * 301)


UNSEEN = "a lesson that nobody sees"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"trigger": "finished", "lesson": UNSEEN}, "lesson"),
        ({"trigger": "lesson", "lesson": UNSEEN}, "lesson"),
        ({"conditions": [{"kind": "not_finished", "lesson": UNSEEN}]}, "conditions"),
        ({"link": "training", "label": "Kijk"}, "link"),
        ({"conditions": [{"kind": "not_bought"}]}, "conditions"),
        ({"kind": "offer"}, "conditions"),
        ({"subject": "Op {{ plan }}"}, "subject"),
        ({"preview": "Op {{ next }}"}, "preview"),
        ({"link": "course", "label": "Op {{ next }}"}, "label"),
        ({"body": "Dag {{ naam }}"}, "body"),
    ],
)
def test_a_step_that_asks_for_what_is_not_there_is_refused_by_name(
    fields: dict[str, Any], field: str
) -> None:
    course = make_course()
    unseen = make_lesson(course.modules.all()[0])  # In the working copy only.
    step = json.loads(json.dumps(fields).replace(UNSEEN, str(unseen.pk)))
    sequence = make_sequence(make_step("goed"), {**make_step("fout"), **step}, course=course)

    with pytest.raises(publishing.CannotPublish, match="fout") as refusal:
        publish(sequence)

    assert (refusal.value.where, refusal.value.field) == ("fout", field)
    assert not SequenceVersion.objects.exists()


def test_an_offer_about_a_published_training_can_be_published_and_about_a_draft_not() -> None:
    offer = make_step(
        kind="offer", link="training", label="Kijk", conditions=[{"kind": "not_bought"}]
    )
    draft = make_course(access="granted", live=False)

    with pytest.raises(publishing.CannotPublish):
        publish(make_sequence(offer, sells=draft))
    publish(make_sequence(offer, sells=make_course(access="granted"), goal="bought"))


def test_neither_an_empty_sequence_nor_one_of_an_unpublished_course_goes_out() -> None:
    empty = make_sequence()
    change(empty)

    for sequence, field in (
        (empty, "steps"),
        (make_sequence(course=make_course(live=False)), "course"),
        (make_sequence(goal="bought"), "goal"),
    ):
        with pytest.raises(publishing.CannotPublish) as refusal:
            publish(sequence)
        assert (refusal.value.where, refusal.value.field) == ("", field)


def test_a_version_published_while_a_place_is_being_looked_at_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sequence = make_sequence(make_step(days=9, at="09:00"))
    make_enrolment(make_reader(), sequence.course, now=NOW)
    publish(sequence)
    change(sequence, make_step(days=2, at="09:00"))
    gather = gathering.of_readers

    def publish_just_after(readers: Any) -> Any:
        found = gather(readers)
        publishing.publish(sequence=sequence, by=None, now=NOW + timedelta(seconds=1))
        return found

    with monkeypatch.context() as between:
        between.setattr(gathering, "of_readers", publish_just_after)
        pump.look(now=NOW)

    assert Place.objects.get().next_at == NOW + timedelta(seconds=1)
    pump.look(now=NOW + timedelta(seconds=1))
    assert Place.objects.get().next_at == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_version() -> None:
    sequence = make_sequence()
    make_enrolment(make_reader(), sequence.course, now=NOW)

    answers = at_once(
        lambda _number: publishing.publish(sequence=sequence, by=None, now=NOW), times=2
    )

    assert sorted(type(one).__name__ for one in answers) == ["NothingToPublish", "SequenceVersion"]
    assert (SequenceVersion.objects.count(), Place.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_who_enrols_while_it_is_published_has_a_place_after_the_next_look() -> None:
    sequence, readers = make_sequence(), [make_reader() for _number in range(4)]

    def act(number: int) -> object:
        if number == len(readers):
            return publishing.publish(sequence=sequence, by=None, now=NOW)
        return make_enrolment(readers[number], sequence.course)

    assert not [one for one in at_once(act, times=5) if isinstance(one, Exception)]
    catching_up.catch_up(now=NOW)
    assert Place.objects.count() == len(readers)


def test_a_sequence_goes_in_and_out_as_a_file() -> None:
    course = make_course(access="granted")
    lesson = lessons_of(course)[0]
    made = steps.from_json(make_step(trigger="finished", lesson=str(lesson.pk)))
    file = SequenceFile("mails", "Mails", course.slug, "bought", (made,))

    sequence = transfer.take_in(file, course=course, by=None, now=NOW)

    assert transfer.take_out(sequence) == file
    assert transfer.lessons_of(course)[lesson.slug] == lesson.pk
    assert transfer.take_in(file, course=course, by=None, now=NOW) == sequence
    with pytest.raises(transfer.SlugTaken), transaction.atomic():
        transfer.take_in(file, course=make_course(), by=None, now=NOW)


def test_a_file_that_sells_an_unknown_training_is_refused() -> None:
    file = SequenceFile("mails", "Mails", "bestaat-niet", "none", ())

    with pytest.raises(NotFound, match="bestaat-niet"):
        transfer.take_in(file, course=make_course(), by=None, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_lock_both_see_nothing_live_and_the_database_refuses_one() -> None:
    sequence = make_sequence()
    both_looked = Barrier(2)

    def publish_without_guard(_number: int) -> SequenceVersion:
        assert Sequence.objects.get(pk=sequence.pk).live is None
        both_looked.wait(timeout=10)
        return SequenceVersion.objects.create(
            sequence=sequence, number=1, steps=sequence.draft, published_at=NOW
        )

    answers = at_once(publish_without_guard, times=2)

    assert sorted(type(one).__name__ for one in answers) == ["IntegrityError", "SequenceVersion"]
