"""The API's description, held against what it really answers."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from courseapp.api.schema import document
from lessons.api.staff import urls as staff_urls
from lessons.api.urls import urlpatterns
from lessons.content import blocks
from payments.api.staff import urls as money_urls
from payments.api.urls import urlpatterns as shop
from tests.counting import counting
from tests.factories import (
    lessons_of,
    make_block,
    make_course,
    make_enrolment,
    make_lesson,
    make_reader,
    publish_all,
)
from tests.lessons.api.calling import Caller, begin

if TYPE_CHECKING:
    from lessons.content.models import Course

# One of each kind, so that every kind's shape is held against a real answer.
FILLED: dict[str, dict[str, Any]] = {
    "text": {"body": "Stil."},
    "quote": {"body": "Stil.", "source": "Tom"},
    "cards": {"cards": [{"title": "Muur", "body": "Een muur."}]},
    "story": {"body": "Tom belt."},
    "selfcheck": {"title": "Herken je dit?", "statements": ["Ja", "Nee"]},
    "reflection": {"prompt": "Wat merk je?"},
    "exercise": {"title": "Adem", "minutes": 3, "steps": ["In", "Uit"]},
    "media": {"src": "/static/a.png", "alt": "Een stoel"},
    "callout": {"body": "Rustig aan."},
    "offer": {"title": "Verder", "body": "Een training.", "course": "kiezen"},
}
# Withdrawing from a contract takes no account (art. 6:230oa BW).
OPEN = "/api/v1/withdrawals/"


def described() -> Any:
    return json.loads(document())


def strict(schema: Any) -> Any:
    """The same description, in which no object may hold more than is said."""
    if isinstance(schema, dict):
        closed = {name: strict(below) for name, below in schema.items()}
        if closed.get("type") == "object" and "properties" in closed:
            closed["additionalProperties"] = False
        return closed
    return [strict(below) for below in schema] if isinstance(schema, list) else schema


def hold(answer: tuple[int, Any], method: str, path: str) -> Any:
    """Hold an answer against the description of its address; returns what it says."""
    whole = strict(described())
    status, data = answer
    told = whole["paths"][f"/api/v1/{path}"][method]["responses"][str(status)]
    schema = next(iter(told["content"].values()))["schema"]
    jsonschema.Draft202012Validator(
        {**schema, "components": whole["components"]},
        format_checker=jsonschema.FormatChecker(),
    ).validate(data)
    return data


def test_it_is_openapi_3_1_and_valid_json_schema() -> None:
    whole = described()
    assert (whole["openapi"], whole["info"]["version"]) == ("3.1.0", "1")
    for shape in whole["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(shape)


def test_every_address_is_described_and_nothing_else() -> None:
    own = [str(one.pattern) for one in (*urlpatterns, *shop) if isinstance(one, URLPattern)]
    for_staff = (*staff_urls.urlpatterns, *money_urls.urlpatterns)
    staff = [f"staff/{one.pattern}" for one in for_staff]
    real = {re.sub(r"<\w+:(\w+)>", r"{\1}", f"/api/v1/{path}") for path in own + staff}
    assert set(described()["paths"]) == real


def test_every_operation_names_its_refusals_and_how_to_sign_in() -> None:
    whole = described()
    assert set(whole["components"]["securitySchemes"]) == {"machine", "token", "session"}
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            expected = {"400", "405", "406"}
            if "{" in path:
                expected |= {"404"}
            if method != "get" and path != OPEN:
                expected |= {"401", "403", "413", "415", "429"}
                assert operation["security"][-2:] == [{"token": []}, {"session": []}]
            assert expected <= set(operation["responses"]), (path, method)
            assert operation["description"], (path, method)


def test_every_operation_of_the_staff_s_names_the_scope_it_takes() -> None:
    scopes: defaultdict[str, set[str]] = defaultdict(set)
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            machine = [one["machine"] for one in operation.get("security", []) if "machine" in one]
            assert bool(machine) == path.startswith("/api/v1/staff/"), (path, method)
            if machine:
                scopes[method].update(*machine)
    assert scopes == {
        "get": {"read", "money"},
        "put": {"edit", "publish"},
        "post": {"edit", "publish", "money"},
        "delete": {"money"},
    }


def test_every_kind_of_block_has_its_example_here() -> None:
    assert set(FILLED) == set(blocks.KINDS)


@pytest.fixture
def course() -> Course:
    """A course with a lesson of every kind of block, and one that opens tomorrow."""
    course = make_course(modules=1, lessons=0, live=False, pace={"every_days": 1, "at": "07:00"})
    module = course.modules.get()
    make_lesson(module, blocks=[make_block(kind, **fields) for kind, fields in FILLED.items()])
    make_lesson(module)
    publish_all(course)
    return course


@pytest.mark.django_db
def test_what_everybody_is_answered_is_what_is_described(course: Course) -> None:
    visitor = Caller()
    hold(visitor.get("courses/"), "get", "courses/")
    hold(visitor.get(f"courses/{course.slug}/"), "get", "courses/{slug}/")
    hold(visitor.get(f"courses/{course.slug}/outline/"), "get", "courses/{slug}/outline/")


@pytest.mark.django_db
def test_what_readers_are_answered_is_what_is_described(course: Course) -> None:
    one, two = (f"lessons/{lesson.pk}" for lesson in lessons_of(course))
    caller = Caller(make_reader())
    for status in (201, 200):
        answer = caller.post("enrolments/", begin(course.slug))
        assert answer[0] == status
        hold(answer, "post", "enrolments/")
    lesson = hold(caller.get(f"{one}/"), "get", "lessons/{lesson}/")
    assert [block["type"] for block in lesson["blocks"]] == list(FILLED)
    hold(caller.get(f"{two}/"), "get", "lessons/{lesson}/")
    body = {"block": lesson["blocks"][0]["id"]}
    hold(caller.put(f"{one}/position/", body), "put", "lessons/{lesson}/position/")
    hold(caller.get("enrolments/"), "get", "enrolments/")
    for said in ("opened", "finished"):
        hold(caller.post(f"{one}/{said}/"), "post", f"lessons/{{lesson}}/{said}/")
    hold(caller.get(f"courses/{course.slug}/outline/"), "get", "courses/{slug}/outline/")
    plan = f"courses/{course.slug}/plan/"
    assert hold(caller.get(plan), "get", "courses/{slug}/plan/")["coming"]
    for said in ("pause/", "resume/", "open-all/"):
        hold(caller.post(f"{plan}{said}", {}), "post", f"courses/{{slug}}/plan/{said}")
    hold(caller.patch(plan, {"hour": "07:00"}), "patch", "courses/{slug}/plan/")
    hold(caller.get("mail/"), "get", "mail/")
    hold(caller.patch("mail/", {"offers": True}), "patch", "mail/")


@pytest.mark.django_db
def test_what_staff_are_answered_is_what_is_described(course: Course) -> None:
    staff, module, old = (
        Caller(make_reader(is_staff=True)),
        course.modules.get(),
        course.live_edition_id,
    )
    make_lesson(module)
    for path, target in (
        ("staff/modules/{module}/publish/", module.pk),
        ("staff/editions/{edition}/restore/", old),
    ):
        for status in (201, 409):
            answer = staff.post(re.sub("{.+}", str(target), path))
            assert answer[0] == status
            hold(answer, "post", path)


@pytest.mark.django_db
def test_the_description_is_public_and_asks_the_database_nothing() -> None:
    with counting() as count:
        response = Client().get("/api/v1/schema/")
    assert response.json() == described()
    assert int(count) == 0, str(count)


@pytest.mark.django_db
def test_the_documentation_takes_everything_from_our_own_server() -> None:
    reader = make_reader()
    make_enrolment(reader, make_course(), now=timezone.now())
    client = Client()
    client.force_login(reader)
    assert client.options("/api/v1/docs/").status_code == 405
    page = client.get("/api/v1/docs/").content.decode()
    assert 'data-schema="/api/v1/schema/"' in page
    assert "&quot;validatorUrl&quot;: null" in page
    taken = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(taken) >= 3
    for address in taken:
        assert address.startswith("/static/")
        assert finders.find(address.removeprefix("/static/"))
    assert not re.findall(r"https?://", page)
