"""The rows of an outline: modules, lessons, and where the reader stands in each.

Written in Python rather than as a template, and each row kept: for a course of forty lessons,
making them anew is the slowest part of the page.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lessons.pages.kept import Kept

if TYPE_CHECKING:
    from lessons.reading.outline import LessonLine, ModuleLines, Outline

# A row depends on few things, so most readers share theirs with others.
_rows = Kept(size=4096)
_modules = Kept(size=1024)
READABLE = {"finished", "started", "open"}
# One drawing for each state, named once and used in every row.
MARKS = (
    '<svg hidden><symbol id="m-finished" viewBox="0 0 24 24"><circle class="full" cx="12" cy="12"'
    ' r="10"/><path class="cut" d="M7.5 12.4l3 3 6-6.4"/></symbol>'
    '<symbol id="m-started" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10"/>'
    '<path class="full" d="M12 2a10 10 0 0 1 0 20z"/></symbol>'
    '<symbol id="m-open" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10"/></symbol>'
    '<symbol id="m-later" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10"/>'
    '<path d="M12 6.8V12l3.4 2"/></symbol>'
    '<symbol id="m-closed" viewBox="0 0 24 24"><rect x="5.5" y="11" width="13" height="9" rx="2"/>'
    '<path d="M8.5 11V8a3.5 3.5 0 0 1 7 0v3"/></symbol></svg>'
)


def modules(outline: Outline) -> SafeString:
    """All modules of an outline with their lessons."""
    parts = [_module(outline, module) for module in outline.modules]
    return mark_safe(MARKS + "".join(parts))  # noqa: S308 -- every text in it is escaped.


def progress(outline: Outline) -> SafeString:
    """How far the reader is, in words and as a bar."""
    if outline.completed_at:
        said = _("You have finished this course. Everything stays open.")
    else:
        count = outline.course.lesson_count
        said = ngettext(
            "%(done)s of %(n)s lesson finished", "%(done)s of %(n)s lessons finished", count
        ) % {"done": outline.finished_count, "n": count}
    name = f"p-{outline.course.uuid}"
    proof = _proof(outline) if outline.completed_at else ""
    return format_html(
        '<div class="progress"><p id="{}">{}</p>'
        '<progress max="100" value="{}" aria-labelledby="{}"></progress></div>{}',
        *(name, said, outline.percent, name, proof),
    )


def _proof(outline: Outline) -> SafeString:
    """The way to a proof, for who completed the course."""
    address = reverse("proof", args=[outline.course.uuid])
    return format_html(
        '<p><a class="go" href="{}">{}</a></p>', address, _("Proof of participation")
    )


def _words() -> dict[str, str]:
    """What a row says in words for each state; for the eye the mark says it."""
    return {
        "finished": escape(_("Finished")),
        "started": escape(_("Begun")),
        "open": escape(_("Not begun yet")),
        "later": escape(_("Opens later")),
        "closed": escape(_("Not open to you")),
        "new": escape(_("New since you finished")),
        "extra": escape(_("Extra")),
        "minutes": escape(_("min")),
    }


def _module(outline: Outline, module: ModuleLines) -> str:
    """Two readers as far as each other share a whole module, others row for row."""
    language, zone = get_language(), get_current_timezone_name()
    states = tuple(line[1:] for line in module.lessons)
    dated = any(line.opens_at for line in module.lessons)
    key = (outline.edition, module.number, language, dated and zone, states)
    return _modules.get(key, partial(_rows_of, outline, module, language, zone))


def _rows_of(outline: Outline, module: ModuleLines, language: str | None, zone: str) -> str:
    rows = "".join(
        _rows.get(
            (outline.edition, line.number, language, line.opens_at and zone, *line[1:]),
            partial(_lesson, line),
        )
        for line in module.lessons
    )
    head = _head(module, outline.course.language)
    return f'{head}<ol class="lessons" role="list">{rows}</ol></section>'


def _head(module: ModuleLines, language: str) -> str:
    about = f"<p>{escape(module.description)}</p>" if module.description else ""
    title = escape(module.title)
    return f'<section class="module" lang="{escape(language)}"><h2>{title}</h2>{about}'


def _lesson(line: LessonLine) -> str:
    words = _words()
    # The row stands in the language of the course; these words are the site's.
    ours = f'lang="{get_language()}"'
    tag, end = "<div>", "</div>"
    if line.state in READABLE:
        tag, end = f'<a href="{_address(line)}">', "</a>"
    return (
        f'<li class="{line.state}">{tag}<svg class="mark {line.state}" aria-hidden="true">'
        f'<use href="#m-{line.state}"/></svg><span>'
        f'<span class="unseen" {ours}>{words[line.state]}: </span>'
        f'<span class="title">{line.number}. {escape(line.title)}</span>{_more(line, words)}</span>'
        f'<span class="minutes" {ours}>{line.minutes} {words["minutes"]}</span>{end}</li>'
    )


def _more(line: LessonLine, words: dict[str, str]) -> str:
    """The second line of a row: a date, or what is special about the lesson."""
    notes = []
    if line.is_new:
        notes.append(f"<b>{words['new']}</b>")
    if not line.required:
        notes.append(words["extra"])
    if line.state == "later" and line.opens_at:
        when = date_format(localtime(line.opens_at), "l j F, H:i")
        notes.append(escape(_("Opens on %(when)s") % {"when": when}))
    ours = f'lang="{get_language()}"'
    return f'<span class="more" {ours}>{" · ".join(notes)}</span>' if notes else ""


def _address(line: LessonLine) -> str:
    return reverse("lesson", args=[line.uuid])
