"""The practice's own pages: what readers see, and how staff change it.

As with lessons there is a working copy and what is live. A save names the version it was written on
and never writes over another's; publishing makes an immutable ``PageVersion`` and moves one
pointer; going back makes an old wording a new version. Where nobody published anything, the words
that the site comes with are live. The practice's identity goes the same way, without a language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import site_texts, site_words
from lessons.content.blocks import CONTROL
from lessons.content.models import PageText, PageVersion
from lessons.content.site_texts import IDENTITY, InvalidPage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from courseapp.accounts.models import User
    from lessons.content.site_texts import Words

NOTE_MAX = 300
# What belongs together in the list of who did what.
WITHIN = "site_pages"


class PageNotFound(NotFound):
    code = "page_not_found"


class PageVersionNotFound(NotFound):
    code = "version_not_found"


class ChangedMeanwhile(Refused):
    """Somebody else saved or published in between; nothing was written over."""

    code = "changed_meanwhile"
    status = 412


class NothingToPublish(Refused):
    code = "nothing_to_publish"
    status = 409


class UnfinishedPage(Refused):
    """Readers need what is empty."""

    code = "unfinished_page"
    status = 409


@dataclass(frozen=True)
class State:
    """A page in one language as the staff see it.

    ``version`` is that of the working copy, 0 when nobody ever saved it; ``published`` is None
    while the words that the site comes with are live.
    """

    name: str
    language: str
    version: int
    draft: Words
    live: Words
    published: PageVersion | None

    @property
    def is_changed(self) -> bool:
        """Whether the working copy says something that readers do not see yet."""
        return self.draft != self.live

    @property
    def live_number(self) -> int:
        """The number of the live version; 0 stands for the words that the site comes with."""
        return self.published.number if self.published else 0


def places() -> list[tuple[str, str]]:
    """Every page in every language, as (name, language)."""
    languages = [code for code, _name in settings.LANGUAGES]
    return [(name, language) for name in site_texts.NAMES for language in languages]


def live(*names: str, language: str) -> dict[str, Words]:
    """What readers see of these pages, in one query.

    What cannot be read or lacks what readers need gives way to the words the site comes with: a
    page never fails by what is stored for it.
    """
    stored = dict(
        PageText.objects.filter(_at(names, language), live__isnull=False).values_list(
            "name", "live__content"
        )
    )
    return {
        name: _readable(name, stored.get(name)) or site_words.of(name, language) for name in names
    }


def state(*, name: str, language: str) -> State:
    """The page as the staff see it. Raises ``PageNotFound``."""
    _refuse_unknown(name, language)
    row = (
        PageText.objects.select_related("live__published_by")
        .filter(name=name, language=language)
        .first()
    )
    return _state(name, language, row)


def overview() -> list[State]:
    """Every page in every language, and last the identity, in one query."""
    rows = {
        (row.name, row.language): row
        for row in PageText.objects.select_related("live__published_by")
    }
    return [_state(*place, rows.get(place)) for place in [*places(), (IDENTITY, "")]]


def history(*, name: str, language: str) -> Sequence[PageVersion]:
    """What was published, the last first."""
    _refuse_unknown(name, language)
    versions = PageVersion.objects.filter(page__name=name, page__language=language)
    return list(versions.select_related("published_by").order_by("-number"))


def words_of(*, name: str, language: str, number: int) -> Words:
    """The words of a version; 0 asks for those the site comes with.

    Raises ``PageNotFound`` and ``PageVersionNotFound``.
    """
    _refuse_unknown(name, language)
    if number == 0:
        return site_words.of(name, language)
    stored = PageVersion.objects.filter(page__name=name, page__language=language, number=number)
    words = _readable(name, stored.values_list("content", flat=True).first())
    if words is None:
        raise PageVersionNotFound(_("This version is not there, or cannot be read any more."))
    return words


def save(
    *, name: str, language: str, version: int, words: Words, by: User | None, now: datetime
) -> State:
    """Make these the words of the working copy; the same words change nothing.

    Raises ``PageNotFound``, and ``ChangedMeanwhile`` when ``version`` is no longer the present one.
    """
    _refuse_unknown(name, language)
    with transaction.atomic():
        row = _locked(name, language, make=True)
        before = _state(name, language, row)
        if words == before.draft:
            return before
        _refuse_other_version(row, version)
        _write_draft(row, words)
        audit.record(
            by=by, act="page.saved", on=row, now=now, within=WITHIN,
            before={"version": version}, after={"version": row.version},
        )  # fmt: skip
        return _state(name, language, row)


def drop_changes(
    *, name: str, language: str, version: int, by: User | None, now: datetime
) -> State:
    """Let the working copy say again what readers see. Raises as ``save`` does."""
    with transaction.atomic():
        row = _locked(name, language)
        before = _state(name, language, row)
        if not before.is_changed:
            return before
        _refuse_other_version(row, version)
        _write_draft(row, before.live)
        audit.record(
            by=by, act="page.changes_dropped", on=row, now=now, within=WITHIN,
            before={"version": version}, after={"version": row.version},
        )  # fmt: skip
        return _state(name, language, row)


def publish(
    *, name: str, language: str, version: int, note: str, by: User | None, now: datetime
) -> State:
    """Show readers the working copy, as its writer has seen it.

    Raises ``PageNotFound``, ``NothingToPublish``, ``ChangedMeanwhile``, ``UnfinishedPage`` and, for
    the note, ``InvalidPage``.
    """
    note = _tidy(note)
    with transaction.atomic():
        row = _locked(name, language)
        before = _state(name, language, row)
        if not before.is_changed:
            raise NothingToPublish(_("Readers see this already; there is nothing to publish."))
        _refuse_other_version(row, version)
        _refuse_unfinished(before.draft)
        return _go_live(before, row, before.draft, note=note, by=by, now=now)


def restore(
    *, name: str, language: str, number: int, live: int, by: User | None, now: datetime
) -> State:
    """Make an old version (0: the words the site comes with) live again, as a new version.

    The working copy goes along, unless it holds changes that were not published: those stay.
    ``live`` is the number of the version its writer saw as the live one.
    Raises ``PageNotFound``, ``PageVersionNotFound``, ``NothingToPublish``, ``ChangedMeanwhile`` and
    ``UnfinishedPage``.
    """
    words = words_of(name=name, language=language, number=number)
    with transaction.atomic():
        row = _locked(name, language)
        before = _state(name, language, row)
        if words == before.live:
            raise NothingToPublish(_("Readers see this already; there is nothing to publish."))
        if before.live_number != live:
            raise ChangedMeanwhile(_("Another version was published in the meantime."))
        _refuse_unfinished(words)
        if not before.is_changed:
            _write_draft(row, words)
        note = _("Version %(number)s once more") % {"number": number}
        return _go_live(before, row, words, note=note, by=by, now=now)


def _go_live(
    before: State, row: PageText, words: Words, *, note: str, by: User | None, now: datetime
) -> State:
    last: int | None = row.versions.aggregate(last=Max("number"))["last"]
    row.live = PageVersion.objects.create(
        page=row,
        number=(last or 0) + 1,
        content=site_texts.as_json(words),
        note=note,
        published_at=now,
        published_by=by,
    )
    row.save(update_fields=["live"])
    audit.record(
        by=by, act="page.published", on=row, now=now, within=WITHIN,
        before={"number": before.live_number}, after={"number": row.live.number},
    )  # fmt: skip
    return _state(before.name, before.language, row)


def _state(name: str, language: str, row: PageText | None) -> State:
    shipped = site_words.of(name, language)
    published = row.live if row else None
    live = (_readable(name, published.content) if published else None) or shipped
    saved = _words(name, row.draft) if row and row.version else None
    return State(
        name=name,
        language=language,
        version=row.version if row else 0,
        draft=saved or live,
        live=live,
        published=published,
    )


def _words(name: str, data: object) -> Words | None:
    """Stored words, unfinished or not; None when they cannot be read."""
    try:
        return site_texts.from_json(site_texts.KINDS[name], data)
    except InvalidPage:
        return None


def _readable(name: str, data: object) -> Words | None:
    words = _words(name, data)
    return None if words is None or site_texts.unfinished(words) else words


def _at(names: Sequence[str], language: str) -> Q:
    return Q(name__in=[name for name in names if name != IDENTITY], language=language) | Q(
        name__in=[name for name in names if name == IDENTITY], language=""
    )


def _locked(name: str, language: str, *, make: bool = False) -> PageText:
    """The page's row, held until the end of the transaction.

    ``make``: the unique place settles who makes it first; version 0 says that nobody saved it yet.
    """
    _refuse_unknown(name, language)
    if make:
        new = PageText(name=name, language=language, draft={}, version=0)
        PageText.objects.bulk_create([new], ignore_conflicts=True)
    row = (
        PageText.objects.select_for_update(of=("self",), no_key=True)
        .select_related("live__published_by")
        .filter(name=name, language=language)
        .first()
    )
    if row is None:
        raise NothingToPublish(_("Nobody changed this page yet."))
    return row


def _write_draft(row: PageText, words: Words) -> None:
    row.draft = site_texts.as_json(words)
    row.version += 1
    row.save(update_fields=["draft", "version"])


def _refuse_unknown(name: str, language: str) -> None:
    if (name, language) not in [*places(), (IDENTITY, "")]:
        raise PageNotFound(_("This page does not exist."))


def _refuse_other_version(row: PageText, version: int) -> None:
    if row.version != version:
        raise ChangedMeanwhile(
            _("This page was changed in the meantime. Nothing was written over.")
        )


def _refuse_unfinished(words: Words) -> None:
    lacking = site_texts.unfinished(words)
    if lacking:
        raise UnfinishedPage(
            _("Before it can go live, this has to be filled in: %(fields)s.")
            % {"fields": ", ".join(lacking)}
        )


def _tidy(note: str) -> str:
    note = " ".join(note.split())
    if len(note) > NOTE_MAX or CONTROL.search(note):
        raise InvalidPage({"note": _("A note is a line of at most 300 characters.")})
    return note
