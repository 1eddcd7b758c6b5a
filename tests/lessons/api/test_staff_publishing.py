"""Publishing by the API."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from lessons.content.models import Edition
from tests.factories import (
    make_block,
    make_course,
    make_lesson,
    make_module,
    make_reader,
    publish_all,
)
from tests.lessons.api.calling import Caller, tag_of, with_tag

pytestmark = pytest.mark.django_db


def test_publishing_a_module_tells_the_new_edition() -> None:
    course, staff = make_course(), make_reader(is_staff=True)
    module = course.modules.all()[0]
    make_lesson(module)
    status, told = Caller(staff).post(f"staff/modules/{module.pk}/publish/", {"note": "Nieuw"})
    edition = Edition.objects.get(course=course, number=2)
    assert status == 201
    assert (told["uuid"], told["number"], told["note"]) == (str(edition.pk), 2, "Nieuw")
    assert told["course"] == course.slug
    assert sum(one["lessons"] for one in told["modules"]) == 5
    assert edition.published_by == staff


def test_a_note_is_optional() -> None:
    course, staff = make_course(live=False), make_reader(is_staff=True)
    module = course.modules.all()[0]
    assert Caller(staff).post(f"staff/modules/{module.pk}/publish/")[0] == 201


def test_publishing_what_did_not_change_is_refused() -> None:
    course, staff = make_course(), make_reader(is_staff=True)
    module = course.modules.all()[0]
    status, problem = Caller(staff).post(f"staff/modules/{module.pk}/publish/")
    assert (status, problem["code"]) == (409, "nothing_to_publish")
    assert Edition.objects.count() == 1


def test_publishing_an_empty_module_is_refused() -> None:
    empty = make_module(make_course(), lessons=0)
    caller = Caller(make_reader(is_staff=True))
    status, problem = caller.post(f"staff/modules/{empty.pk}/publish/")
    assert (status, problem["code"]) == (409, "empty_module")


def test_restoring_publishes_the_old_text_as_a_new_edition() -> None:
    course, staff = make_course(modules=1, lessons=1), make_reader(is_staff=True)
    old = course.live_edition_id
    make_lesson(course.modules.get())
    publish_all(course)
    status, told = Caller(staff).post(f"staff/editions/{old}/restore/", {"note": "Terug"})
    assert (status, told["number"]) == (201, 3)
    assert [module["lessons"] for module in told["modules"]] == [1]
    status, problem = Caller(staff).post(f"staff/editions/{told['uuid']}/restore/")
    assert (status, problem["code"]) == (409, "nothing_to_publish")


@pytest.mark.parametrize(
    ("path", "code"),
    [("modules/{}/publish/", "module_not_found"), ("editions/{}/restore/", "edition_not_found")],
)
def test_what_is_not_there_is_not_found(path: str, code: str) -> None:
    caller = Caller(make_reader(is_staff=True))
    status, problem = caller.post(f"staff/{path.format(uuid.uuid4())}")
    assert (status, problem["code"]) == (404, code)


@pytest.mark.parametrize("note", [7, True, None, ["x"], "x" * 301])
def test_a_note_is_text_of_300_characters(note: object) -> None:
    course = make_course(live=False)
    caller = Caller(make_reader(is_staff=True))
    module = course.modules.all()[0]
    status, problem = caller.post(f"staff/modules/{module.pk}/publish/", {"note": note})
    assert (status, problem["code"]) == (400, "invalid_input")
    assert not Edition.objects.exists()


@pytest.mark.parametrize("path", ["modules/{}/publish/", "editions/{}/restore/"])
def test_readers_are_refused_and_visitors_asked_to_sign_in(path: str) -> None:
    course = make_course()
    for target in (course.modules.all()[0].pk, course.live_edition_id, uuid.uuid4()):
        address = f"staff/{path.format(target)}"
        assert Caller(make_reader()).post(address)[0] == 403
        assert Caller(make_reader()).post(address)[1]["code"] == "staff_only"
        assert Caller().post(address)[0] == 401
    assert Edition.objects.count() == 1


def test_what_publishing_would_do_is_told_before() -> None:
    course = make_course()
    module = course.modules.all()[0]
    new = make_lesson(module, title="Erbij")
    status, told = Caller(make_reader(is_staff=True)).get(f"staff/courses/{course.pk}/changes/")
    assert (status, told["edition"], told["changes"]["any"]) == (200, 1, True)
    added = [one for one in told["changes"]["lessons"] if one["changes"] == ["added"]]
    assert [one["uuid"] for one in added] == [str(new.pk)]
    assert told["consequences"]["coming"][0]["lesson"] == {"uuid": str(new.pk), "title": "Erbij"}
    assert told["consequences"]["first"] is False


def test_changes_may_be_asked_of_some_modules() -> None:
    course, caller = make_course(), Caller(make_reader(is_staff=True))
    one, two = course.modules.all()[:2]
    make_lesson(one)
    path = f"staff/courses/{course.pk}/changes/"
    assert caller.get(f"{path}?module={one.pk}")[1]["changes"]["any"] is True
    assert caller.get(f"{path}?module={two.pk}")[1]["changes"]["any"] is False
    told = caller.get(f"{path}?module={one.pk}&module={two.pk}")[1]
    assert sorted(told["changes"]["modules"]) == sorted([str(one.pk), str(two.pk)])
    for bad in ("x", "", "%00", "é"):
        status, problem = caller.get(f"{path}?module={bad}")
        assert (status, problem["errors"][0]["field"]) == (400, "module")


def test_what_stops_a_publication_is_on_the_checklist() -> None:
    course, caller = make_course(), Caller(make_reader(is_staff=True))
    module = course.modules.all()[0]
    empty = make_lesson(module, blocks=[make_block(body="")])
    told = caller.get(f"staff/courses/{course.pk}/changes/")[1]["checklist"]
    stops = [one for one in told if one["level"] == "stops"]
    assert stops[0]["lesson"]["uuid"] == str(empty.pk)
    status, problem = caller.post(f"staff/modules/{module.pk}/publish/")
    assert (status, problem["code"]) == (409, "unfinished_lesson")
    assert problem["lesson"] == str(empty.pk)


def test_publishing_on_an_edition_that_is_live_no_more_is_412() -> None:
    course, caller = make_course(), Caller(make_reader(is_staff=True))
    module = course.modules.all()[0]
    seen = tag_of(caller, f"staff/courses/{course.pk}/live/")
    make_lesson(module)
    publish_all(course)
    make_lesson(module)
    for path in (
        f"staff/modules/{module.pk}/publish/",
        f"staff/courses/{course.pk}/publish/",
        f"staff/editions/{course.editions.get(number=1).pk}/restore/",
    ):
        status, problem = with_tag(caller, seen).post(path)
        assert (status, problem["code"], problem["edition"]) == (412, "published_meanwhile", 2)
        assert with_tag(caller, "*").post(path)[1]["code"] == "invalid_precondition"
    assert Edition.objects.count() == 2
    assert with_tag(caller, '"e2"').post(f"staff/modules/{module.pk}/publish/")[0] == 201


def test_a_first_publication_may_expect_that_nothing_is_live() -> None:
    course, caller = make_course(live=False), Caller(make_reader(is_staff=True))
    path = f"staff/courses/{course.pk}/publish/"
    assert with_tag(caller, '"e1"').post(path)[0] == 412
    response = caller.client.post(
        f"/api/v1/{path}", "", "application/json", headers={**caller.headers, "If-Match": '"e0"'}
    )
    assert (response.status_code, response["ETag"]) == (201, '"e1"')


def test_what_was_not_shown_is_not_published() -> None:
    course, caller = make_course(), Caller(make_reader(is_staff=True))
    module = course.modules.all()[0]
    make_lesson(module)
    shown = caller.get(f"staff/courses/{course.pk}/changes/?module={module.pk}")[1]["digest"]
    make_lesson(module)
    path = f"staff/modules/{module.pk}/publish/"
    status, problem = caller.post(path, {"shown": shown})
    assert (status, problem["code"]) == (412, "changed_since_shown")
    shown = caller.get(f"staff/courses/{course.pk}/changes/?module={module.pk}")[1]["digest"]
    assert caller.post(path, {"shown": shown})[0] == 201


def test_a_whole_course_is_published_in_one_edition() -> None:
    course, caller = make_course(live=False), Caller(make_reader(is_staff=True))
    path = f"staff/courses/{course.pk}/publish/"
    assert caller.post(path, {"modules": []})[0] == 400
    assert caller.post(path, {"modules": [str(uuid.uuid4())]})[0] == 404
    status, told = caller.post(path, {"note": "Alles"})
    assert (status, len(told["modules"])) == (201, 2)
    assert Edition.objects.count() == 1


def test_a_publication_is_planned_and_called_off() -> None:
    course, caller = make_course(), Caller(make_reader(is_staff=True))
    module = course.modules.all()[0]
    path = f"staff/modules/{module.pk}/schedule/"
    at = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
    told = {"module": str(module.pk), "publish_at": at.isoformat().replace("+00:00", "Z")}
    for _ in range(2):
        assert caller.put(path, {"at": at.isoformat()}) == (200, told)
    module.refresh_from_db()
    assert module.publish_at == at
    assert caller.post(f"{path}cancel/") == (200, {**told, "publish_at": None})
    status, problem = caller.post(f"{path}cancel/")
    assert (status, problem["code"]) == (409, "nothing_planned")


@pytest.mark.parametrize(
    "at",
    [
        "",
        "x",
        7,
        None,
        "2026-11-29",
        "2099-01-01T07:00:00",
        "2001-01-01T07:00:00Z",
        "2099-01-01T07:00:00Z",
        "2027-02-30T07:00:00Z",
        "2027-01-01T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2027-01-01T07:00:00+99:00",
        "٢٠٢٧-01-01T07:00:00Z",
    ],
)
def test_a_moment_that_cannot_be_meant_is_refused(at: object) -> None:
    module = make_course().modules.all()[0]
    status, problem = Caller(make_reader(is_staff=True)).put(
        f"staff/modules/{module.pk}/schedule/", {"at": at}
    )
    assert (status, problem["code"] in {"invalid_input", "invalid_moment"}) == (400, True)
    module.refresh_from_db()
    assert module.publish_at is None


def test_the_history_of_a_course_is_paged_and_its_editions_compared() -> None:
    course, caller = make_course(modules=1, lessons=1), Caller(make_reader(is_staff=True))
    for number in (2, 3):
        make_lesson(course.modules.get(), title=f"Les van editie {number}")
        caller.post(f"staff/modules/{course.modules.get().pk}/publish/", {"note": f"Nr {number}"})
    page = caller.get(f"staff/courses/{course.pk}/editions/?limit=2")[1]
    told = [(one["number"], one["note"], one["live"]) for one in page["results"]]
    assert told == [(3, "Nr 3", True), (2, "Nr 2", False)]
    rest = caller.get(page["next"].partition("/api/v1/")[2])[1]["results"]
    assert [(one["number"], one["published_by"]) for one in rest] == [(1, None)]
    new, old = page["results"][0]["uuid"], rest[0]["uuid"]
    made = caller.get(f"staff/editions/{old}/compare/{new}/")[1]
    assert (made["before"], made["after"]) == (1, 3)
    assert [one["changes"] for one in made["changes"]["lessons"]] == [["added"], ["added"]]
    back = caller.get(f"staff/editions/{new}/compare/{old}/")[1]
    assert [one["changes"] for one in back["changes"]["lessons"]] == [["retired"], ["retired"]]
    assert caller.get(f"staff/editions/{old}/")[1]["number"] == 1
    restoring = caller.get(f"staff/editions/{old}/changes/")[1]
    assert len(restoring["consequences"]["gone"]) == 2


def test_editions_of_two_courses_are_not_compared() -> None:
    one, other = make_course().live_edition_id, make_course().live_edition_id
    caller = Caller(make_reader(is_staff=True))
    for wrong in (other, uuid.uuid4()):
        status, problem = caller.get(f"staff/editions/{one}/compare/{wrong}/")
        assert (status, problem["code"]) == (404, "edition_not_found")
    for path in ("", "changes/"):
        assert caller.get(f"staff/editions/{uuid.uuid4()}/{path}")[0] == 404
    made = caller.get(f"staff/editions/{one}/compare/{one}/")[1]
    assert made["changes"]["any"] is False
