"""What the practice waits for when a course has many readers: the consequences, and *Inzicht*."""

from __future__ import annotations

import statistics
import time
import uuid
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from courseapp.accounts.models import User
from courseapp.bench import asking, crowd, material
from lessons.content.models import Lesson, Module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.core.handlers.wsgi import WSGIHandler

    from lessons.content.models import Course

CONSEQUENCES = "consequences of publishing"
INSIGHT = "insight"
PACE = {"every_days": 2, "at": "07:00"}


def course() -> Course:
    """A course whose lessons open one after the other, published, and then changed in a module."""
    made = material.draft_course("well-read")
    made.pace = PACE
    made.save()
    made = material.publish_all(made, crowd.NOW - timedelta(days=crowd.DAYS))
    _change(made)
    return made


def measure(
    handler: WSGIHandler, here: Course, *, readers: int, times: int
) -> Iterator[dict[str, Any]]:
    """One row a page with so many readers: ``name``, ``readers``, ``ms`` (median), ``statements``.

    Where a page is not there yet, its row has ``missing`` instead.
    """
    crowd.grow(here, wanted=readers)
    yield _row(CONSEQUENCES, readers, lambda: _consequences(here), times)
    email = f"staff-{readers}@bench.example"
    staff = User.objects.create(email=email, is_staff=True, confirmed_at=crowd.NOW)
    cookies = f"{settings.SESSION_COOKIE_NAME}={material.sign_in_staff(staff)}"
    page = asking.get(f"/beheer/cursussen/{here.pk}/inzicht/", cookies=cookies)
    yield _row(INSIGHT, readers, lambda: asking.ask(handler, page), times)


def _consequences(here: Course) -> object:
    """The domain's own answer; written by name, since it may not be in this tree yet."""
    consequences = import_module("lessons.staff.consequences")
    modules = set(here.modules.values_list("pk", flat=True))
    return consequences.of(course=here, modules=modules, now=crowd.NOW)


def _row(name: str, readers: int, act: Callable[[], object], times: int) -> dict[str, Any]:
    taken: list[tuple[float, int]] = []
    for _ in range(times):
        with asking.statements() as seen:
            start = time.perf_counter()
            try:
                act()
            except ModuleNotFoundError as absent:
                return {"name": name, "readers": readers, "missing": str(absent)}
            taken.append((1000 * (time.perf_counter() - start), len(seen)))
    return {
        "name": name,
        "readers": readers,
        "ms": statistics.median(ms for ms, _count in taken),
        "statements": max(count for _ms, count in taken),
    }


def _change(made: Course) -> None:
    """The first module as somebody left it: one lesson of each kind of change."""
    module = Module.objects.get(course=made, slug="module-0")
    changed, retired, optional, moved, *_ = material.lessons_of(made)
    new = uuid.uuid4()
    Lesson.objects.filter(pk=changed.pk).update(title="Anders")
    Lesson.objects.filter(pk=retired.pk).update(retired_at=crowd.NOW)
    Lesson.objects.filter(pk=optional.pk).update(required=False)
    text = Lesson.objects.get(pk=changed.pk)
    text.pk, text.slug = new, "les-999"
    text.save(force_insert=True)
    rest = [key for key in module.lesson_order if key != str(moved.pk)]
    module.lesson_order = [*rest, str(moved.pk), str(new)]
    module.save()
