"""*Cursus*: modules and lessons, their order, and what is true for the whole course."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp.accounts import audit
from courseapp.errors import Refused
from lessons.content import course_settings, layout, structure
from lessons.content.structure import Placed
from lessons.desk import course_acts, course_view
from lessons.desk.course_forms import ModuleForm, SettingsForm, TitleForm
from lessons.desk.door import for_staff

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from courseapp.accounts.models import User


@require_safe
@for_staff
def courses(request: HttpRequest, person: User) -> HttpResponse:
    """Every course, live or not."""
    return render(request, "desk/courses/courses.html", {"courses": course_view.every()})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def new(request: HttpRequest, person: User) -> HttpResponse:
    """A course from nothing; one from an article begins at the article."""
    form = TitleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = structure.add_course(
            title=form.cleaned_data["title"], language="nl", by=person, now=timezone.now()
        )
        messages.success(request, _("The course is there. No reader sees it before you publish."))
        return redirect("desk:course", course=made.pk)
    return render(request, "desk/courses/new.html", {"form": form})


@require_safe
@for_staff
def course(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """The working copy of a course: what it holds, and what may be done with it."""
    found = course_view.of(layout.course_of(course))
    return render(request, "desk/courses/course.html", {"view": found, "course": found.course})


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def settings(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """Title, description, access, language and pace."""
    row = layout.course_of(course)
    form = SettingsForm.of(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            course_settings.change(
                course=course, wanted=form.wanted(row), by=person, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Readers see it with the next publication."))
            return redirect("desk:course", course=course)
    context = {"form": form, "course": row, "address": reverse("course", args=[row.slug])}
    return render(request, "desk/courses/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def module(request: HttpRequest, person: User, module: UUID) -> HttpResponse:
    """Title and description of a module."""
    row = structure.module_of(module)
    form = ModuleForm(request.POST or None, initial={"title": row.title, "text": row.description})
    if request.method == "POST" and form.is_valid():
        course_settings.rename_module(
            module=module,
            title=form.cleaned_data["title"],
            description=form.cleaned_data["text"],
            by=person,
            now=timezone.now(),
        )
        return _back(request, row.course_id, _("Saved."), at=module)
    context = {"form": form, "module": row, "course": row.course}
    return render(request, "desk/courses/module.html", context)


@require_POST
@for_staff
def act(request: HttpRequest, person: User, course: UUID, what: str) -> HttpResponse:
    """One act on the structure; what it did can be undone from the message that tells it."""
    thing = _uuid(request.POST.get("thing", ""))
    asked = course_acts.Asked(
        course=course,
        thing=thing,
        title=request.POST.get("title", ""),
        to=_uuid(request.POST.get("to", "")),
        by=person,
        now=timezone.now(),
    )
    try:
        said = course_acts.do(what, asked)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("desk:course", args=[course]))
    return _back(request, course, said, at=thing)


@require_POST
@for_staff
def arrange(request: HttpRequest, person: User, course: UUID) -> HttpResponse:
    """The whole order at once, as dragging leaves it: ``module`` and ``lesson`` in sequence."""
    order: list[Placed] = []
    for value in request.POST.getlist("order"):
        kind, _colon, name = value.partition(":")
        uuid = _uuid(name)
        if kind == "module":
            order.append(Placed(uuid, ()))
        elif order:
            order[-1] = Placed(order[-1].module, (*order[-1].lessons, uuid))
    try:
        structure.arrange(course=course, order=order, by=person, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:course", course=course)
    return _back(request, course, _("Moved."))


@require_POST
@for_staff
def undo(request: HttpRequest, person: User, entry: int) -> HttpResponse:
    """Take an act on the structure back."""
    try:
        home = layout.undo(entry=entry, by=person, now=timezone.now())
    except layout.CannotUndo as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:courses")
    return _back(request, home, _("Undone."))


def _uuid(text: str) -> UUID:
    """The identity in a form; a text that is none names nothing there is."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _back(request: HttpRequest, course: UUID, said: str, at: UUID | None = None) -> HttpResponse:
    """To the course, at the thing that was acted on, with what was done and the way to undo it."""
    last = next(iter(audit.of([course], limit=1)), None)
    if said and last is not None and layout.can_undo(last):
        undo_it = format_html(
            '<button class="linked" form="undo" formaction="{}">{}</button>',
            reverse("desk:undo", args=[last.pk]),
            _("Undo"),
        )
        messages.success(request, format_html("{} {}", said, undo_it))
    elif said:
        messages.success(request, said)
    place = f"#x-{at}" if at else ""
    return HttpResponseRedirect(reverse("desk:course", args=[course]) + place)


paths: list[URLPattern] = [
    path("cursussen/", courses, name="courses"),
    path("cursussen/nieuw/", new, name="course_new"),
    path("cursussen/<uuid:course>/", course, name="course"),
    path("cursussen/<uuid:course>/instellingen/", settings, name="course_settings"),
    path("cursussen/<uuid:course>/volgorde/", arrange, name="course_arrange"),
    path("cursussen/<uuid:course>/doe/<slug:what>/", act, name="course_act"),
    path("modules/<uuid:module>/", module, name="module"),
    path("ongedaan/<int:entry>/", undo, name="undo"),
]
