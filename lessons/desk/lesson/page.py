"""The page of the editor, and what its form sends: everything by one POST.

A browser with scripts saves by itself and swaps the columns after an act; it gets JSON. Without
them the same form leads to a redirect, or to the page with what was typed and what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from courseapp.errors import Refused
from lessons.content import accepting, blocks, editing
from lessons.content.models import Lesson
from lessons.desk.door import for_staff
from lessons.desk.lesson import acts, posted, typed, view

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from courseapp.accounts.models import User
    from lessons.content.editing import State
    from lessons.desk.lesson.acts import Done
    from lessons.desk.lesson.posted import Posted
    from lessons.desk.lesson.typed import Typed

# What the button of the form itself asks for; anything else is an act on the blocks.
SAVE = {"", "save"}
# What is done with a block whose passage changed: acts on the saved lesson.
HOLDING = {
    "accept:": (accepting.accept, gettext_lazy("Taken over from the article.")),
    "leave:": (accepting.leave, gettext_lazy("Left as it is. It counts as looked at.")),
}
HELD = tuple(HOLDING)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def lesson(request: HttpRequest, person: User, lesson: UUID) -> HttpResponse:
    """The editor of one lesson."""
    row = lesson_of(lesson)
    if row is None:
        return _no_lesson(request)
    if request.method == "POST":
        return _Sent(request, person, row, timezone.now()).answer()
    at = posted.as_uuid(request.GET.get("blok", ""))
    return _page(request, person, row, typed.of_state(editing.state_of(row)), at=at)


def lesson_of(lesson: UUID) -> Lesson | None:
    """The lesson with its course and module, in one query; retired ones are edited as well."""
    return Lesson.objects.select_related("course", "module").filter(pk=lesson).first()


@dataclass
class _Sent:
    """One POST of the form, from what was sent to the answer."""

    request: HttpRequest
    person: User
    row: Lesson
    now: datetime

    def answer(self) -> HttpResponse:
        before = editing.state_of(self.row)
        sent = posted.read(self.request.POST, self.row, before)
        state, told = typed.read(sent.typed, before)
        done = acts.Done(told, "", sent.active)
        after = state
        try:
            if sent.act.startswith(HELD):
                undo, done = self._hold(sent, state, done)
                return self._saved(sent, before, done, undo)
            if sent.act not in SAVE:
                done = acts.do(replace(sent, typed=told), self.row.course)
                after, told = typed.read(done.typed, before)
            if after is None:
                return self._wrong(told, sent, at=done.block)
            undo = self._save(sent, state, after, done)
        except editing.NotSaved as refusal:
            return self._refused(refusal, told, sent)
        except Refused as refusal:
            return self._wrong(replace(told, errors={**told.errors, "": str(refusal)}), sent)
        return self._saved(sent, before, done, undo)

    def _save(self, sent: Posted, state: State | None, after: State, done: Done) -> int:
        """Save what was typed, and then what the act made of it; the version to go back to."""
        version = sent.version
        if sent.act not in SAVE and state is not None:
            version = self._write(version, state, automatic=True).version
        self._write(version, after, automatic=self._is_automatic, done=done)
        return version

    def _hold(self, sent: Posted, state: State | None, done: Done) -> tuple[int, Done]:
        """Save what was typed, then hold a block against the changed article, by either act."""
        if state is None:
            raise editing.InvalidLesson(_("First mend what is not right yet."))
        version = self._write(sent.version, state, automatic=True).version
        verb, _colon, rest = sent.act.partition(":")
        which, _colon, passage = rest.partition(":")
        block = posted.as_uuid(which) or self.row.pk
        act, said = HOLDING[f"{verb}:"]
        saved = act(
            lesson=self.row.pk,
            block=block,
            passage=passage,
            version=version,
            by=self.person,
            now=self.now,
        )
        self._is_now(saved)
        there = any(one["id"] == str(block) for one in saved.blocks)
        return version, replace(done, said=str(said), block=block if there else None)

    def _write(
        self, version: int, state: State, *, automatic: bool, done: Done | None = None
    ) -> Lesson:
        saved = editing.save(
            lesson=self.row.pk,
            version=version,
            state=state,
            by=self.person,
            now=self.now,
            removed=done.removed if done else (),
            automatic=automatic,
        )
        return self._is_now(saved)

    def _is_now(self, saved: Lesson) -> Lesson:
        saved.course, saved.module = self.row.course, self.row.module
        self.row = saved
        return saved

    @property
    def _is_automatic(self) -> bool:
        return bool(self.request.POST.get("automatic"))

    @property
    def _wants_json(self) -> bool:
        return self.request.headers.get("Accept") == "application/json"

    def _saved(self, sent: Posted, before: State, done: Done, undo: int) -> HttpResponse:
        said = [done.said, _retired(self.row)]
        after = editing.state_of(self.row)
        can_undo = sent.act not in SAVE and after != before
        if not self._wants_json:
            told = " ".join(filter(None, said)) or _("Saved.")
            undo_it = _undo_button(self.row, undo) if can_undo else ""
            messages.success(self.request, format_html("{} {}", told, undo_it))
            return HttpResponseRedirect(_address(self.row, done.block))
        answer: dict[str, Any] = {
            "version": self.row.version,
            "at": date_format(timezone.localtime(self.now), "H:i"),
            "said": " ".join(filter(None, said)),
        }
        if sent.act in SAVE:
            old = {block.id: block for block in before.blocks}
            changed = [block for block in after.blocks if old.get(block.id) != block]
            answer["read"] = {str(block.id): view.read_html(block) for block in changed}
            answer["unfinished"] = [str(one.id) for one in after.blocks if blocks.unfinished(one)]
        else:
            shown = view.of(self.row, typed.of_state(after), at=done.block)
            answer |= self._columns(shown, done.block)
            answer["undo"] = _undo_button(self.row, undo) if can_undo else ""
        return JsonResponse(answer)

    def _columns(self, shown: view.Shown, block: UUID | None) -> dict[str, Any]:
        """The columns anew, for the page to swap, and the block at hand."""
        context = {"shown": shown, "lesson": shown.lesson}
        return {
            "blocks": render_to_string("desk/lesson/blocks.html", context, self.request),
            "article": render_to_string("desk/lesson/article.html", context, self.request),
            "block": str(block or ""),
        }

    def _wrong(self, told: Typed, sent: Posted, at: UUID | None = None) -> HttpResponse:
        """What was typed cannot be saved as it stands: it stays, with a sentence where it is."""
        if self._wants_json and (sent.act in SAVE or "" in told.errors):
            errors = {name or "all": said for name, said in told.errors.items()}
            return JsonResponse({"errors": errors}, status=422)
        at = at or sent.active
        if self._wants_json:
            shown = view.of(self.row, told, at=at)
            errors = dict(told.errors)
            return JsonResponse({"errors": errors, **self._columns(shown, at)}, status=422)
        self.row.version = sent.version or self.row.version
        return _page(self.request, self.person, self.row, told, at=at, status=422)

    def _refused(self, refusal: editing.NotSaved, told: Typed, sent: Posted) -> HttpResponse:
        """The text was kept aside: both are shown, and the person decides."""
        if refusal.unsaved is None:
            return self._wrong(replace(told, errors={**told.errors, "": str(refusal)}), sent)
        address = reverse("desk:unsaved", args=[refusal.unsaved])
        if self._wants_json:
            answer = {"code": refusal.code, "said": str(refusal), "both": address}
            return JsonResponse(answer, status=refusal.status)
        messages.warning(self.request, str(refusal))
        return HttpResponseRedirect(address)


def _page(
    request: HttpRequest,
    person: User,
    row: Lesson,
    told: Typed,
    *,
    at: UUID | None,
    status: int = 200,
) -> HttpResponse:
    shown = view.of(row, told, at=at)
    context = {
        "lesson": row,
        "course": row.course,
        "shown": shown,
        "active": at or "",
        "asides": editing.unsaved_of(lesson=row.pk, by=person),
    }
    return render(request, "desk/lesson/lesson.html", context, status=status)


def _no_lesson(request: HttpRequest) -> HttpResponse:
    """There is no such lesson; whatever was sent for it is given back to be kept elsewhere."""
    refusal = editing.LessonNotFound(_("This lesson does not exist."))
    if request.method != "POST":
        raise refusal
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"code": refusal.code, "said": str(refusal)}, status=refusal.status)
    hidden = {"csrfmiddlewaretoken", "version", "order", "act", "active"}
    texts = [
        posted.shown(text)
        for name, values in request.POST.lists()
        for text in values
        if text.strip() and name not in hidden and not name.endswith((".type", ".passages"))
    ]
    context = {"error": refusal, "typed": "\n\n".join(texts)}
    return render(request, "desk/lesson/gone.html", context, status=refusal.status)


def _address(row: Lesson, block: UUID | None) -> str:
    address = reverse("desk:lesson", args=[row.pk])
    return f"{address}?blok={block}#b-{block}" if block else address


def _retired(row: Lesson) -> str:
    if row.retired_at is None:
        return ""
    return _("This lesson was taken out of the course; the text is kept.")


def _undo_button(row: Lesson, version: int) -> str:
    """A button that makes an earlier version the text again, through the page of versions."""
    return format_html(
        '<button class="linked" form="undo" formaction="{}?versie={}&amp;gezien={}">{}</button>',
        reverse("desk:lesson_versions", args=[row.pk]),
        version,
        row.version,
        _("Undo"),
    )
