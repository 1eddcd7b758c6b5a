"""Beginning a course: the yes, the address, the code, the first lesson."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.utils import timezone

from courseapp.accounts.models import Consent, User
from lessons.messages import ENROL_CONSENT
from lessons.pages.beginning import WAITING
from lessons.reading.models import Enrolment
from tests.courseapp.accounts.coming_in import ask, enter, latest_code
from tests.factories import lessons_of, make_course, make_reader
from tests.lessons.pages.opening import address, browser_of, make_reading

pytestmark = pytest.mark.django_db
NEWCOMER = "nieuw@example.org"


def test_whoever_looks_has_not_begun() -> None:
    course = make_course()
    reader = make_reader()
    response = browser_of(reader).get(address("enrol", course.slug))
    assert response.status_code == HTTPStatus.OK
    assert str(ENROL_CONSENT)[:20] in response.content.decode()
    assert not Enrolment.objects.exists()


def test_a_newcomer_says_yes_then_gives_an_address_and_lands_in_the_first_lesson() -> None:
    course = make_course()
    begin = address("enrol", course.slug)
    browser = browser_of()
    to_sign_in = browser.post(begin)
    assert to_sign_in["Location"].endswith(f"?next={begin}")
    ask(browser, NEWCOMER, onward=begin)
    entered = enter(browser, latest_code(NEWCOMER), onward=begin)
    assert entered["Location"] == begin
    response = browser.get(begin, follow=True)
    first = lessons_of(course)[0]
    assert response.request["PATH_INFO"] == address("lesson", first.uuid)
    assert Enrolment.objects.get().reader == User.objects.get(email=NEWCOMER)


def test_the_yes_is_recorded_in_its_own_words_and_once() -> None:
    course = make_course()
    browser = browser_of(make_reader())
    browser.post(address("enrol", course.slug))
    browser.post(address("enrol", course.slug))
    consent = Consent.objects.get()
    assert consent.wording == str(ENROL_CONSENT)
    assert consent.wording_sha256 == hashlib.sha256(str(ENROL_CONSENT).encode()).hexdigest()
    assert consent.place == f"page:{course.slug}"


def test_a_yes_to_one_course_begins_no_other() -> None:
    said, other = make_course(), make_course()
    browser = browser_of()
    browser.post(address("enrol", said.slug))
    browser.force_login(make_reader(), backend="courseapp.accounts.backend.Backend")
    assert browser.get(address("enrol", other.slug)).status_code == HTTPStatus.OK
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(("minutes", "begun"), [(59, True), (61, False)])
def test_a_yes_waits_for_an_hour(minutes: int, begun: bool) -> None:
    course = make_course()
    browser = browser_of()
    browser.post(address("enrol", course.slug))
    browser.force_login(make_reader(), backend="courseapp.accounts.backend.Backend")
    session = browser.session
    earlier = timezone.now() - timedelta(minutes=minutes)
    session[WAITING] = {**session[WAITING], "at": earlier.timestamp()}
    session.save()
    browser.get(address("enrol", course.slug))
    assert Enrolment.objects.exists() is begun


def test_coming_back_without_a_yes_asks_for_it() -> None:
    course = make_course()
    begin = address("enrol", course.slug)
    browser = browser_of()
    ask(browser, NEWCOMER, onward=begin)
    enter(browser, latest_code(NEWCOMER), onward=begin)
    assert browser.get(begin).status_code == HTTPStatus.OK
    assert not Enrolment.objects.exists()


def test_whoever_has_begun_goes_on_where_they_were() -> None:
    course = make_course()
    _reader, browser = make_reading(course)
    for response in (
        browser.get(address("enrol", course.slug)),
        browser.post(address("enrol", course.slug)),
    ):
        assert response["Location"] == address("continue", course.uuid)
    assert Enrolment.objects.count() == 1


def test_a_training_without_a_right_to_it_does_not_begin() -> None:
    course = make_course(access="granted")
    response = browser_of(make_reader()).post(address("enrol", course.slug))
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert not Enrolment.objects.exists()


def test_an_unknown_course_is_not_there() -> None:
    assert browser_of().post(address("enrol", "nergens")).status_code == HTTPStatus.NOT_FOUND
