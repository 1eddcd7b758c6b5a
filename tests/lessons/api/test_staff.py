"""Publishing by the API."""

from __future__ import annotations

import uuid

import pytest

from lessons.content.models import Edition
from tests.factories import make_course, make_lesson, make_module, make_reader, publish_all
from tests.lessons.api.calling import Caller

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
