"""What a reader writes and ticks is kept sealed, for that reader, and never written over unseen."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from courseapp import privacy
from courseapp.vault import keys, rotation
from courseapp.vault.models import DataKey
from lessons.reading import access, answers, replies
from lessons.reading.access import NotEnrolled, NotGranted, OpensLater, Retired
from lessons.reading.answers import (
    AnswerNotFound,
    Changed,
    NoPlaceToWrite,
    NotKept,
    Reply,
)
from lessons.reading.models import Answer, Unlock
from lessons.reading.replies import TEXT_MAX, Ticked, TooLong, Unshowable, Written
from tests.counting import counting
from tests.databases import with_keys
from tests.factories import NOW, make_lesson, make_reader, publish_all
from tests.lessons.reading.writing import SECRET, STATEMENTS, TEXT, Desk, decline, make_desk

pytestmark = with_keys
LATER = NOW + timedelta(days=9)


def read(desk: Desk) -> list[Reply]:
    """All that this reader wrote, as she reads it."""
    rows = Answer.objects.filter(enrolment__reader=desk.reader).order_by("kind", "occurrence")
    return answers.opened(desk.reader, rows)


def test_a_text_is_read_back_with_the_question_it_answers() -> None:
    desk = make_desk()
    desk.write()
    (reply,) = read(desk)
    assert reply.content == Written(heading="", question="Wat merk je vanavond?", text=TEXT)
    assert (reply.kind, reply.lesson_title) == ("reflection", "Muur of ruimte")
    assert (reply.began_at, reply.saved_at) == (NOW, NOW)


def test_an_exercise_keeps_its_steps_as_the_question() -> None:
    desk = make_desk()
    desk.write(block=desk.exercise)
    (reply,) = read(desk)
    assert reply.content == Written("Eén zin", "Pak pen en papier.\nSchrijf.", TEXT)


def test_no_row_holds_a_word_of_it() -> None:
    desk = make_desk()
    desk.write()
    desk.tick(1, 3)
    for row in Answer.objects.values():
        told = repr({**row, "sealed": bytes(row["sealed"])})
        assert SECRET not in told
        assert "sleutels" not in told
        assert "vanavond" not in told


def test_a_save_that_knows_what_is_there_replaces_it_and_keeps_its_beginning() -> None:
    desk = make_desk()
    first = desk.wrote("Eerst dit.")
    second = desk.wrote("Dan dit.", tag=first.tag, now=LATER)
    assert second.tag != first.tag
    (reply,) = read(desk)
    assert isinstance(reply.content, Written)
    assert (reply.content.text, reply.began_at, reply.saved_at) == ("Dan dit.", NOW, LATER)


def test_of_two_windows_the_second_sees_the_other_text_and_nothing_is_written_over() -> None:
    desk = make_desk()
    start = desk.wrote("Het begin.")
    one = desk.wrote("Venster een.", tag=start.tag)
    with pytest.raises(Changed) as refused:
        desk.write("Venster twee.", tag=start.tag)
    kept = refused.value.kept
    assert kept is not None
    assert kept.content == Written("", "Wat merk je vanavond?", "Venster een.")
    assert refused.value.tag == one.tag
    assert read(desk)[0].content == kept.content
    merged = desk.wrote("Venster een. Venster twee.", tag=refused.value.tag)
    assert read(desk)[0].tag == merged.tag


def test_two_windows_that_begin_at_once_keep_one_and_show_it_to_the_other() -> None:
    desk = make_desk()
    desk.write("Venster een.")
    with pytest.raises(Changed):
        desk.write("Venster twee.")
    assert Answer.objects.count() == 1


def test_a_save_sent_again_because_its_answer_got_lost_is_kept_once() -> None:
    desk = make_desk()
    first = desk.wrote("Eerst.")
    second = desk.wrote("Dan.", tag=first.tag)
    assert desk.wrote("Dan.", tag=first.tag).tag == second.tag
    assert desk.wrote("Dan.").tag == second.tag
    assert Answer.objects.get().version == 2


def test_a_blank_text_deletes_and_a_deleted_one_does_not_come_back_by_itself() -> None:
    desk = make_desk()
    first = desk.wrote()
    assert desk.write("  \n ", tag=first.tag) is None
    assert not Answer.objects.exists()
    assert desk.write("", tag=first.tag) is None
    with pytest.raises(Changed) as refused:
        desk.write("Uit het andere venster.", tag=first.tag)
    assert (refused.value.kept, refused.value.tag) == (None, "")
    again = desk.wrote("Toch.", tag=refused.value.tag)
    # A tag of the deleted row never fits the one that came after it.
    with pytest.raises(Changed):
        desk.write("Oud venster.", tag=first.tag)
    assert read(desk)[0].tag == again.tag


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b\x85c\x0bd", "a\nb\nc\nd"),
        ("x" * TEXT_MAX, "x" * TEXT_MAX),
        ("\u202egnirts\u2066", "\u202egnirts\u2066"),
        ("  blanks stay \n\n", "  blanks stay \n\n"),
        (
            "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468 e\u0301 \u200f\u05e9",
            "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468 e\u0301 \u200f\u05e9",
        ),
    ],
)
def test_what_can_be_shown_is_kept(text: str, kept: str) -> None:
    desk = make_desk()
    content = desk.wrote(text).content
    assert isinstance(content, Written)
    assert content.text == kept
    assert read(desk)[0].content == content


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("x" * (TEXT_MAX + 1), TooLong),
        ("x" * 1_000_000, TooLong),
        ("a\x00b", Unshowable),
        ("a\x1bb", Unshowable),
        ("a\ud800", Unshowable),
    ],
)
def test_what_cannot_be_kept_is_refused_and_the_earlier_text_stays(
    text: str, refusal: type[Exception]
) -> None:
    desk = make_desk()
    first = desk.wrote("Dit staat er.")
    with pytest.raises(refusal):
        desk.write(text, tag=first.tag)
    assert read(desk)[0].tag == first.tag


def test_a_self_check_taken_again_is_a_row_of_its_own_and_the_earlier_stays() -> None:
    desk = make_desk()
    desk.tick(1, 2, 3, 4)
    again = desk.tick(2, occurrence=2, now=LATER)
    desk.tick(2, 3, occurrence=2, tag=again.tag, now=LATER)
    found = [reply.content for reply in read(desk)]
    counts = [(one.count, one.total) for one in found if isinstance(one, Ticked)]
    assert counts == [(4, 4), (2, 4)]


def test_ticks_are_corrected_in_place_and_a_number_that_is_none_counts_for_nothing() -> None:
    desk = make_desk()
    first = desk.tick(1, 9, 0, -1)
    assert first.content == Ticked("Herken je dit?", tuple(STATEMENTS), frozenset({1}))
    desk.tick(tag=first.tag)
    (reply,) = read(desk)
    assert isinstance(reply.content, Ticked)
    assert reply.content.count == 0


@pytest.mark.parametrize("occurrence", [0, 1])
def test_ticks_of_another_window_are_not_written_over(occurrence: int) -> None:
    desk = make_desk()
    kept = desk.tick(1)
    with pytest.raises(Changed) as refused:
        desk.tick(2, 3, occurrence=occurrence)
    assert (refused.value.tag, refused.value.occurrence) == (kept.tag, 1)
    assert read(desk)[0].content == kept.content


def test_a_taking_that_was_deleted_elsewhere_does_not_come_back_as_an_earlier_one() -> None:
    desk = make_desk()
    first = desk.tick(1)
    second = desk.tick(1, 2, occurrence=2)
    answers.delete(reader=desk.reader, answer=second.id)
    with pytest.raises(Changed) as refused:
        desk.tick(3, occurrence=2, tag=second.tag)
    assert (refused.value.kept, refused.value.occurrence) == (None, 2)
    assert read(desk)[0].content == first.content
    answers.delete(reader=desk.reader, answer=first.id)
    for occurrence in (2, 7):
        with pytest.raises(Changed) as refused:
            desk.tick(3, occurrence=occurrence)
        assert refused.value.occurrence == 1
    desk.tick(3, occurrence=1)


def test_without_a_yes_nothing_is_kept_and_after_a_no_neither() -> None:
    desk = make_desk(agreed=False)
    with pytest.raises(NotKept):
        desk.write()
    with pytest.raises(NotKept):
        desk.tick(1)
    decline(desk.reader)
    with pytest.raises(NotKept):
        desk.write()
    assert not Answer.objects.exists()
    assert not DataKey.objects.exists()


def test_only_blocks_to_write_at_take_an_answer() -> None:
    desk = make_desk()
    for block in (desk.in_mind, desk.text, desk.check, uuid4()):
        with pytest.raises(NoPlaceToWrite):
            desk.write(block=block)
    with pytest.raises(NoPlaceToWrite):
        answers.tick(
            reader=desk.reader, lesson=desk.lesson.uuid, block=desk.reflection,
            recognised=[1], occurrence=1, tag="", now=NOW,
        )  # fmt: skip
    assert not Answer.objects.exists()


def test_only_who_may_read_the_lesson_now_may_save_there() -> None:
    desk = make_desk(access="free")
    stranger = make_reader()
    with pytest.raises(NotEnrolled):
        answers.write(
            reader=stranger, lesson=desk.lesson.uuid, block=desk.reflection, text=TEXT, tag="",
            now=NOW,
        )  # fmt: skip
    Unlock.objects.create(enrolment=desk.enrolment, lesson=desk.lesson, opens_at=LATER)
    with pytest.raises(OpensLater):
        desk.write()
    assert not Answer.objects.exists()


def test_what_was_written_stays_its_owners_when_access_ends_or_the_lesson_goes() -> None:
    desk = make_desk()
    first = desk.wrote()
    desk.course.access = "granted"
    desk.course.save(update_fields=["access"])
    publish_all(desk.course)
    with pytest.raises(NotGranted):
        desk.write("Nog iets.", tag=first.tag)
    access.grant(reader=desk.reader, course=desk.course, source="staff:test", now=NOW)
    make_lesson(desk.course.modules.get())
    desk.lesson.retired_at = NOW
    desk.lesson.title = "Heel anders"
    desk.lesson.save()
    publish_all(desk.course)
    with pytest.raises(Retired):
        desk.write("Nog iets.", tag=first.tag)
    (reply,) = read(desk)
    assert reply.content == first.content
    assert reply.lesson_title == "Muur of ruimte"


def test_another_reader_opens_and_deletes_nothing() -> None:
    desk, stranger = make_desk(), make_reader()
    kept = desk.wrote()
    with pytest.raises(AnswerNotFound):
        answers.delete(reader=stranger, answer=kept.id)
    assert answers.delete_all(reader=stranger) == 0
    (reply,) = answers.opened(stranger, Answer.objects.all())
    assert reply.content is None


def test_one_is_deleted_or_all_are() -> None:
    desk, other = make_desk(), make_desk()
    one, _two = desk.wrote(), desk.tick(1)
    other.write()
    answers.delete(reader=desk.reader, answer=one.id)
    assert [reply.kind for reply in read(desk)] == ["selfcheck"]
    with pytest.raises(AnswerNotFound):
        answers.delete(reader=desk.reader, answer=one.id)
    desk.write()
    assert answers.delete_all(reader=desk.reader) == 2
    assert len(read(other)) == 1


def test_a_damaged_row_is_told_apart_from_an_empty_one_and_blocks_no_other() -> None:
    desk = make_desk()
    one, two = desk.wrote(), desk.tick(1)
    row = Answer.objects.get(pk=one.id)
    row.sealed = bytes(row.sealed)[:-1] + b"!"
    row.save()
    found = {reply.id: reply.content for reply in read(desk)}
    assert found[one.id] is None
    assert found[two.id] == two.content
    with pytest.raises(keys.Unreadable):
        desk.write("Uit een ander venster.")


def test_rows_that_changed_places_open_for_nobody() -> None:
    desk = make_desk()
    one, two = desk.wrote("Eén."), desk.write("Twee.", block=desk.exercise)
    assert two is not None
    rows = {row.pk: row for row in Answer.objects.all()}
    rows[one.id].sealed, rows[two.id].sealed = rows[two.id].sealed, rows[one.id].sealed
    for row in rows.values():
        row.save()
    assert [reply.content for reply in read(desk)] == [None, None]


def test_a_missing_key_shows_nothing_and_says_so() -> None:
    desk = make_desk()
    desk.write()
    keys.destroy([desk.reader.uuid])
    assert [reply.content for reply in read(desk)] == [None]


def test_the_export_has_it_in_words_and_says_what_does_not_open() -> None:
    desk = make_desk()
    desk.write()
    desk.tick(2)
    told = privacy.export_person(desk.reader)["lessons"]["answers"]
    told.sort(key=lambda one: str(one["kind"]))  # Both came at one moment.
    assert [one["kind"] for one in told] == ["reflection", "selfcheck"]
    assert told[0]["answer"]["text"] == TEXT
    assert told[1]["answer"]["recognised"] == [2]
    json.dumps(told)
    keys.destroy([desk.reader.uuid])
    told = privacy.export_person(desk.reader)["lessons"]["answers"]
    assert [one["answer"] for one in told] == [None, None]


@pytest.mark.django_db(databases=["default", "keys"], transaction=True)
def test_an_erasure_takes_answers_and_key_and_leaves_others_theirs() -> None:
    desk, other = make_desk(), make_desk()
    desk.write()
    other.write()
    privacy.erase_person(desk.reader, now=NOW)
    assert [row.enrolment_id for row in Answer.objects.all()] == [other.enrolment.pk]
    assert [key.owner for key in DataKey.objects.all()] == [other.reader.uuid]
    assert replies.as_text(read(other)[0].content or pytest.fail("none")).count(SECRET) == 1


def test_a_new_key_seals_the_answers_anew_and_they_read_the_same() -> None:
    desk = make_desk()
    desk.write()
    desk.tick(1, 2)
    before = [reply.content for reply in read(desk)]
    sealed = set(Answer.objects.values_list("sealed", flat=True))
    rotation.begin(owner=desk.reader.uuid, now=NOW)
    found = rotation.go_on_all(now=NOW)
    assert (found.resealed, found.refused, found.retired) == (2, 0, 0)
    found = rotation.go_on_all(now=NOW + timedelta(hours=2))
    assert found.retired == 1
    assert [reply.content for reply in read(desk)] == before
    assert not sealed & set(Answer.objects.values_list("sealed", flat=True))


def test_a_save_takes_seven_statements_and_reading_two() -> None:
    desk = make_desk()
    first = desk.wrote()
    with counting() as saving:
        desk.write("Anders.", tag=first.tag)
    with counting() as reading:
        read(desk)
    # The reader's row, standing, facts, the answer, the key; the update.
    assert int(saving) <= 7, str(saving)
    assert int(reading) == 2, str(reading)
