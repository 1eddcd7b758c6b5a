"""Articles by the API: taken in, corrected, made into a course and merged into one."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from courseapp.accounts.models import AuditEntry
from lessons.content.models import Article, Course, Revision
from tests.counting import counting
from tests.factories import make_course, make_reader
from tests.lessons.api.calling import Caller, with_tag
from tests.signing import let_in

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.django_db
TEXT = """# Afstand

## De muur

Wie afstand neemt, doet dat meestal bewust. Dat zeggen ze tenminste.

Onrust is dan geen teken dat er iets mis is met de ander.

## Het begin

Afstand nemen was ooit verstandig, en dat weet je nog.
"""
REVISED = TEXT.replace("meestal bewust", "zelden bewust")


@pytest.fixture
def staff() -> Caller:
    return Caller(make_reader(is_staff=True))


def imported(staff: Caller, **more: object) -> Any:
    body: Mapping[str, object] = {"source": TEXT, "form": "markdown", **more}
    status, told = staff.post("staff/articles/", body)
    assert status == 201, told
    return told


def test_an_article_is_taken_in_with_what_was_recognised(staff: Caller) -> None:
    told = imported(staff)
    assert (told["title"], told["public"], told["shown"]) == ("Afstand", False, False)
    assert (told["revision"]["number"], told["revision"]["form"]) == (1, "markdown")
    kinds = [one["kind"] for one in told["revision"]["passages"]]
    assert kinds.count("heading") == 3
    assert staff.get(f"staff/articles/{told['uuid']}/") == (200, told)
    listed = staff.get("staff/articles/")[1]["results"]
    assert [(one["uuid"], one["revisions"]) for one in listed] == [(told["uuid"], 1)]


def test_what_is_left_out_is_told_with_its_reason(staff: Caller) -> None:
    told = imported(staff, source=f"{TEXT}\n© 2026 Ik kies jou\n")
    assert [one["text"] for one in told["revision"]["left_out"]] == ["© 2026 Ik kies jou"]
    assert told["revision"]["left_out"][0]["reason"]


def test_what_is_said_of_an_article_comes_along_or_later(staff: Caller) -> None:
    told = imported(staff, title="Eigen titel", description="Kort.", public=True)
    assert (told["title"], told["description"], told["public"]) == ("Eigen titel", "Kort.", True)
    said = {"title": "Anders", "description": "", "public": False}
    status, changed = staff.put(f"staff/articles/{told['uuid']}/", said)
    assert (status, changed["title"], changed["public"]) == (200, "Anders", False)


def test_a_new_wording_is_201_and_the_same_one_200(staff: Caller) -> None:
    path = f"staff/articles/{imported(staff)['uuid']}/revisions/"
    for status in (201, 200):
        answer = staff.post(path, {"source": REVISED, "form": "markdown"})
        assert (answer[0], answer[1]["revision"]["number"]) == (status, 2)
    assert Revision.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"source": ""}, "invalid_input"),
        ({"source": "   \n "}, "invalid_input"),
        ({"source": "\n---\n"}, "article_without_text"),
        ({"source": 7}, "invalid_input"),
        ({"source": "x" * 1_000_001}, "invalid_input"),
        ({"form": "docx"}, "invalid_input"),
        ({"form": 7}, "invalid_input"),
        ({"form": ["text"]}, "invalid_input"),
        ({"title": ""}, "invalid_input"),
        ({"title": "x" * 201}, "invalid_input"),
        ({"public": "yes"}, "invalid_input"),
        ({"slug": "eigen"}, "invalid_input"),
        ({"source": "a\u0000b"}, "invalid_json"),
        ({"form": "html", "source": "<div>" * 5_000 + "x"}, "nested_too_deeply"),
    ],
)
def test_what_is_no_article_is_refused_and_nothing_is_kept(
    staff: Caller, changes: dict[str, object], code: str
) -> None:
    status, problem = staff.post("staff/articles/", {"source": TEXT, "form": "markdown", **changes})
    assert (status, problem["code"]) == (400, code)
    assert not Article.objects.exists()


def test_a_page_full_of_scripts_and_pixels_is_text_and_nothing_else(staff: Caller) -> None:
    page = (
        "<html><body><script>alert(1)</script><h1>Afstand</h1>"
        "<img src=https://example.com/p.gif width=1><p onclick=x()>Wie afstand neemt.</p>"
        "<iframe src=https://example.com></iframe></body></html>"
    )
    told = imported(staff, source=page, form="html")
    assert [one["text"] for one in told["revision"]["passages"]] == [
        "Afstand",
        "Wie afstand neemt.",
    ]
    assert "alert" not in json.dumps(told["revision"]["passages"])


@pytest.mark.slow
def test_a_text_may_be_longer_than_other_bodies_but_not_endless(staff: Caller) -> None:
    long = f"{TEXT}\n" + "\n\n".join(f"Alinea {number} over afstand." for number in range(5_000))
    assert len(long) > 100_000
    imported(staff, source=long)
    for path in ("staff/articles/", f"staff/articles/{Article.objects.get().pk}/revisions/"):
        status, problem = staff.post(path, {"source": "é" * 5_000_000, "form": "text"})
        assert (status, problem["code"]) == (413, "body_too_large")
    assert Revision.objects.count() == 1


def test_a_passage_is_corrected_by_its_key(staff: Caller) -> None:
    told = imported(staff)
    passage = told["revision"]["passages"][2]
    path = f"staff/articles/{told['uuid']}/passages/{passage['key']}/kind/"
    status, corrected = staff.put(path, {"kind": "quote"})
    now = corrected["revision"]["passages"][2]
    assert (status, now["kind"], now["recognised"]) == (200, "quote", "paragraph")
    status, left = staff.put(path, {"kind": "left_out"})
    assert (status, passage["key"] in {one["key"] for one in left["revision"]["passages"]}) == (
        200, False,
    )  # fmt: skip
    assert left["revision"]["left_out"][-1] == {
        "text": passage["text"], "reason": "by hand", "passage": passage["key"],
    }  # fmt: skip
    assert staff.put(path, {"kind": "quote"})[0] == 200
    for kind in ("poem", 7, None, ""):
        assert staff.put(path, {"kind": kind})[0] == 400
    nowhere = f"staff/articles/{told['uuid']}/passages/no-such/kind/"
    status, problem = staff.put(nowhere, {"kind": "quote"})
    assert (status, problem["code"]) == (404, "passage_not_found")


def test_an_article_becomes_a_course(staff: Caller) -> None:
    article = imported(staff)["uuid"]
    status, course = staff.post(f"staff/articles/{article}/derive/")
    assert (status, course["title"], course["edition"]) == (201, "Afstand", None)
    assert course["articles"][0]["uuid"] == article
    assert sum(lesson["blocks"] for one in course["modules"] for lesson in one["lessons"]) >= 2
    named = {"title": "Nog een", "slug": course["slug"]}
    status, problem = staff.post(f"staff/articles/{article}/derive/", named)
    assert (status, problem["code"]) == (409, "slug_taken")
    named["slug"] = "Geen Adres!"
    assert staff.post(f"staff/articles/{article}/derive/", named)[1]["code"] == "invalid_slug"
    assert staff.post(f"staff/articles/{article}/derive/")[1]["slug"] != course["slug"]
    assert Course.objects.count() == 2


def test_a_course_takes_what_it_chooses_of_an_article_and_once(staff: Caller) -> None:
    article, course = imported(staff)["uuid"], make_course()
    path = f"staff/articles/{article}/merge/{course.pk}/"
    status, proposal = staff.get(path)
    offered = [one["block"]["id"] for place in proposal["places"] for one in place["blocks"]]
    assert status == 200
    assert offered
    for taken in (1, 0):
        status, merged = staff.post(path, {"blocks": [offered[0], str(uuid.uuid4())]})
        assert (status, merged["blocks"]) == (200, taken)
    left = staff.get(path)[1]["places"]
    assert offered[0] not in [one["block"]["id"] for place in left for one in place["blocks"]]
    assert staff.post(path, {"blocks": "all"})[0] == 400


def revised_course(staff: Caller) -> tuple[str, Any]:
    """A course of an article whose second passage was reworded, and its one stale block."""
    article = imported(staff)["uuid"]
    course = staff.post(f"staff/articles/{article}/derive/")[1]["uuid"]
    staff.post(f"staff/articles/{article}/revisions/", {"source": REVISED, "form": "markdown"})
    stale = staff.get(f"staff/courses/{course}/stale/")[1]["results"]
    assert len(stale) == 1
    return course, stale[0]


@pytest.mark.parametrize(("act", "words"), [("accept", "zelden"), ("leave", "meestal")])
def test_a_stale_block_is_accepted_or_left(staff: Caller, act: str, words: str) -> None:
    course, stale = revised_course(staff)
    assert "meestal" in stale["before"]
    assert "zelden" in stale["after"]
    assert "zelden" in stale["accepted"]["body"]
    path = f"staff/lessons/{stale['lesson']['uuid']}/blocks/{stale['block']}/{act}/"
    body = {"passage": stale["passage"]}
    assert staff.post(path, body)[0] == 428
    assert with_tag(staff, '"v9"').post(path, body)[1]["code"] == "changed_meanwhile"
    status, lesson = with_tag(staff, '"v1"').post(path, body)
    assert (status, lesson["version"]) == (200, 2)
    block = next(one for one in lesson["blocks"] if one["id"] == stale["block"])
    assert words in block["body"]
    assert staff.get(f"staff/courses/{course}/stale/")[1]["results"] == []
    status, problem = with_tag(staff, '"v2"').post(path, body)
    assert (status, problem["code"]) == (404, "not_stale")


def test_a_block_in_own_words_is_not_accepted(staff: Caller) -> None:
    _course, stale = revised_course(staff)
    path = f"staff/lessons/{stale['lesson']['uuid']}/"
    lesson = staff.get(path)[1]
    for block in lesson["blocks"]:
        if block["id"] == stale["block"]:
            block["body"] = "Heel andere woorden over afstand nemen en wat dat kost, en meer."
    fields = ("title", "lead", "minutes", "required", "open_to_all", "blocks")
    own = {name: lesson[name] for name in fields}
    assert with_tag(staff, '"v1"').put(path, own)[0] == 200
    accept = f"{path}blocks/{stale['block']}/accept/"
    status, problem = with_tag(staff, '"v2"').post(accept, {"passage": stale["passage"]})
    assert (status, problem["code"]) == (409, "own_words")


def test_coverage_is_told_both_ways(staff: Caller) -> None:
    article, course = imported(staff)["uuid"], make_course()
    course.articles.add(article)
    status, told = staff.get(f"staff/courses/{course.pk}/coverage/")
    assert (status, len(told["unused"])) == (200, told["passages"])
    assert len(told["unsupported"]) == 4


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("", "get"),
        ("", "put"),
        ("revisions/", "post"),
        ("derive/", "post"),
        ("passages/x/kind/", "put"),
    ],
)
def test_an_article_that_is_none_is_not_found(staff: Caller, path: str, method: str) -> None:
    bodies: dict[str, object] = {
        "": {"title": "A", "description": "", "public": True},
        "revisions/": {"source": TEXT, "form": "text"},
        "passages/x/kind/": {"kind": "quote"},
    }
    arguments = [] if method == "get" else [bodies.get(path)]
    call = getattr(staff, method)
    status, problem = call(f"staff/articles/{uuid.uuid4()}/{path}", *arguments)
    assert (status, problem["code"]) == (404, "article_not_found")


def test_merging_what_is_not_there_is_not_found(staff: Caller) -> None:
    article, course = imported(staff)["uuid"], make_course().pk
    status, problem = staff.get(f"staff/articles/{uuid.uuid4()}/merge/{course}/")
    assert (status, problem["code"]) == (404, "article_not_found")
    status, problem = staff.post(f"staff/articles/{article}/merge/{uuid.uuid4()}/", {"blocks": []})
    assert (status, problem["code"]) == (404, "course_not_found")


def test_every_act_is_written_down(staff: Caller) -> None:
    article = imported(staff)["uuid"]
    staff.post(f"staff/articles/{article}/revisions/", {"source": REVISED, "form": "markdown"})
    staff.post(f"staff/articles/{article}/derive/")
    acts = AuditEntry.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["article.added", "article.revised", "course.derived"]


def test_the_list_and_an_article_take_the_same_statements_however_much_there_is(
    staff: Caller,
) -> None:
    counts: dict[str, set[int]] = {"list": set(), "one": set()}
    for number in (1, 4):
        for _ in range(number):
            article = imported(staff)["uuid"]
        with counting() as count:
            staff.get("staff/articles/")
        counts["list"].add(int(count))
        with counting() as count:
            staff.get(f"staff/articles/{article}/")
        counts["one"].add(int(count))
    assert counts == {"list": {3}, "one": {6}}


def test_a_session_s_program_may_send_three_megabytes_too() -> None:
    """Django's own limit for forms is lower; what is sent as JSON has the endpoint's."""
    client = Client(enforce_csrf_checks=True)
    let_in(client, make_reader(is_staff=True))
    client.cookies["csrftoken"] = "x" * 32
    paragraph = "é" * 500 + "\n\n"
    body = json.dumps({"source": paragraph * 900, "form": "text"})
    assert 2_600_000 < len(body) < 3 * 1024 * 1024
    response = client.post(
        "/api/v1/staff/articles/", body, "application/json", headers={"X-CSRFToken": "x" * 32}
    )
    assert response.status_code == 201
