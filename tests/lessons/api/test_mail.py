"""Which mails one wants, by the API."""

from __future__ import annotations

import pytest

from courseapp.post.models import Letter
from lessons.drip import offers
from lessons.drip.models import Choice
from tests.factories import make_reader
from tests.lessons.api.calling import Caller
from tests.lessons.drip.writing import make_following

pytestmark = pytest.mark.django_db


def followed() -> tuple[Caller, str, Caller]:
    """A reader who follows a course that writes, its slug, and somebody else."""
    enrolment = make_following()
    return Caller(enrolment.reader), enrolment.course.slug, Caller(make_reader())


def test_each_course_that_writes_is_there_and_offers_are_not_agreed_to() -> None:
    caller, slug, stranger = followed()

    status, told = caller.get("mail/")

    assert status == 200
    (one,) = told["courses"]
    assert (one["course"]["slug"], one["lessons"], one["nudges"]) == (slug, True, True)
    assert told["offers"] is told["confirmation_sent"] is False
    assert told["offers_wording"]["en"] == offers.wording_in("en")
    assert stranger.get("mail/")[1]["courses"] == []
    assert Caller().get("mail/")[0] == 401


def test_what_is_not_said_stays() -> None:
    caller, slug, _stranger = followed()

    status, told = caller.patch("mail/", {"courses": [{"course": slug, "nudges": False}]})

    assert status == 200
    assert (told["courses"][0]["lessons"], told["courses"][0]["nudges"]) == (True, False)
    assert Choice.objects.get().way == "api"


def test_yes_to_offers_sends_a_mail_and_is_no_consent_yet() -> None:
    caller, _slug, _stranger = followed()

    told = caller.patch("mail/", {"offers": True})[1]

    assert (told["offers"], told["confirmation_sent"]) == (False, True)
    assert Letter.objects.filter(key__startswith="offers:").count() == 1
    assert caller.patch("mail/", {"offers": False})[1]["offers"] is False


@pytest.mark.parametrize("at_first", [True, False])
def test_a_course_one_does_not_follow_is_refused_and_nothing_is_changed(at_first: bool) -> None:
    caller, slug, _stranger = followed()
    unknown = {"course": "nergens", "lessons": False}
    courses = [unknown, {"course": slug, "lessons": False}]

    status, problem = caller.patch(
        "mail/", {"courses": courses if at_first else courses[::-1], "offers": True}
    )

    assert (status, problem["code"]) == (404, "course_not_found")
    assert not Choice.objects.exists()
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"offers": "yes"},
        {"offers": None},
        {"courses": {}},
        {"courses": [{"lessons": True}]},
        {"courses": [{"course": "x", "lessons": 1}]},
        {"courses": [{"course": "x", "weekly": True}]},
        {"spam": True},
        [],
    ],
)
def test_anything_else_is_refused_with_its_field(body: object) -> None:
    caller, _slug, _stranger = followed()

    status, problem = caller.patch("mail/", body)

    assert (status, problem["code"]) == (400, "invalid_input")
    assert problem["errors"]
