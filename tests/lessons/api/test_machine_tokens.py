"""Programs at the API: within their scopes, for the staff's part alone, in their maker's name."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from courseapp.accounts import tokens
from courseapp.accounts.models import AuditEntry, MachineToken
from lessons.api.staff.urls import urlpatterns
from lessons.content import editing
from tests.factories import lessons_of, make_course, make_lesson, make_reader
from tests.lessons.api.calling import Caller, by_machine, tag_of, with_tag
from tests.signing import let_in

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from courseapp.accounts.models import User

pytestmark = pytest.mark.django_db
ALL = ("read", "edit", "publish")


def make_owner() -> User:
    return make_reader(is_staff=True, is_owner=True)


def key_of(person: User, *scopes: str) -> tuple[MachineToken, str]:
    return tokens.make(name="Programma", scopes=scopes or ALL, by=person, now=timezone.now())


def test_a_program_reads_with_its_token() -> None:
    course = make_course(title="Ruimte")
    _token, secret = key_of(make_owner(), "read")
    status, page = by_machine(secret).get("staff/courses/")
    assert (status, [one["uuid"] for one in page["results"]]) == (200, [str(course.pk)])


def test_what_a_program_does_is_written_down_under_its_maker_and_its_token() -> None:
    course, owner = make_course(), make_owner()
    lesson = lessons_of(course)[0]
    token, secret = key_of(owner, "read", "edit")
    caller, path = by_machine(secret), f"staff/lessons/{lesson.pk}/"
    text = {**editing.as_json(editing.state_of(lesson)), "title": "Door een programma"}
    assert with_tag(caller, tag_of(caller, path)).put(path, text)[0] == 200
    entry = AuditEntry.objects.get(act="lesson.saved")
    assert (entry.by, entry.token) == (owner, token)
    acts = caller.get(f"staff/courses/{course.pk}/acts/")[1]["results"]
    assert (acts[0]["act"], acts[0]["token"]) == ("lesson.saved", "Programma")


@pytest.mark.parametrize("has", ALL)
def test_each_scope_opens_its_own_and_nothing_else(has: str) -> None:
    course = make_course()
    lesson, module = lessons_of(course)[0], course.modules.all()[0]
    make_lesson(module)
    _token, secret = key_of(make_owner(), has)
    caller = by_machine(secret)
    answers = {
        "read": caller.get(f"staff/lessons/{lesson.pk}/"),
        "edit": caller.put(f"staff/lessons/{lesson.pk}/", {}),
        "publish": caller.post(f"staff/modules/{module.pk}/publish/"),
    }
    for scope, (status, told) in answers.items():
        if scope == has:
            assert status in {200, 201, 428}
        else:
            assert (status, told["code"], told["scope"]) == (403, "scope_missing", scope)


def bad_headers() -> list[str]:
    good = "ikj_" + "a" * 43
    return [
        "Bearer",
        "Bearer ",
        "Bearer x",
        f"Bearer {good}",
        f"bearer {good} {good}",
        "Bearer ikj_" + "é" * 43,
        "Bearer ikj_" + "\x00" * 43,
        "Bearer " + "a" * 100_000,
        "Bearer \x7f",
        "BEARER \ud7ff".encode().decode("latin-1"),
    ]


@pytest.mark.parametrize("header", bad_headers())
def test_a_token_that_does_not_hold_is_no_silent_visitor(header: str) -> None:
    """Not even with the session of somebody who may do everything."""
    client = Client()
    let_in(client, make_owner())
    response = client.get("/api/v1/staff/courses/", headers={"Authorization": header})
    assert (response.status_code, response.json()["code"]) == (401, "invalid_machine_token")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_is_refused_at_once() -> None:
    owner = make_owner()
    token, secret = key_of(owner)
    caller = by_machine(secret)
    assert caller.get("staff/courses/")[0] == 200
    tokens.revoke(token=token.pk, by=owner, now=timezone.now())
    status, problem = caller.get("staff/courses/")
    assert (status, problem["code"]) == (401, "invalid_machine_token")


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_a_token_goes_with_its_maker_s_place(field: str) -> None:
    owner = make_owner()
    _token, secret = key_of(owner)
    owner.is_owner = False
    setattr(owner, field, False)
    owner.save()
    assert by_machine(secret).get("staff/courses/")[0] == 401


def test_a_token_works_neither_for_readers_part_nor_on_pages() -> None:
    course = make_course()
    _token, secret = key_of(make_owner())
    caller = by_machine(secret)
    outline = f"courses/{course.slug}/outline/"
    for status, problem in (caller.get(outline), caller.get("enrolments/")):
        assert (status, problem["code"]) == (401, "machine_token_not_here")
    assert caller.client.get("/beheer/", headers=caller.headers).status_code == 302
    assert caller.client.get("/mijn/", headers=caller.headers).status_code == 302


def test_a_program_needs_no_csrf_token_and_a_session_does() -> None:
    owner, path = make_owner(), f"staff/modules/{uuid.uuid4()}/publish/"
    assert by_machine(key_of(owner)[1]).post(path)[0] == 404
    client = Client(enforce_csrf_checks=True)
    let_in(client, owner)
    response = client.post(f"/api/v1/{path}", "", "application/json")
    assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")


def test_a_program_gone_wild_does_not_hold_up_its_maker(settings: Settings) -> None:
    settings.WRITES_PER_MINUTE = (2, 0)
    owner, path = make_owner(), f"staff/modules/{uuid.uuid4()}/publish/"
    caller = by_machine(key_of(owner)[1])
    statuses = [caller.post(path)[0] for _ in range(6)]  # A minute may end within.
    assert statuses[:2] == [404, 404]
    assert 429 in statuses
    assert Caller(owner).post(path)[0] == 404


def every_address() -> list[tuple[str, str]]:
    """Every address of the staff's API with the methods it takes."""
    found = []
    for one in urlpatterns:
        path = str(one.pattern)
        for name, converter in one.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower()
            path = path.replace(
                f"<{kind}:{name}>", {"slug": "x", "int": "7"}.get(kind, str(uuid.UUID(int=7)))
            )
        view = one.callback.view_class  # type: ignore[attr-defined]
        found += [(path, name) for name in ("get", "put", "post") if hasattr(view, name)]
    return found


@pytest.mark.parametrize(("path", "method"), every_address())
def test_readers_are_refused_and_visitors_asked_to_sign_in(path: str, method: str) -> None:
    status, problem = getattr(Caller(make_reader()), method)(f"staff/{path}")
    assert (status, problem["code"]) == (403, "staff_only")
    status, problem = getattr(Caller(), method)(f"staff/{path}")
    assert (status, problem["code"]) == (401, "not_signed_in")
    assert not AuditEntry.objects.exists()


def test_the_head_of_an_answer_takes_the_scope_of_the_whole() -> None:
    owner = make_owner()
    for scopes, status in ((("read",), 200), (("edit", "publish"), 403)):
        caller = by_machine(key_of(owner, *scopes)[1])
        response = caller.client.head("/api/v1/staff/courses/", headers=caller.headers)
        assert response.status_code == status
