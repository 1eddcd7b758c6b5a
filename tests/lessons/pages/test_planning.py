"""*Mijn planning*: what comes, and what a reader changes of it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from lessons.drip.models import Choice, Place
from lessons.pages import dates_file
from lessons.reading import access
from lessons.reading.models import Enrolment, Pause, Rhythm, Unlock
from tests.counting import counting
from tests.factories import make_course, make_enrolment, make_reader
from tests.lessons.drip.writing import PACE, each_lesson, make_following, make_sequence
from tests.lessons.pages.opening import address, browser_of, links, nobody, the, tree

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
HOME = ZoneInfo("Europe/Amsterdam")
WEEK = timedelta(days=7)
ACTS = ("planning_pause", "planning_resume", "planning_open_all", "planning_choose")
# Session and user.
WHO = 2


def begun(**fields: object) -> tuple[Enrolment, Client]:
    """A reader who began just now, in their browser."""
    enrolment = make_following(now=timezone.now(), **fields)
    return enrolment, browser_of(enrolment.reader)


def page_of(enrolment: Enrolment) -> str:
    return address("planning", enrolment.course_id)


def to_come(enrolment: Enrolment) -> list[datetime]:
    rows = Unlock.objects.filter(enrolment=enrolment, opens_at__gt=timezone.now())
    return [
        at.astimezone(HOME) for at in rows.order_by("opens_at").values_list("opens_at", flat=True)
    ]


def today() -> date:
    return timezone.now().astimezone(HOME).date()


def test_the_days_to_come_stand_in_one_list() -> None:
    enrolment, browser = begun()

    page = tree(browser.get(page_of(enrolment)))

    days = page.css("main > .days > li")
    assert len(days) == 4
    assert all("19:30" in day.text() for day in days)
    assert page.css_first("details.past .days > li") is not None


def test_it_says_nothing_to_who_looks_along_and_is_kept_nowhere() -> None:
    enrolment, browser = begun(title="Bindingsangst")
    for name in ("planning", "planning_open_all"):
        response = browser.get(address(name, enrolment.course_id))
        assert "no-store" in response["Cache-Control"]
        assert "Bindingsangst" not in (the(tree(response), "head").html or "")
        assert the(tree(response), "meta[name=robots]").attributes["content"] == "noindex"


def test_the_way_there_stands_on_the_outline_and_on_my_courses() -> None:
    enrolment, browser = begun()
    for name, args in (("outline", [enrolment.course_id]), ("my_courses", [])):
        assert page_of(enrolment) in links(browser.get(reverse(name, args=args)))


def test_a_visitor_signs_in_first_and_a_stranger_sees_the_course() -> None:
    enrolment, _browser = begun()
    page = page_of(enrolment)

    assert browser_of().get(page)["Location"].endswith(f"?next={page}")
    response = browser_of(make_reader()).get(page)

    assert response["Location"] == address("course", enrolment.course.slug)
    assert browser_of(make_reader()).get(address("planning", nobody())).status_code == 404


def test_a_training_whose_right_has_ended_shows_no_planning() -> None:
    course = make_course(access="granted")
    reader = make_reader()
    right = access.grant(reader=reader, course=course, source="x", now=timezone.now())
    make_enrolment(reader, course)
    access.revoke(access=right, now=timezone.now())

    for name in ("planning", "planning_dates"):
        response = browser_of(reader).get(address(name, course.uuid))
        assert response.status_code == HTTPStatus.FORBIDDEN


def test_a_week_s_pause_and_going_on() -> None:
    enrolment, browser = begun()
    before = to_come(enrolment)

    response = browser.post(address("planning_pause", enrolment.course_id), {"week": "1"})

    assert response["Location"] == page_of(enrolment)
    assert to_come(enrolment) == [at + WEEK for at in before]
    page = tree(browser.get(page_of(enrolment)))
    assert the(page, ".note form").attributes["action"] == address(
        "planning_resume", enrolment.course_id
    )
    browser.post(address("planning_resume", enrolment.course_id))
    assert to_come(enrolment) == before


def test_a_pause_until_a_day() -> None:
    enrolment, browser = begun()
    until = today() + timedelta(days=20)

    browser.post(address("planning_pause", enrolment.course_id), {"until": until.isoformat()})

    assert Pause.objects.get().ends_at.astimezone(HOME).date() == until


@pytest.mark.parametrize("until", ["", "morgen", "2020-01-01", "9999-12-31", "\x00"])
def test_a_day_that_does_not_do_is_told_and_changes_nothing(until: str) -> None:
    enrolment, browser = begun()

    response = browser.post(
        address("planning_pause", enrolment.course_id), {"until": until}, follow=True
    )

    assert the(tree(response), ".messages .error").text()
    assert not Pause.objects.exists()


def test_everything_opens_only_after_it_was_said_what_that_means() -> None:
    enrolment, browser = begun()
    page = address("planning_open_all", enrolment.course_id)

    asked = tree(browser.get(page))
    assert len(asked.css(".facts li")) == 3
    assert not Rhythm.objects.exists()
    browser.post(page)

    assert to_come(enrolment) == []
    assert tree(browser.get(page)).css_first("main form") is None
    assert tree(browser.get(page_of(enrolment))).css_first("main > .days") is None


def test_another_hour_and_another_clock() -> None:
    enrolment, browser = begun()
    page = address("planning_choose", enrolment.course_id)

    browser.post(page, {"hour": "07:15", "zone": "America/New_York"})

    there = ZoneInfo("America/New_York")
    assert {at.astimezone(there).time() for at in to_come(enrolment)} == {time(7, 15)}
    shown = tree(browser.get(page_of(enrolment)))
    assert "07:15" in the(shown, "main > .days").text()
    assert the(shown, "#id_hour").attributes["value"] == "07:15"
    browser.post(page, {"hour": "", "zone": "Europe/Amsterdam"})
    assert {at.time() for at in to_come(enrolment)} == {time(19, 30)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "said", [{"hour": "25:00"}, {"hour": "x"}, {"zone": "Mars"}, {"zone": "\x00"}]
)
def test_no_hour_and_no_clock_is_told_and_changes_nothing(said: dict[str, str]) -> None:
    enrolment, browser = begun()

    response = browser.post(
        address("planning_choose", enrolment.course_id),
        {"hour": "", "zone": "UTC", **said},
        follow=True,
    )

    assert the(tree(response), ".messages .error").text()
    assert not Rhythm.objects.exists()


def test_the_account_s_clock_is_for_courses_to_come_and_its_page_says_so() -> None:
    enrolment, browser = begun()
    reader, before = enrolment.reader, to_come(enrolment)
    page = browser.get(reverse("account_settings")).content.decode()
    assert "Cursussen die je vanaf nu begint, volgen deze klok." in page

    browser.post(reverse("account_settings"), {"language": "nl", "time_zone": "America/New_York"})

    enrolment.refresh_from_db()
    reader.refresh_from_db()
    assert (to_come(enrolment), enrolment.time_zone) == (before, "Europe/Amsterdam")
    later = make_enrolment(reader, make_course(pace=PACE))
    assert later.time_zone == "America/New_York"


def test_the_sender_is_told_of_each_act() -> None:
    enrolment, browser = begun()
    for name, said in (
        ("planning_pause", {"week": "1"}),
        ("planning_resume", {}),
        ("planning_choose", {"hour": "08:00", "zone": "UTC"}),
        ("planning_open_all", {}),
    ):
        Place.objects.update(next_at=None)
        browser.post(address(name, enrolment.course_id), said)
        assert Place.objects.get().next_at is not None, name


def test_acts_take_a_post_with_its_token_of_a_reader_who_began() -> None:
    enrolment, browser = begun()
    for name in ACTS:
        page = address(name, enrolment.course_id)
        assert browser_of(enrolment.reader, checks_forms=True).post(page).status_code == 403
        assert browser_of(make_reader()).post(page).status_code == HTTPStatus.FORBIDDEN
        assert browser_of().post(page).status_code == HTTPStatus.FOUND
        if name != "planning_open_all":
            assert browser.get(page).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert not Rhythm.objects.exists()


def test_which_mails_is_said_here_too_and_comes_back_here() -> None:
    enrolment, browser = begun()
    course = enrolment.course_id

    response = browser.post(
        address("mail_choices"),
        {"planning": str(course), f"course-{course}": "1", f"lessons-{course}": "on"},
    )

    assert response["Location"] == page_of(enrolment)
    assert (Choice.objects.get().about, Choice.objects.get().wanted) == ("nudges", False)


def test_a_course_without_dates_says_that_all_is_open() -> None:
    enrolment, browser = begun(pace=None)
    Place.objects.all().delete()

    page = tree(browser.get(page_of(enrolment)))

    assert page.css_first("main > .days") is None
    assert the(page, ".lead").text()
    assert address("planning_open_all", enrolment.course_id) not in (page.html or "")


def test_statements_of_the_page() -> None:
    course = make_course(modules=1, lessons=20, pace=PACE)
    make_sequence(course, each_lesson())
    reader = make_reader()
    browser = browser_of(reader)
    browser.post(address("enrol", course.slug))
    browser.get(address("planning", course.uuid))
    with counting() as count:
        browser.get(address("planning", course.uuid))
    assert int(count) <= WHO + 20, count


# --- At enrolment ---------------------------------------------------------------------------------


def test_before_the_button_a_course_with_a_pace_shows_its_dates() -> None:
    course = make_course(modules=1, lessons=5, pace=PACE)

    page = tree(browser_of().get(address("enrol", course.slug)))

    assert len(page.css(".plan .dates li")) == 5
    assert "19:30" in the(page, ".plan").text()


def test_a_course_without_a_pace_shows_none() -> None:
    page = tree(browser_of().get(address("enrol", make_course().slug)))

    assert page.css_first(".plan") is None


def test_who_begins_by_the_page_has_their_places_at_once() -> None:
    course = make_course(modules=1, lessons=2, pace=PACE)
    make_sequence(course, each_lesson())
    reader = make_reader()

    browser_of(reader).post(address("enrol", course.slug))

    assert Place.objects.get().reader == reader


# --- The file for a calendar ----------------------------------------------------------------------


def unfolded(content: bytes) -> list[tuple[str, str]]:
    """The lines of a calendar as RFC 5545 has them: names and values."""
    assert content.endswith(b"\r\n")
    rows = content.split(b"\r\n")[:-1]
    assert all(len(row) <= 75 and b"\n" not in row and b"\r" not in row for row in rows)
    whole = b"\r\n".join(rows).replace(b"\r\n ", b"").decode()
    return [tuple(row.split(":", 1)) for row in whole.split("\r\n")]  # type: ignore[misc]


def test_the_dates_come_as_a_file_that_calendars_read() -> None:
    enrolment, browser = begun(title="Bindingsangst")
    response = browser.get(address("planning_dates", enrolment.course_id))
    rows = unfolded(response.content)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert 'filename="planning.ics"' in response["Content-Disposition"]
    assert rows[0] == ("BEGIN", "VCALENDAR")
    assert rows[-1] == ("END", "VCALENDAR")
    assert ("VERSION", "2.0") in rows
    starts = [value for name, value in rows if name == "DTSTART"]
    assert starts == [at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") for at in to_come(enrolment)]
    for name in ("UID", "DTSTAMP", "DURATION"):
        assert len([value for one, value in rows if one == name]) == 4
    said = [value for name, value in rows if name == "SUMMARY"]
    assert said == [f"Les {n} staat klaar" for n in (2, 3, 4, 5)]
    whole = response.content.decode()
    for word in ("Bindingsangst", enrolment.reader.email, "kies", "http"):
        assert word not in whole


def test_an_event_keeps_its_name_when_its_date_moves() -> None:
    enrolment, browser = begun()

    def names() -> list[str]:
        content = browser.get(address("planning_dates", enrolment.course_id)).content
        return [value for name, value in unfolded(content) if name == "UID"]

    before = names()
    browser.post(address("planning_pause", enrolment.course_id), {"week": "1"})

    assert names() == before
    assert len(set(before)) == 4


@pytest.mark.parametrize(
    "text", ["a; b, c\\d", "één\r\ntwee", "é" * 200, "🙂" * 40, "x" * 75, "x" * 76]
)
def test_a_text_survives_escaping_and_folding(text: str) -> None:
    event = dates_file.Event(key="x", number=1, at=datetime(2026, 11, 4, 18, 30, tzinfo=UTC))
    with translation.override("nl"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(dates_file, "_", lambda _text: text.replace("%", "%%"))
        content = dates_file.of([event], now=event.at)

    (told,) = [value for name, value in unfolded(content) if name == "SUMMARY"]
    meant = re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], told)
    assert meant == text.replace("\r\n", "\n")
