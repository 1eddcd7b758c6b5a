"""What tests of pages share: a reader's browser, and a page as a tree."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from tests.factories import lessons_of, make_course, make_enrolment, make_lesson, make_reader
from tests.factories import publish_all as publish
from tests.signing import let_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from django.test.client import _MonkeyPatchedWSGIResponse as Response

    from courseapp.accounts.models import User
    from lessons.content.models import Course, Lesson


def browser_of(reader: User | None = None, *, checks_forms: bool = False) -> Client:
    """A browser, signed in if a reader is given."""
    client = Client(enforce_csrf_checks=checks_forms)
    if reader:
        let_in(client, reader)
    return client


def tree(response: Response) -> HTMLParser:
    return HTMLParser(response.content.decode())


def the(place: HTMLParser | Node | None, selector: str) -> Node:
    """The one element there must be."""
    assert place is not None
    found = place.css_first(selector)
    assert found is not None, selector
    return found


def links(response: Response) -> set[str]:
    found = (node.attributes.get("href") for node in tree(response).css("a"))
    return {address for address in found if address}


def address(name: str, *args: object) -> str:
    return reverse(name, args=args)


def make_course_with_open_lesson(**fields: Any) -> Course:
    """Two modules of two lessons; the very first lesson is open to everybody."""
    course = make_course(live=False, **fields)
    first = lessons_of(course)[0]
    first.open_to_all = True
    first.save(update_fields=["open_to_all"])
    publish(course)
    return course


def make_course_of_blocks(blocks: Iterable[dict[str, Any]], **fields: Any) -> tuple[Course, Lesson]:
    """A live course whose only lesson has these blocks and is open to everybody."""
    course = make_course(modules=1, lessons=0, live=False, **fields)
    lesson = make_lesson(course.modules.get(), blocks=list(blocks), open_to_all=True)
    publish(course)
    return course, lesson


def make_reading(course: Course) -> tuple[User, Client]:
    """A reader who has begun the course just now, and their browser."""
    reader = make_reader()
    make_enrolment(reader, course, now=timezone.now())
    return reader, browser_of(reader)


def nobody() -> uuid.UUID:
    return uuid.uuid4()
