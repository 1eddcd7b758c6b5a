"""Where the links of a lesson lead, as far as this site can know without asking another.

A link within the site is held against what readers may open; one to another site is looked at for
its form. Whether a page elsewhere is still there is found out in the background (content.outside).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.urls import Resolver404, resolve

from lessons.content.models import Article, Course, Lesson, MediaFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

Fault = Literal["link_nowhere", "link_insecure", "link_malformed"]
LINK = re.compile(r"\[[^\]\n]+\]\(([^)\n]*)\)|<((?:https?|mailto|tel|ftp):[^>\s]*)>")
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+", re.I)
MAIL = re.compile(r"[^@\s]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"\+?[\d\s()-]{3,}")
LESSON_ANCHOR = "b-"


@dataclass(frozen=True)
class Known:
    """What a link may lead to: slugs of courses (all, and those that are live), of public articles,
    paths of own files, and open lessons as ``course/lesson``."""

    courses: frozenset[str] = frozenset()
    live: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    open_lessons: frozenset[str] = frozenset()


def known(*, files: Collection[str] = ()) -> Known:
    """What there is, in one query; of the files only those that are named."""
    text = CharField()
    rows = (
        Course.objects.values_list(Value("courses"), "slug")
        .union(
            Course.objects.filter(live_edition__isnull=False).values_list(Value("live"), "slug"),
            Article.objects.filter(live_revision__isnull=False).values_list(
                Value("articles"), "slug"
            ),
            Lesson.objects.filter(open_to_all=True, retired_at__isnull=True).values_list(
                Value("open_lessons"),
                Concat(F("course__slug"), Value("/"), F("slug"), output_field=text),
            ),
            MediaFile.objects.filter(path__in=list(files)).values_list(
                Value("files"), Cast("path", text)
            ),
            all=True,
        )
        .order_by()
    )
    found: dict[str, set[str]] = {}
    for kind, name in rows:
        found.setdefault(kind, set()).add(name)
    return Known(**{kind: frozenset(names) for kind, names in found.items()})


def in_text(text: str) -> list[str]:
    """The addresses that a text in the small Markdown links to, also those that do not work."""
    return [(one or other).strip() for one, other in LINK.findall(text)]


def fault(address: str, *, known: Known, blocks: Iterable[UUID] = ()) -> Fault | None:
    """What is wrong with an address; None: nothing that can be seen from here.

    ``blocks`` are those of the lesson it stands in, which an ``#anchor`` may lead to.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return "link_malformed"
    if parts.scheme == "http":
        return "link_insecure"
    if parts.scheme:
        return None if _is_formed(parts) else "link_malformed"
    if parts.netloc or not address:
        return "link_malformed"
    if not parts.path:
        ours = {f"{LESSON_ANCHOR}{block}" for block in blocks}
        return None if parts.fragment in ours else "link_nowhere"
    return None if _leads_somewhere(parts.path, known) else "link_nowhere"


def _is_formed(parts: SplitResult) -> bool:
    if parts.scheme == "https":
        return bool(HOST.fullmatch(parts.hostname or "")) and " " not in parts.geturl()
    if parts.scheme == "mailto":
        return bool(MAIL.fullmatch(parts.path))
    return parts.scheme == "tel" and bool(PHONE.fullmatch(unquote(parts.path)))


def _leads_somewhere(path: str, known: Known) -> bool:
    if path.startswith("/media/"):
        return unquote(path.removeprefix("/media/")) in known.files
    try:
        found = resolve(unquote(path))
    except Resolver404:
        return False
    slug = str(found.kwargs.get("slug", ""))
    if found.url_name in {"course", "enrol"}:
        return slug in known.live
    if found.url_name == "open_lesson":
        return f"{slug}/{found.kwargs.get('lesson_slug')}" in known.open_lessons
    return found.url_name != "article" or slug in known.articles
