"""The site's side: the whole project as in production, with a course and readers to measure."""

from __future__ import annotations

import sqlite3
from collections import deque
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from courseapp.bench import asking, backlog, mails, material, publications, staffpages
from courseapp.bench.sides import Side
from lessons.reading import enrolling, progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from courseapp.accounts.models import User
    from courseapp.bench.asking import Environ
    from lessons.content.models import Course

BEGAN = datetime(2026, 1, 5, 19, 30, tzinfo=UTC)
JSON = "application/json"
# Readers made at a time to finish lessons, so that nobody asks as often as a rate limit minds.
CROWD = 25
# No slice of first finishes is asked for more than this.
FINISHES_A_SECOND = 4000


class FirstFinishes:
    """Requests that finish a lesson for the first time, made ahead for a crowd of readers."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.lessons = material.lessons_of(course)
        self.stock: deque[Environ] = deque()
        self.crowds = 0

    def __iter__(self) -> Iterator[Environ]:
        return self

    def __next__(self) -> Environ:
        if not self.stock:
            raise StopIteration
        return self.stock.popleft()

    def fill(self, wanted: int) -> None:
        """Have at least so many in stock."""
        while len(self.stock) < wanted:
            people = material.readers(f"crowd-{self.crowds}", CROWD, BEGAN)
            material.enrol_all(self.course, people, BEGAN)
            self.stock.extend(finishes(people, self.lessons))
            self.crowds += 1


class Site(Side):
    """Figures: lesson_page, lesson_api, outline_page, outline_api, finish, finish_again."""

    firsts: FirstFinishes
    crowded: Course | None = None

    def prepare(self) -> dict[str, Any]:
        """Make tables, static files, a course of 40 lessons, and a reader who finished 20.

        Returns the session this reader has at the floor, and what the process runs on.
        """
        call_command("migrate", verbosity=0, interactive=False)
        call_command(
            "collectstatic",
            verbosity=0,
            interactive=False,
            ignore_patterns=["drf_spectacular_sidecar", "rest_framework"],
        )
        course = material.publish_all(material.draft_course("measured"), BEGAN)
        (reader,) = material.readers("reader", 1, BEGAN)
        _read_half(reader, course)
        self._pages_of(reader, course)
        self._finishes_in(course)
        return {"session": material.sign_in_at_floor(reader), "runs_on": _versions()}

    def database(self) -> dict[str, Any]:
        """How it speaks to its database."""
        return database()

    def first_publications(self, times: int) -> dict[str, Any]:
        """Publishing a whole course and then edits, see ``publications.first``."""
        return {"rows": list(publications.first(times=times))}

    def staff_pages(self, readers: int, times: int) -> dict[str, Any]:
        """What staff wait for with so many readers, see ``staffpages.measure``."""
        self.crowded = self.crowded or staffpages.course()
        rows = staffpages.measure(self.handler, self.crowded, readers=readers, times=times)
        return {"rows": list(rows)}

    def send_mails(self, port: int, count: int, lines: int) -> dict[str, Any]:
        """Mails a second, see ``mails.ours``."""
        return {"per_second": mails.ours(port=port, count=count, lines=lines)}

    def plain_mails(self, port: int, count: int) -> dict[str, Any]:
        """Mails a second, see ``mails.plain``."""
        return {"per_second": mails.plain(port=port, count=count)}

    def code_wait(self, port: int, count: int, lines: int, log: str) -> dict[str, Any]:
        """Seconds, see ``mails.code_wait``."""
        wait = mails.code_wait(port=port, count=count, lines=lines, log=Path(log))
        return {"seconds": wait}

    def put_mails(self, count: int) -> dict[str, Any]:
        """Letters for somebody else to send."""
        mails.put(count)
        return {}

    def work_off(self, port: int) -> dict[str, Any]:
        """Memory over the mails, see ``mails.work_off``."""
        return {"seen": mails.work_off(port=port)}

    def claims(self, sizes: list[int]) -> dict[str, Any]:
        """Claiming among few and among many, see ``backlog.measure``."""
        return {"rows": list(backlog.measure(sizes=sizes))}

    def publications(self, small: int, large: int, times: int) -> dict[str, Any]:
        """Publishing, see ``publications.measure``."""
        return {"rows": list(publications.measure(small=small, large=large, times=times))}

    def _pages_of(self, reader: User, course: Course) -> None:
        # Whoever signed in came by a form, and has the cookie of forms since.
        cookies = f"{cookies_of(reader)}; {settings.CSRF_COOKIE_NAME}={asking.PARROT}"
        lessons = material.lessons_of(course)

        def data(path: str) -> Environ:
            return asking.get(f"/api/v1/{path}", cookies=cookies, accept=JSON)

        def page(path: str) -> Environ:
            return asking.get(f"/mijn/{path}", cookies=cookies)

        self.figures |= {
            "lesson_page": cycle([page(f"les/{lesson.pk}/") for lesson in lessons]),
            "lesson_api": cycle([data(f"lessons/{lesson.pk}/") for lesson in lessons]),
            "outline_page": cycle([page(f"cursus/{course.pk}/")]),
            "outline_api": cycle([data(f"courses/{course.slug}/outline/")]),
        }

    def _finishes_in(self, course: Course) -> None:
        lessons = material.lessons_of(course)
        half = lessons[: len(lessons) // 2]
        people = material.readers("again", 5 * CROWD, BEGAN)
        material.finish_all(material.enrol_all(course, people, BEGAN), half)
        self.firsts = FirstFinishes(course)
        self.figures |= {"finish": self.firsts, "finish_again": cycle(finishes(people, half))}

    def _next(self, figure: str, requests: int) -> Iterator[Environ]:
        if figure == "finish":
            self.firsts.fill(min(requests, FINISHES_A_SECOND))
        return super()._next(figure, requests)


def database() -> dict[str, Any]:
    """How this process speaks to its database, for another side to do the same.

    By Django's own engine: ours, which stands on it, is no part of another side's environment.
    """
    ours = settings.DATABASES["default"]
    names = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    engine = f"django.db.backends.{'sqlite3' if connection.vendor == 'sqlite' else 'postgresql'}"
    told = {name: ours[name] for name in names if name in ours}
    return {**told, "ENGINE": engine, "NAME": str(ours["NAME"])}


def _read_half(reader: User, course: Course) -> None:
    """Enrol and finish the first half as a reader does."""
    enrolling.enrol(reader=reader, course=course.slug, wording="Ja", place="bench", now=BEGAN)
    lessons = material.lessons_of(course)
    half = lessons[: len(lessons) // 2]
    for number, lesson in enumerate(half):
        now = BEGAN + timedelta(hours=number)
        progress.open_lesson(reader=reader, lesson=lesson.pk, now=now)
        progress.finish(reader=reader, lesson=lesson.pk, now=now)
    progress.keep_position(reader=reader, lesson=half[-1].pk, block=None, now=BEGAN)


def finishes(people: list[User], lessons: list[Any]) -> list[Environ]:
    """Requests by which each of these people finishes each of these lessons."""
    return [
        asking.post(
            f"/api/v1/lessons/{lesson.pk}/finished/",
            cookies=cookies,
            csrf_cookie=settings.CSRF_COOKIE_NAME,
        )
        for cookies in map(cookies_of, people)
        for lesson in lessons
    ]


def cookies_of(reader: User) -> str:
    """What the browser of somebody who signed in sends along."""
    return f"{settings.SESSION_COOKIE_NAME}={material.sign_in(reader)}"


def _versions() -> dict[str, str]:
    found = {"django": django.get_version(), "sqlite": sqlite3.sqlite_version}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            found["postgresql"] = cursor.fetchone()[0]
    return found
