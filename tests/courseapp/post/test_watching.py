"""The mailbox's clock: from mail to mail, and past none of them."""

from __future__ import annotations

import json
from datetime import time, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from courseapp import clock, timetable
from courseapp.errors import NotFound
from courseapp.post import filling, mailbox, pump, watching
from courseapp.post.models import Letter
from lessons.drip.models import Sequence
from lessons.reading import progress
from lessons.reading.models import Unlock
from lessons.tasks import drip
from tests.counting import counting
from tests.factories import lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.drip.writing import (
    PACE,
    each_lesson,
    make_following,
    make_sequence,
    make_step,
    place_of,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
    from pytest_django.fixtures import Settings

    from lessons.reading.models import Enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.developing")]

MAILBOX, CLOCK = "/postvak/", "/postvak/klok/"
NOTHING, HOUR, DAY = timedelta(0), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def file(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A developer's machine: mails become files, and the clock can be set ahead."""
    settings.MAIL_DIR, settings.CLOCK_FILE = tmp_path / "mail", tmp_path / "clock"
    settings.EMAIL_BACKEND = "courseapp.post.mailbox.Backend"
    monkeypatch.setattr(timezone, "now", clock.reading(settings.CLOCK_FILE))
    return tmp_path / "clock"


def following() -> Enrolment:
    """Somebody who began just now: a welcome at once, then a mail with each lesson."""
    return make_following(make_step("welkom", subject="Welkom"), each_lesson(), now=timezone.now())


def press(move: str) -> Response:
    return Client().post(CLOCK, {"move": move})


def worker() -> None:
    """What it does when the bell rings, and every fifteen seconds."""
    drip()
    pump.send_due(now=timezone.now())


def next_mail() -> list[str]:
    """What arrives when the button is pressed and the worker has done its work."""
    before = {mail.id for mail in mailbox.newest()}
    press("next")
    worker()
    return [mail.subject for mail in mailbox.newest() if mail.id not in before]


def rung(folder: Path) -> set[str]:
    """The tasks whose bells lie in the broker's folder."""
    messages = [json.loads(file.read_text()) for file in folder.glob("*.msg")]
    return {message["headers"]["task"] for message in messages}


@pytest.mark.parametrize(("move", "by"), [("hour", HOUR), ("day", DAY)])
def test_a_button_moves_it_and_leads_back_to_the_mailbox(
    file: Path, move: str, by: timedelta
) -> None:
    before = timezone.now()

    response = press(move)
    press(move)

    assert (response.status_code, response.headers["Location"]) == (HTTPStatus.FOUND, MAILBOX)
    assert clock.ahead(file) == 2 * by
    assert timezone.now() - before >= 2 * by


def test_it_goes_from_mail_to_mail_and_stands_just_past_each(file: Path) -> None:
    enrolment = following()

    assert next_mail() == ["Welkom"]
    assert clock.ahead(file) == NOTHING
    for _lesson in range(2):
        due = place_of(enrolment).next_at
        assert due is not None
        assert next_mail() == ["Een bericht"]
        assert due <= timezone.now() < due + timedelta(minutes=5)


def test_it_does_not_jump_past_what_a_reader_brought_about_just_now(file: Path) -> None:
    now = timezone.now()
    course = make_course(modules=1, lessons=5, pace=PACE)
    first = lessons_of(course)[0]
    thanks = make_step(
        "dank", kind="thanks", subject="Dank je wel", trigger="finished",
        lesson=first.pk, days=1, at=time(8),
    )  # fmt: skip
    make_sequence(course, thanks, each_lesson(), now=now)
    enrolment = make_enrolment(make_reader(), course, now=now)
    worker()
    lesson_mail = place_of(enrolment).next_at
    assert lesson_mail is not None
    progress.finish(reader=enrolment.reader, lesson=first.pk, now=timezone.now())

    assert next_mail() == ["Dank je wel"]
    assert timezone.now() < lesson_mail


def test_a_mail_that_is_due_already_is_written_before_the_clock_moves(file: Path) -> None:
    following()

    press("next")

    assert clock.ahead(file) == NOTHING
    assert filling.words_of(Letter.objects.get()).subject == "Welkom"


def test_where_nothing_comes_it_stays(file: Path) -> None:
    press("next")

    assert clock.ahead(file) == NOTHING
    assert "Er staat geen mail gepland." in Client().get(MAILBOX).content.decode()


def test_a_sequence_that_staff_stopped_is_not_waited_for(file: Path) -> None:
    following()
    worker()
    Sequence.objects.update(state=Sequence.State.STOPPED)

    press("next")

    assert clock.ahead(file) == NOTHING


def test_after_each_move_the_worker_is_told_to_do_what_it_does_every_minute(
    settings: Settings,
) -> None:
    folder = Path(settings.SPOOL_DIR)
    for old in folder.glob("*.msg"):
        old.unlink()

    press("day")

    often = {task for task, every, _expires in timetable.TIMETABLE if every <= timetable.MINUTE}
    assert rung(folder) == often
    assert {"post.tick", "lessons.drip"} <= often
    assert "post.forget_old" not in often


def test_back_again_what_was_sent_is_not_sent_twice_and_dates_stay(file: Path) -> None:
    enrolment = following()
    worker()
    next_mail()
    opens = list(Unlock.objects.order_by("pk").values_list("opens_at", flat=True))
    planned = place_of(enrolment).next_at

    press("back")
    worker()

    assert clock.ahead(file) == NOTHING
    assert [mail.subject for mail in mailbox.newest()] == ["Een bericht", "Welkom"]
    assert place_of(enrolment).next_at == planned
    assert list(Unlock.objects.order_by("pk").values_list("opens_at", flat=True)) == opens
    assert next_mail() == ["Een bericht"]
    assert planned is not None
    assert timezone.now() >= planned


def test_further_than_two_years_is_refused_with_a_sentence(file: Path) -> None:
    clock.set_ahead(file, clock.FARTHEST)

    response = press("day")

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "hoogstens twee jaar vooruit" in response.content.decode()
    assert clock.ahead(file) == clock.FARTHEST


@pytest.mark.parametrize("move", ["", "year", "NEXT"])
def test_no_other_move_is_known(file: Path, move: str) -> None:
    assert press(move).status_code == HTTPStatus.NOT_FOUND
    assert not file.exists()


def test_it_is_moved_by_a_form_of_the_page_and_by_nothing_else(file: Path) -> None:
    assert Client().get(CLOCK).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    stranger = Client(enforce_csrf_checks=True).post(CLOCK, {"move": "day"})

    assert stranger.status_code == HTTPStatus.FORBIDDEN
    assert not file.exists()


def test_the_page_says_what_time_it_is_taken_for_and_what_comes_next(file: Path) -> None:
    enrolment = following()
    worker()
    page = Client().get(MAILBOX).content.decode()
    due = place_of(enrolment).next_at
    assert due is not None
    assert f"De volgende mail komt op {date_format(localtime(due), 'l j F Y, H:i')}" in page
    assert "De klok staat vooruit" not in page
    assert "Terug naar nu" not in page

    clock.set_ahead(file, 400 * DAY)
    page = Client().get(MAILBOX).content.decode()

    assert f"<b>{date_format(localtime(timezone.now()), 'l j F Y')}" in page
    assert "De klok staat vooruit" in page
    assert "Terug naar nu" in page
    assert "Een ogenblik" in page


def test_a_mail_shows_the_moment_the_site_took_for_now(file: Path) -> None:
    following()
    worker()
    next_mail()

    told = [mail.at - clock.real() for mail in mailbox.newest()]

    assert told[0] > DAY > told[1]


def test_the_page_asks_the_database_no_more_with_many_readers(file: Path) -> None:
    following()
    with counting() as few:
        Client().get(MAILBOX)
    for _ in range(3):
        following()
    with counting() as many:
        Client().get(MAILBOX)

    assert int(few) == int(many) <= 6, str(many)


def test_where_the_clock_cannot_be_moved_the_page_does_not_speak_of_it(
    settings: Settings, file: Path
) -> None:
    settings.CLOCK_FILE = None

    page = Client().get(MAILBOX)

    assert page.status_code == HTTPStatus.OK
    assert CLOCK not in page.content.decode()
    assert press("day").status_code == HTTPStatus.NOT_FOUND
    with pytest.raises(NotFound):
        watching.move(move="day", now=timezone.now())
