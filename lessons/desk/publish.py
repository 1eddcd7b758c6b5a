"""*Publiceren*: the consequences, the checklist, and the button."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courseapp.errors import Refused
from lessons.content import changes, checklist, drafts, publishing
from lessons.content.models import Course, Module
from lessons.desk import acts, changes_shown, moments
from lessons.desk.attention import Row
from lessons.desk.door import for_staff
from lessons.staff import consequences, release, scheduling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse, QueryDict
    from django.urls import URLPattern

    from courseapp.accounts.models import User
    from lessons.content.changes import Changes
    from lessons.content.checklist import Finding
    from lessons.content.drafts import Both
    from lessons.content.models import Edition

# A planned moment that passed this long ago should have been acted on.
LATE_MINUTES = 5


@dataclass(frozen=True)
class Choice:
    """A module with changes that may be published now; ``along``: it comes with another one.

    ``is_new``: readers never saw it.
    """

    uuid: UUID
    title: str
    chosen: bool
    along: bool
    lessons: int
    is_new: bool


@dataclass(frozen=True)
class Plan:
    """What is planned for some modules, or did not happen (``error``)."""

    modules: tuple[Module, ...]
    words: str
    by: str
    error: str

    @property
    def titles(self) -> str:
        return ", ".join(module.title for module in self.modules)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def publish(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """What publishing would do; a POST does it, if it still is what was shown."""
    row = publishing.course_of(course)
    if request.method != "POST":
        return _page(request, row, _asked(request.GET))
    wanted = _wanted(request.POST)
    planned = row.modules.filter(pk__in=wanted, publish_at__isnull=False).exists()
    try:
        edition = release.publish(
            course=row,
            modules=wanted,
            by=person,
            now=timezone.now(),
            note=request.POST.get("note", ""),
            shown=request.POST.get("shown", ""),
        )
    except Refused as refusal:
        return _page(request, row, wanted, refusal=refusal)
    messages.success(request, _went_live(row, edition))
    if planned:
        messages.info(request, _("What was planned for these modules has been called off."))
    return redirect("desk:course", row.pk)


@require_POST
@for_staff
def plan(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """A moment to publish at: said back in words first, then planned."""
    row, now = publishing.course_of(course), timezone.now()
    wanted = _wanted(request.POST)
    try:
        moment = scheduling.moment(
            day=request.POST.get("date", ""), hour=request.POST.get("time", ""), now=now
        )
        if "sure" not in request.POST:
            return _say_back(request, row, wanted, moment, now)
        scheduling.plan(modules=_of(row, wanted), at=moment.at, by=person, now=now)
    except Refused as refusal:
        return _page(request, row, wanted, refusal=refusal)
    said = _("This will be published on %(when)s.") % {"when": moments.in_words(moment.at, now)}
    messages.success(request, said)
    return redirect("desk:publish", row.pk)


@require_POST
@for_staff
def cancel(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """Call off what was planned, or lay aside the notice that it did not happen."""
    row = publishing.course_of(course)
    wanted = _wanted(request.POST)
    try:
        scheduling.cancel(modules=_of(row, wanted), by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done. Nothing is planned for these modules any more."))
    return redirect("desk:publish", row.pk)


def attention(person: User, now: datetime) -> Iterator[Row]:
    """For *Vandaag*: what was written and not published, what is planned, what went wrong."""
    courses = list(Course.objects.order_by("title"))
    for both in drafts.both_of_many(courses):
        address = reverse("desk:publish", args=[both.course.pk])
        yield from _planned_rows(both, address, now)
        if made := changes.all_of(both):
            yield _waiting_row(both, made, address)


def _waiting_row(both: Both, made: Changes, address: str) -> Row:
    """What readers do not see yet: changes in what they see, modules they never saw, or all."""
    homes = changes.changed_modules(made)
    seen = {home for home in homes if home in both.live.snapshots}
    new = [both.title_of(one) for one in _in_order(both, homes - seen)]
    title = _("“%(course)s” has changes that readers do not see yet")
    detail = changes_shown.in_short(made)
    if both.live.edition is None:
        title = _("“%(course)s” is not published yet")
    elif new:
        words = _("Not published yet: %(modules)s") % {"modules": ", ".join(new)}
        detail = changes_shown.in_short(changes.of_both(both, seen)) if seen else ""
        title = title if detail else _("“%(course)s” has a module that is not published yet")
        detail = ". ".join(filter(None, [detail, words]))
    return Row(
        title=title % {"course": both.course.title}, url=address, weight="waiting", detail=detail
    )


def _planned_rows(both: Both, address: str, now: datetime) -> Iterator[Row]:
    for plan in _plans(both, now):
        at = plan.modules[0].publish_at
        late = at is not None and (now - at).total_seconds() > LATE_MINUTES * 60
        title = _("Planned: “%(course)s”")
        if plan.error:
            title = _("A planned publication of “%(course)s” did not happen")
        elif late:
            title = _("A planned publication of “%(course)s” is late")
        yield Row(
            title=title % {"course": both.course.title},
            url=address,
            weight="broken" if plan.error or late else "planned",
            detail=f"{plan.error} ({plan.titles})" if plan.error else plan.titles,
            when=at,
        )


def _page(
    request: HttpRequest,
    row: Course,
    wanted: set[UUID] | None,
    *,
    refusal: Refused | None = None,
) -> HttpResponse:
    """The page for a choice of modules; None: the one that is proposed."""
    now = timezone.now()
    both = drafts.both_of(row)
    everything = changes.all_of(both)
    changed = changes.changed_modules(everything)
    chosen = _proposed(both, changed) if wanted is None else wanted & changed
    made = changes.of_both(both, chosen)
    findings = checklist.of_both(both, made)
    stops = [one for one in findings if one.level == "stops"]
    context = {
        "course": row,
        "edition": both.live.edition,
        "next_number": both.live.edition.number + 1 if both.live.edition else 1,
        "choices": _choices(both, everything, changed, chosen, set(made.modules)),
        "along": [both.title_of(one) for one in _in_order(both, set(made.modules) - chosen)],
        "made": made,
        "in_short": changes_shown.in_short(made),
        "told": consequences.between(course=row, made=made, now=now),
        "fields": changes_shown.of_course(made),
        "modules": changes_shown.of_modules(made),
        "stops": stops,
        "looks": [one for one in findings if one.level == "look" and not one.soft],
        "soft": _by_lesson(one for one in findings if one.soft),
        "may_publish": bool(made) and not stops,
        "plans": _plans(both, now),
        "refusal": refusal,
        "sent": request.POST,
        "today": timezone.localdate(now),
    }
    status = refusal.status if refusal else 200
    return render(request, "desk/publish/publish.html", context, status=status)


def _say_back(
    request: HttpRequest,
    row: Course,
    wanted: set[UUID],
    moment: scheduling.Moment,
    now: datetime,
) -> HttpResponse:
    both = drafts.both_of(row)
    named = publishing.with_exchanged(set(_of(row, wanted)), both.draft, both.live)
    if not named:
        raise scheduling.NothingChosen(_("Choose at least one module."))
    if publishing.digest(both, named) != request.POST.get("shown"):
        raise publishing.ChangedSinceShown(
            _("Something was changed in the meantime. Look once more.")
        )
    context = {
        "course": row,
        "moment": moment,
        "words": moments.in_words(moment.at, now),
        "titles": [both.title_of(one) for one in _in_order(both, named)],
        "wanted": sorted(wanted),
        "sent": request.POST,
    }
    return render(request, "desk/publish/plan.html", context)


def _went_live(row: Course, edition: Edition) -> str:
    said = _("Edition %(n)s of “%(course)s” is live.") % {
        "n": edition.number,
        "course": edition.manifest["title"],
    }
    see = format_html(
        '<a href="{}">{}</a>', reverse("course", args=[row.slug]), _("See it on the site")
    )
    if edition.number == 1:
        return format_html("{} {}", said, see)
    back = reverse("desk:edition_restore", args=[row.pk, edition.number - 1])
    undo = format_html('<a href="{}">{}</a>', back, _("Undo"))
    return format_html("{} {} · {}", said, see, undo)


def _choices(
    both: Both, made: Changes, changed: set[UUID], chosen: set[UUID], named: set[UUID]
) -> list[Choice]:
    lessons = Counter(one.module or one.was_in for one in made.lessons)
    return [
        Choice(
            uuid=home,
            title=both.title_of(home),
            chosen=home in chosen,
            along=home in named - chosen,
            lessons=lessons[home],
            is_new=home not in both.live.snapshots,
        )
        for home in _in_order(both, changed)
    ]


def _proposed(both: Both, changed: set[UUID]) -> set[UUID]:
    """What readers see already and was changed; a module they never saw waits until it is ready.

    Where there is nothing but such modules, all of them.
    """
    return {home for home in changed if home in both.live.snapshots} or changed


def _in_order(both: Both, modules: set[UUID]) -> list[UUID]:
    """These modules as they stand in the course; those that go come last."""
    drafted = [module.pk for module in both.draft.modules]
    order = [*drafted, *(home for home in both.live.snapshots if home not in drafted)]
    return [home for home in order if home in modules]


def _plans(both: Both, now: datetime) -> list[Plan]:
    """What is planned or failed, what was planned together in one."""
    rows = [
        module
        for module in (*both.draft.modules, *both.draft.retired)
        if module.publish_at or module.publish_error
    ]
    rows.sort(key=lambda one: (one.publish_at or now, one.publish_error, one.publish_by_id or 0))
    return [
        Plan(
            modules=tuple(group),
            words=moments.in_words(at, now) if at else "",
            by=acts.name_of(by) if by else "",
            error=error,
        )
        for (at, by, error), members in groupby(
            rows, key=lambda module: (module.publish_at, module.publish_by, module.publish_error)
        )
        if (group := list(members))
    ]


def _by_lesson(findings: Iterable[Finding]) -> list[tuple[Finding, list[Finding]]]:
    """Findings of one lesson together, in the order of lessons."""
    return [
        (group[0], group)
        for _lesson, members in groupby(findings, key=lambda one: one.lesson)
        if (group := list(members))
    ]


def _asked(sent: QueryDict) -> set[UUID] | None:
    """The modules a page was asked for; None when it was not said which."""
    return _wanted(sent) if "module" in sent or "chosen" in sent else None


def _wanted(sent: QueryDict) -> set[UUID]:
    """The identities that were sent; what is none is nothing."""
    found = set()
    for value in sent.getlist("module"):
        try:
            found.add(UUID(value))
        except ValueError:
            continue
    return found


def _of(row: Course, wanted: Iterable[UUID]) -> Sequence[UUID]:
    """Those of the modules that are of this course."""
    return list(row.modules.filter(pk__in=list(wanted)).values_list("pk", flat=True))


paths: list[URLPattern] = [
    path("cursussen/<uuid:course>/publiceren/", publish, name="publish"),
    path("cursussen/<uuid:course>/publiceren/later/", plan, name="publish_plan"),
    path("cursussen/<uuid:course>/publiceren/afzeggen/", cancel, name="publish_cancel"),
]
