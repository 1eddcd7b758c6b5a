"""The shipped mails by the real plan, from real rows, as readers get them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from courseapp.accounts.models import Consent
from lessons.content.models import Course
from lessons.drip import catching_up, gathering, letters
from lessons.drip.letters import Ways
from lessons.drip.models import Choice, Sequence, SequenceVersion
from lessons.drip.plan import Planned, plan
from lessons.reading import access, progress
from lessons.reading.models import Completed, Unlock
from payments import ordering
from payments.models import Product
from tests.factories import make_enrolment, make_reader
from tests.lessons.drip.shipping import FREE, TRAINING, lessons_of, mails, telling, words_in

if TYPE_CHECKING:
    from courseapp.accounts.models import User
    from courseapp.post.letters import Words
    from lessons.drip.gathering import Situation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]

DAY = timedelta(days=1)
HOME = ZoneInfo("Europe/Amsterdam")
WAYS = Ways("https://e.org/knop", "https://e.org/dagen", "https://e.org/stop", "https://e.org/lees")


@pytest.fixture
def loaded() -> None:
    call_command("load_courses")


def course_called(slug: str) -> Course:
    return Course.objects.get(slug=slug)


def begun(reader: User, course: str, now: datetime) -> None:
    """A reader who began this course now, with a place in its sequence."""
    make_enrolment(reader, course_called(course), now=now)
    catching_up.catch_up(now=now)


def pace(reader: User, now: datetime) -> None:
    """As if the free course had a lesson every two days at half past seven in the evening."""
    enrolment = reader.enrolments.get(course__slug=FREE)
    Unlock.objects.filter(enrolment=enrolment).delete()
    start = now.astimezone(HOME).replace(hour=19, minute=30, second=0, microsecond=0)
    for place, lesson in enumerate(lessons_of(FREE).values()):
        opens_at = now if place == 0 else start + 2 * place * DAY
        Unlock.objects.create(enrolment=enrolment, lesson_id=lesson, opens_at=opens_at)


def complete(reader: User, course: str, now: datetime) -> None:
    """As somebody does who opened everything at once."""
    Unlock.objects.filter(enrolment__reader=reader).update(opens_at=now)
    for lesson in lessons_of(course).values():
        progress.finish(reader=reader, lesson=lesson, now=now)
    assert Completed.objects.filter(enrolment__reader=reader).exists()


def agree(reader: User, now: datetime, act: str = "given") -> None:
    Consent.objects.create(
        user=reader, purpose="offers", act=act, wording="Ja", place="test", at=now
    )


def situation(reader: User, course: str) -> Situation:
    (found,) = gathering.of_readers([reader.pk])
    return next(one for one in found.situations if one.place.sequence.course.slug == course)


def plan_of(reader: User, course: str, now: datetime) -> list[Planned]:
    here = situation(reader, course)
    return plan(here.steps, here.facts, now, goal=here.goal)


def offers_of(reader: User, now: datetime) -> list[Planned]:
    return [
        one
        for one in plan_of(reader, FREE, now)
        if one.step.kind == "offer" and one.state in {"due", "coming"}
    ]


# Loading publishes at the moment it happens, and readers come after that.
def soon() -> datetime:
    """Next Monday noon in Amsterdam."""
    today = timezone.now().astimezone(HOME).replace(hour=12, minute=0, second=0, microsecond=0)
    return (today + (8 - today.isoweekday()) * DAY).astimezone(UTC)


def test_the_shipped_mails_are_loaded_once_and_live() -> None:
    call_command("load_courses")

    found = {
        one.course.slug: (one.slug, one.live.number, len(one.live.steps))
        for one in Sequence.objects.select_related("course", "live")
        if one.live
    }
    assert found == {
        slug: (mails(slug).slug, 1, len(mails(slug).steps)) for slug in (FREE, TRAINING)
    }
    assert Sequence.objects.get(course__slug=FREE).sells == course_called(TRAINING)


def test_mails_that_staff_changed_are_not_loaded_over() -> None:
    Sequence.objects.filter(course__slug=FREE).update(title="Van ons", draft=[])

    call_command("load_courses")

    assert Sequence.objects.get(course__slug=FREE).title == "Van ons"


def test_a_course_that_lacks_a_lesson_its_mails_name_is_left_without_them_and_that_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Sequence.objects.update(live=None)
    SequenceVersion.objects.all().delete()
    Sequence.objects.all().delete()
    course_called(FREE).lessons.filter(slug="vroeg-geleerd").update(retired_at=timezone.now())

    call_command("load_courses")

    assert [one.slug for one in Sequence.objects.all()] == ["training"]
    told = capsys.readouterr().out
    assert f"{FREE}: its mails were left out: mails/06-vroeg-geleerd.md: lesson: " in told


def test_without_the_consent_nobody_gets_an_offer_and_who_takes_it_back_gets_no_more() -> None:
    now, reader = soon(), make_reader()
    begun(reader, FREE, now)
    complete(reader, FREE, now)

    assert offers_of(reader, now) == []
    agree(reader, now)
    assert len(offers_of(reader, now)) == 3
    agree(reader, now + DAY, act="withdrawn")
    assert offers_of(reader, now) == []


def test_offers_come_3_10_and_24_days_after_the_course_on_working_days_at_their_hours() -> None:
    now, reader = soon(), make_reader()
    begun(reader, FREE, now)
    complete(reader, FREE, now)
    agree(reader, now)

    at = [one.at.astimezone(HOME) for one in offers_of(reader, now) if one.at]

    day = now.astimezone(HOME).date()
    assert [(one.date() - day).days for one in at] == [3, 10, 24]
    assert [one.strftime("%H:%M") for one in at] == ["19:00", "09:30", "19:00"]
    assert all(one.isoweekday() <= 5 for one in at)


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_who_bought_the_training_is_never_offered_it_also_after_withdrawing(
    is_taken_back: bool,
) -> None:
    now, reader = soon(), make_reader()
    begun(reader, FREE, now)
    complete(reader, FREE, now)
    agree(reader, now)
    right = access.grant(
        reader=reader, course=course_called(TRAINING), source="order:1", now=now + DAY
    )
    if is_taken_back:
        access.revoke(access=right, now=now + 2 * DAY)

    planned = [one for one in plan_of(reader, FREE, now + 4 * DAY) if one.step.kind == "offer"]

    assert [one.reason for one in planned] == ["bought"] * 3


def test_who_bought_the_training_still_gets_the_lessons_of_the_free_course() -> None:
    now, reader = soon(), make_reader()
    begun(reader, FREE, now)
    pace(reader, now)
    access.grant(reader=reader, course=course_called(TRAINING), source="order:1", now=now)

    planned = plan_of(reader, FREE, now)

    lessons = [one for one in planned if one.step.trigger == "lesson" and one.state == "coming"]
    assert [one.step.lesson for one in lessons] == list(lessons_of(FREE).values())[1:]


def test_at_the_courses_pace_each_lesson_is_told_of_when_it_opens_and_not_twice() -> None:
    now, reader = soon(), make_reader()
    begun(reader, FREE, now)
    pace(reader, now)

    planned = plan_of(reader, FREE, now)

    told = [one for one in planned if one.step.trigger == "lesson"]
    assert [one.reason for one in told if one.state == "skipped"] == ["at_enrolment"]
    coming = [one.at.astimezone(HOME) for one in told if one.state == "coming" and one.at]
    assert len(coming) == 10
    assert {(at.hour, at.minute) for at in coming} == {(19, 30)}


def test_the_training_welcomes_at_once_and_leaves_who_went_on_alone() -> None:
    now, reader = soon(), make_reader()
    access.grant(reader=reader, course=course_called(TRAINING), source="order:1", now=now)
    catching_up.catch_up(now=now)
    assert [one.step.key for one in plan_of(reader, TRAINING, now) if one.state == "due"] == [
        "welkom"
    ]

    begun(reader, TRAINING, now)
    lessons = list(lessons_of(TRAINING).values())
    for lesson in lessons[:4]:
        progress.finish(reader=reader, lesson=lesson, now=now)
    state = {one.step.key: (one.state, one.reason) for one in plan_of(reader, TRAINING, now)}
    assert state["eerste-deel"] == ("skipped", "finished")
    assert state["tweede-deel"] == ("coming", "")
    progress.finish(reader=reader, lesson=lessons[4], now=now)
    state = {one.step.key: (one.state, one.reason) for one in plan_of(reader, TRAINING, now)}
    assert state["tweede-deel"] == ("skipped", "finished")


def test_who_stopped_the_mails_gets_none_of_them() -> None:
    now, reader = soon(), make_reader()
    begun(reader, FREE, now)
    pace(reader, now)
    Choice.objects.create(reader=reader, about="lessons", wanted=False, way="link", at=now)

    assert {one.reason for one in plan_of(reader, FREE, now)} <= {"not_wanted"}


# --- What it looks like to a reader --------------------------------------------------------------


class Links(HTMLParser):
    """The addresses of an HTML mail, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def for_sale(now: datetime) -> None:
    product = Product.objects.create(slug=TRAINING, title="Training")
    product.courses.add(course_called(TRAINING))
    ordering.set_price(product=product, amount=14_900, by=None, now=now - 99 * DAY)


