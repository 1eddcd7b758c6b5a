"""The pages of a proof: its reader's own, its PDF, and the one where others check its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courseapp.proofs import paper
from lessons.pages.private import for_readers, keep_nowhere
from lessons.reading import proving

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from courseapp.accounts.models import User


class ProofForm(forms.Form):
    """What may stand on it."""

    name = forms.CharField(
        label=_("Name on it"),
        required=False,
        max_length=proving.LONGEST_NAME,
        help_text=_("Left empty there is no name on it. We use it for this alone."),
    )
    names_course = forms.BooleanField(label=_("With the title of the course"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def proof(request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """``/mijn/cursus/…/bewijs/``: choose what stands on it."""
    done = proving.completed(reader=reader, course=course)
    row = proving.of(reader=reader, course=course)
    first = {"name": row.name, "names_course": row.names_course} if row else None
    form = ProofForm(request.POST or None, initial=first)
    # A form with nothing in it is sent as one all the same.
    form.is_bound = request.method == "POST"
    if form.is_bound and form.is_valid():
        proving.make(reader=reader, course=course, **form.cleaned_data, now=timezone.now())
        return redirect("proof", course)
    known = {"form": form, "proof": row, "course": done.enrolment.course}
    return render(request, "proofs/proof.html", known)


@require_safe
@for_readers
def file(_request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """The PDF."""
    row = proving.of(reader=reader, course=course)
    if row is None:
        raise proving.NoProof(gettext("Choose first what stands on it."))
    return HttpResponse(
        paper.made(row),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{paper.name_of()}"'},
    )


@require_POST
@for_readers
def take_back(_request: HttpRequest, reader: User, course: UUID) -> HttpResponse:
    """Nobody can check it any more."""
    proving.completed(reader=reader, course=course)
    proving.take_back(reader=reader, course=course)
    return redirect("proof", course)


@require_safe
def check(request: HttpRequest, number: str) -> HttpResponse:
    """``/bewijs/<number>/``: what its reader chose to show, and nothing else."""
    row = proving.find(number)
    known = {"proof": row, "says": paper.said_of(row), "at": row.enrolment.completed.at}
    return keep_nowhere(render(request, "proofs/check.html", known))
