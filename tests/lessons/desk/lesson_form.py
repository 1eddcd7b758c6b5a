"""The editor's form as a browser sends it: read from the page, changed, sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lessons.content import revisions
from lessons.content.models import Article, Lesson
from tests.factories import NOW, make_block, make_course, make_lesson, make_reader
from tests.lessons.pages.opening import browser_of, tree

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
    from selectolax.lexbor import LexborNode as Node

    from courseapp.accounts.models import User

Form = dict[str, list[str]]
JSON = {"Accept": "application/json"}
LONG = " ".join(["woord"] * 300)


def staff_and_client() -> tuple[User, Client]:
    person = make_reader(is_staff=True)
    return person, browser_of(person)


def a_lesson(*blocks: dict[str, Any], **fields: Any) -> Lesson:
    """A lesson with these blocks, or with one of every simple sort."""
    course = make_course(modules=1, lessons=0, live=False)
    made = blocks or (
        make_block(body="Een *mooie* dag.\n\n- een\n- twee"),
        make_block("selfcheck", title="Ken je dit?", statements=["Ik wacht.", "Ik kijk."]),
        make_block("cards", cards=[{"title": "Muur", "body": "Houdt tegen."}]),
    )
    return make_lesson(course.modules.get(), blocks=list(made), **fields)


def address(lesson: Lesson) -> str:
    return f"/beheer/les/{lesson.pk}/"


def form_of(page: Response) -> Form:
    """What the form holds, as a browser without scripts would send it."""
    form: Form = {}
    place = tree(page).css_first("#lesson-form")
    assert place is not None
    for node in place.css("input[name], textarea[name], select[name]"):
        value = _value(node)
        if value is not None:
            form.setdefault(str(node.attributes["name"]), []).append(value)
    return form


def _value(node: Node) -> str | None:
    if node.tag == "textarea":
        return node.text(deep=True)
    if node.tag == "select":
        chosen = node.css_first("option[selected]") or node.css_first("option")
        return str(chosen.attributes.get("value")) if chosen else ""
    if node.attributes.get("type") == "checkbox" and "checked" not in node.attributes:
        return None
    return node.attributes.get("value") or ""


def opened(client: Client, lesson: Lesson) -> Form:
    return form_of(client.get(address(lesson)))


def block_ids(lesson: Lesson) -> list[str]:
    return [block["id"] for block in Lesson.objects.get(pk=lesson.pk).blocks]


def with_article(lesson: Lesson, source: str) -> list[str]:
    """Let the lesson's course cite an article of this text; the keys of its passages."""
    row, _made = Article.objects.get_or_create(
        slug=f"artikel-{lesson.course_id}"[:80], defaults={"title": "Een artikel"}
    )
    revised = revisions.revise(of=row, source=source, form="markdown", by=None, now=NOW)
    lesson.course.articles.add(row)
    return [passage.key for passage in revised.passages]
