"""The other side of "publishing, beside openedx-core", in an environment of its own.

``python openedx_side.py`` reads one JSON object, ``{"database": …, "lessons": [[text, …], …],
"edits": 10, "times": 3}``, and writes one: for the first publication and for the edits the
milliseconds and the number of statements of each time.

It imports nothing of ours: what is measured is Open edX's own interface, `openedx_content.api`. A
lesson is a unit, a block a component with a text.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 1, 5, 19, 30, tzinfo=UTC)
# The same as in ``asking``: what frames the work rather than being it.
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
Taken = tuple[float, int]


def prepare(database: dict[str, Any]) -> Any:
    """Set Django up with no more than the engine needs, make its tables, return its interface."""
    needed = import_module("openedx_content.settings_api")
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "openedx_content",
            *needed.openedx_content_backcompat_apps_to_install(),
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        DEBUG=False,
    )
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    return import_module("openedx_content.api")


class Course:
    """A learning package of one unit for each lesson, not published."""

    def __init__(self, api: Any, key: str, lessons: list[list[str]]) -> None:
        self.api = api
        self.package = api.create_learning_package(key, key, created=NOW).id
        self.kind = api.get_or_create_component_type("xblock.v1", "html")
        self.media = api.get_or_create_media_type("text/html").id
        self.texts = lessons
        with api.bulk_draft_changes_for(self.package, changed_at=NOW):
            self.units = [self._unit(place, texts) for place, texts in enumerate(lessons)]

    def _unit(self, place: int, texts: list[str]) -> list[Any]:
        blocks = [
            self.api.create_component(
                self.package, self.kind, f"{place}-{number}", created=NOW, created_by=None
            )
            for number in range(len(texts))
        ]
        for block, text in zip(blocks, texts, strict=True):
            self.write(block, text)
        self.api.create_unit_and_version(
            self.package, f"unit-{place}", title=f"Unit {place}", components=blocks, created=NOW
        )
        return blocks

    def write(self, block: Any, text: str) -> None:
        """A new version of this block, as it is saved in a draft."""
        kept = self.api.get_or_create_text_media(self.package, self.media, text=text, created=NOW)
        self.api.create_next_component_version(
            block.pk, {"block.html": kept.pk}, title="A block", created=NOW
        )

    def edit(self, count: int) -> None:
        """Change the first block of so many lessons, spread over the course."""
        with self.api.bulk_draft_changes_for(self.package, changed_at=NOW):
            for place in range(0, len(self.units), len(self.units) // count)[:count]:
                self.write(self.units[place][0], self.texts[place][0] + " ")

    def publish(self) -> Taken:
        return taken(lambda: self.api.publish_all_drafts(self.package, published_at=NOW))


def taken(act: Callable[[], object]) -> Taken:
    """Milliseconds and statements of this act."""
    seen = 0

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        nonlocal seen
        seen += not sql.lstrip().upper().startswith(FRAME)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        start = time.perf_counter()
        act()
        return 1000 * (time.perf_counter() - start), seen


def main() -> None:
    """Measure what was asked for on standard input."""
    asked = json.load(sys.stdin)
    api = prepare(asked["database"])
    first: list[Taken] = []
    edits: list[Taken] = []
    for number in range(asked["times"]):
        course = Course(api, f"course-{number}", asked["lessons"])
        first.append(course.publish())
        course.edit(asked["edits"])
        edits.append(course.publish())
    json.dump({"first": first, "edits": edits}, sys.stdout)


if __name__ == "__main__":
    main()
