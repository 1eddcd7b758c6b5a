"""A person asks for everything, and then to be forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from courseapp import privacy
from courseapp.accounts import staff
from courseapp.accounts.models import AuditEntry, MachineToken, User
from courseapp.post.models import Letter
from courseapp.vault import ledger, sweeping
from lessons.content import editing
from lessons.content.models import UnsavedText
from lessons.drip import choices, pump
from lessons.drip.models import Choice, Mail, Place
from lessons.reading import access, outline, progress, rhythm
from lessons.reading.models import Access, Enrolment, Finished, Pause, Rhythm
from tests.courseapp.accounts.test_appointing import make_owner
from tests.databases import with_keys
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.drip.writing import make_following

pytestmark = with_keys


def test_everything_about_a_reader_is_handed_over_and_nobody_elses() -> None:
    course, other = make_course(modules=1, lessons=1), make_course(access="granted")
    reader, stranger = make_reader(email="noor@example.org"), make_reader()
    lesson = lessons_of(course)[0]
    for one in (reader, stranger):
        make_enrolment(one, course)
    access.grant(reader=reader, course=other, source="gift:7", now=NOW)
    outline.of_lesson(reader=reader, lesson=lesson.uuid, now=NOW)
    block = outline.of_lesson(reader=reader, lesson=lesson.uuid, now=NOW).blocks[0].id
    progress.keep_position(reader=reader, lesson=lesson.uuid, block=block, now=NOW)
    progress.finish(reader=reader, lesson=lesson.uuid, now=NOW)
    export = privacy.export_person(reader)
    assert export["account"]["email"] == "noor@example.org"
    (following,) = export["lessons"]["courses"]
    fact = {"lesson": lesson.slug, "edition": 1, "at": NOW.isoformat()}
    assert following["finished"] == following["opened"] == [fact]
    assert following["stopped"]["block"] == str(block)
    assert following["completed_at"] == NOW.isoformat()
    assert export["lessons"]["rights"][0]["source"] == "gift:7"
    assert stranger.email not in json.dumps(export)


def test_an_erased_reader_leaves_no_address_and_no_fact_and_others_keep_theirs() -> None:
    course = make_course(modules=1, lessons=1)
    reader, stranger = make_reader(email="noor@example.org"), make_reader()
    for one in (reader, stranger):
        make_enrolment(one, course)
        progress.finish(reader=one, lesson=lessons_of(course)[0].uuid, now=NOW)
    access.grant(reader=reader, course=course, source="gift:7", now=NOW)
    privacy.erase_person(reader, now=NOW)
    reader.refresh_from_db()
    assert "noor" not in reader.email
    assert not reader.is_active
    assert [one.reader for one in Enrolment.objects.all()] == [stranger]
    assert (Finished.objects.count(), Access.objects.count()) == (1, 0)
    assert reader.consents.count() == 1  # The proof of consent stays, on a row without a name.


def test_what_a_reader_decided_of_dates_and_mails_is_handed_over_and_taken_away() -> None:
    enrolment, other = make_following(now=NOW), make_following(now=NOW)
    reader = enrolment.reader
    pump.look(now=NOW + timedelta(days=3))
    rhythm.choose(enrolment=enrolment, hour=time(7), zone="Europe/Amsterdam", now=NOW)
    rhythm.pause(enrolment=enrolment, until_day=date(2026, 12, 1), now=NOW)
    rhythm.open_all(enrolment=enrolment, now=NOW)
    choices.choose(
        reader=reader, course=enrolment.course_id, about=Choice.About.NUDGES, wanted=False,
        way="page", now=NOW,
    )  # fmt: skip

    told = privacy.export_person(reader)["lessons"]

    (course,) = told["courses"]
    assert (course["hour"], course["opened_all_at"]) == ("07:00", NOW.isoformat())
    assert course["pauses"][0]["begins_at"] == NOW.isoformat()
    assert told["mail_choices"][0]["about"] == "nudges"
    (sequence,) = told["sequences"]
    assert [mail["kind"] for mail in sequence["mails"]] == ["lesson"]
    json.dumps(told)

    privacy.erase_person(reader, now=NOW)

    for model in (Place, Mail, Choice, Rhythm, Pause):
        rows = model.objects.all()
        left = [str(one) for one in rows if getattr(one, "reader", None) == reader]
        assert left == [], model
    assert not Rhythm.objects.exists()
    assert not Pause.objects.exists()
    assert [place.reader for place in Place.objects.all()] == [other.reader]


def test_the_commands_hand_over_and_take_away_after_a_second_word() -> None:
    reader = make_reader(email="noor@example.org")
    make_enrolment(reader, make_course())
    out = StringIO()
    call_command("export_person", "Noor@example.org", stdout=out)
    assert json.loads(out.getvalue())["account"]["email"] == "noor@example.org"
    with pytest.raises(CommandError, match="--yes"):
        call_command("erase_person", "noor@example.org")
    assert Enrolment.objects.exists()
    call_command("erase_person", "noor@example.org", yes=True)
    assert not Enrolment.objects.exists()
    with pytest.raises(CommandError, match="no account"):
        call_command("export_person", "noor@example.org")


def test_staff_who_are_forgotten_leave_their_acts_without_a_name_and_no_key_that_works() -> None:
    lesson, staff = lessons_of(make_course())[0], make_reader(is_staff=True)
    state = editing.state_of(lesson)
    editing.save(lesson=lesson.pk, version=1, state=replace(state, title="Een"), by=staff, now=NOW)
    with pytest.raises(editing.ChangedMeanwhile):
        editing.save(
            lesson=lesson.pk, version=1, state=replace(state, title="Twee"), by=staff, now=NOW
        )
    MachineToken.objects.create(
        name="Export", digest="d" * 64, hint="ikj_1", made_by=staff, made_at=NOW
    )
    privacy.erase_person(staff, now=NOW)
    assert (UnsavedText.objects.count(), MachineToken.objects.count()) == (0, 0)
    assert AuditEntry.objects.get(act="lesson.saved").by == staff
    staff.refresh_from_db()
    assert "erased" in staff.email


def test_everything_is_handed_over_under_the_name_of_its_app() -> None:
    reader = make_reader()
    Letter.objects.create(
        uuid=uuid4(), key="k", message_id="<1>", stream="receipt", priority=1, to=reader.email,
        subject="Dag", text="Dag", html="", created_at=NOW, next_at=None,
    )  # fmt: skip
    told = privacy.export_person(reader)

    assert list(told) == ["account", "mail", "lessons", "orders", "vault"]
    assert [one["subject"] for one in told["mail"]["mails"]] == ["Dag"]
    assert told["orders"]["orders"] == []


def test_an_erasure_commits_for_itself_and_so_not_within_somebody_elses_transaction() -> None:
    reader = make_reader()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        privacy.erase_person(reader, now=NOW)

    reader.refresh_from_db()
    assert reader.is_active


def test_who_became_the_last_owner_meanwhile_stays_and_is_struck_from_the_ledger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner, other, gone = make_owner(), make_owner(), make_reader()
    ledger.note(owner=gone.uuid, now=NOW)
    note = ledger.note

    def meanwhile(**told: Any) -> None:
        note(**told)
        User.objects.filter(pk=other.pk).update(is_owner=False)

    monkeypatch.setattr(ledger, "note", meanwhile)
    with pytest.raises(staff.LastOwner):
        privacy.erase_person(owner, now=NOW)

    owner.refresh_from_db()
    assert (owner.is_active, ledger.owners()) == (True, [gone.uuid])


def test_the_last_owner_is_not_even_written_down() -> None:
    owner = make_owner()
    with pytest.raises(staff.LastOwner):
        privacy.erase_person(owner, now=NOW)

    assert ledger.owners() == []


def test_who_came_back_is_found_in_pieces_by_the_ledger_and_by_what_else_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)
    back, named, staying = [make_reader() for _ in range(4)], make_reader(), make_reader()
    for reader in back:
        ledger.note(owner=reader.uuid, now=NOW)

    found = privacy.come_back_from_a_backup([named.uuid])
    assert {one.pk for one in found} == {one.pk for one in [*back, named]}
    assert privacy.replay_erasures(now=NOW, also=[named.uuid], most=5) == 5
    staying.refresh_from_db()
    assert staying.is_active
    assert User.objects.filter(email__endswith="@erased.invalid").count() == 5


def test_too_many_at_once_are_told_with_what_to_do_about_it() -> None:
    for _ in range(2):
        ledger.note(owner=make_reader().uuid, now=NOW)
    with pytest.raises(privacy.TooManyCameBack) as refused:
        privacy.replay_erasures(now=NOW, most=1)

    assert refused.value.number == 2
    assert str(refused.value) == (
        "2 people are here whom the ledger of erasures says were erased. After a restore that is"
        " right: run manage.py replay_erasures --yes. Otherwise the databases do not belong"
        " together. Nobody was touched."
    )
    assert privacy.replay_erasures(now=NOW, most=None) == 2