def rendered(reader: User, course: str, now: datetime) -> dict[str, Words]:
    """Every mail of a course as this reader would get it, by its key."""
    here, found = situation(reader, course), {}
    for step in here.steps:
        occurrence = str(step.lesson) if step.trigger == "lesson" and step.lesson else ""
        one = Planned(step, occurrence, "due", at=now)
        found[step.key] = letters.render(here, one, WAYS)
    return found


@pytest.mark.parametrize("course", [FREE, TRAINING])
def test_every_mail_is_made_for_a_reader_in_text_and_html_with_one_button(course: str) -> None:
    now, reader = soon(), make_reader()
    for_sale(now)
    access.grant(reader=reader, course=course_called(TRAINING), source="order:1", now=now)
    begun(reader, course, now)
    if course == FREE:
        pace(reader, now)
    made = rendered(reader, course, now)

    assert [*made] == [step.key for step in mails(course).steps]
    for step in mails(course).steps:
        words, is_offer = made[step.key], step.kind == "offer"
        ways = [WAYS.planning, WAYS.unsubscribe, WAYS.view][is_offer:]
        assert Links(words.html).found[:-2] == [WAYS.button, *ways], step.key
        assert words.subject == step.subject
        assert step.preview in words.html
        assert words.text.startswith(step.body.partition("\n")[0])
        assert "\\" not in words.text
        for part in (words.text, words.html):
            assert "{{" not in part
            assert ("Geen herinneringen meer" in part) == (step.kind == "nudge")
            assert step.label in part
            assert part.count(WAYS.button) == 1
            assert "/hulp/" in part
            assert ("149" in part) == is_offer
            assert [word for word in words_in(part) if word in telling()] == []


def test_the_welcome_holds_the_plan_and_no_list_where_there_is_none() -> None:
    now, reader, other = soon(), make_reader(), make_reader()
    begun(reader, FREE, now)
    pace(reader, now)
    begun(other, FREE, now)
    Unlock.objects.filter(enrolment__reader=other).delete()

    planned = rendered(reader, FREE, now)["welkom"]
    free = rendered(other, FREE, now)["welkom"]

    assert planned.text.count(", 19:30") == 10
    assert "onder aan deze mail.\nwoensdag" in planned.text
    assert "woensdag" in planned.text
    assert "op deze dagen" not in free.text
    assert len(free.text) < len(planned.text)
