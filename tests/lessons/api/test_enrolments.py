"""Beginning a course by the API."""

from __future__ import annotations

import pytest

from courseapp.accounts.models import Consent
from lessons.api import telling
from lessons.reading.models import Enrolment
from tests.factories import make_course, make_enrolment, make_reader
from tests.lessons.api.calling import Caller, begin

pytestmark = pytest.mark.django_db


def test_enrolling_is_201_and_then_200_with_the_same_enrolment() -> None:
    course, caller = make_course(), Caller(make_reader())
    first = caller.post("enrolments/", begin(course.slug))
    again = caller.post("enrolments/", begin(course.slug))
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert first[1]["course"] == {"slug": course.slug, "title": course.title}
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_consent_is_kept_in_the_language_it_was_shown_in(language: str) -> None:
    course, caller = make_course(), Caller(make_reader())
    caller.post("enrolments/", begin(course.slug, language=language))
    shown = caller.get(f"courses/{course.slug}/")[1]["consent"][language]
    kept = Consent.objects.get()
    assert (kept.wording, kept.place) == (shown, f"api:{course.slug}")
    assert shown == telling.consent(language)


@pytest.mark.parametrize("field", ["consent", "sixteen_or_over"])
@pytest.mark.parametrize("said", [False, None])
def test_without_consent_or_age_nothing_begins(field: str, said: bool | None) -> None:
    course, caller = make_course(), Caller(make_reader())
    body = {**begin(course.slug), field: said}
    if said is None:
        del body[field]
    status, problem = caller.post("enrolments/", body)
    assert (status, problem["code"]) == (400, "consent_needed")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("yes", ["true", "yes", 1, [], None])
def test_a_consent_is_true_and_nothing_like_it(yes: object) -> None:
    course, caller = make_course(), Caller(make_reader())
    status, problem = caller.post("enrolments/", {**begin(course.slug), "consent": yes})
    assert (status, problem["code"]) == (400, "invalid_input")
    assert problem["errors"][0]["field"] == "consent"


@pytest.mark.parametrize("slug", ["no-such-course", "geen cursus!", ""])
def test_an_unknown_course_is_refused(slug: str) -> None:
    status, problem = Caller(make_reader()).post("enrolments/", begin(slug))
    assert (status, problem["code"]) in [(404, "course_not_found"), (400, "invalid_input")]
    assert (status == 400) == (slug == "")


def test_a_training_without_a_right_to_it_is_refused_by_name() -> None:
    course = make_course(access="granted")
    status, problem = Caller(make_reader()).post("enrolments/", begin(course.slug))
    assert (status, problem["code"], problem["course"]) == (403, "not_granted", course.slug)


def test_the_list_holds_ones_own_enrolments_only_the_last_begun_first() -> None:
    reader, other = make_reader(), make_reader()
    one, two, three = make_course(), make_course(), make_course()
    caller = Caller(reader)
    for course in (one, two):
        caller.post("enrolments/", begin(course.slug))
    make_enrolment(other, three)
    _status, page = caller.get("enrolments/")
    assert [row["course"]["slug"] for row in page["results"]] == [two.slug, one.slug]
    assert (page["next"], page["previous"]) == (None, None)


def test_a_visitor_is_asked_to_sign_in() -> None:
    course = make_course()
    assert Caller().get("enrolments/")[0] == 401
    assert Caller().post("enrolments/", begin(course.slug))[0] == 401
