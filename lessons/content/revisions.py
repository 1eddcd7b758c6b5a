"""Articles in the database: a new wording is a new revision, whose passages keep their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content import article
from lessons.content.article.passages import Passage as ArticlePassage
from lessons.content.models import Article, Passage, Revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from courseapp.accounts.models import User
    from lessons.content.article.passages import Parsed


class NoPassages(Refused):
    code = "article_without_text"


@dataclass(frozen=True)
class Revised:
    """A revision with its passages, and whether this call made it."""

    revision: Revision
    passages: tuple[ArticlePassage, ...]
    created: bool


def revise(
    *,
    of: Article,
    source: str,
    form: article.Form,
    by: User | None,
    now: datetime,
    keys: Mapping[str, str] | None = None,
) -> Revised:
    """Store this wording of the article; the wording it has already gives the revision it has.

    Passages inherit the keys of the revision before. ``keys`` (``{fresh: kept}``) says which keys
    to keep where there is no revision before, as when a folder is imported. Raises ``NoPassages``.
    """
    parsed = article.parse(source, form)
    if not parsed.passages:
        raise NoPassages(_("There is no text in this article."))
    with transaction.atomic():
        last = (
            Article.objects.select_for_update().get(pk=of.pk).revisions.order_by("-number").first()
        )
        if last and (last.source, last.form) == (source, form):
            return Revised(last, passages_of(last), created=False)
        before = passages_of(last) if last else ()
        passages = article.align(before, parsed.passages) if last else parsed.passages
        revision = Revision.objects.create(
            article=of,
            number=last.number + 1 if last else 1,
            source=source,
            form=form,
            left_out=[{"text": out.text, "reason": out.reason} for out in parsed.left_out],
            imported_at=now,
            imported_by=by,
        )
        kept = _renamed(passages, keys or {})
        _store(revision, kept)
    return Revised(revision, kept, created=True)


def passages_of(revision: Revision) -> tuple[ArticlePassage, ...]:
    """The passages of a stored revision, in reading order."""
    rows = revision.passages.order_by("position")
    return tuple(
        ArticlePassage(row.key, row.kind, row.section, row.text, row.level)  # type: ignore[arg-type]
        for row in rows
    )


def digests_of(articles: Iterable[Article]) -> dict[str, str]:
    """The current wording of every passage of these articles: ``{key: digest}``, in two queries."""
    newest: dict[object, Revision] = {}
    for revision in Revision.objects.filter(article__in=articles).order_by("number"):
        newest[revision.article_id] = revision
    rows = Passage.objects.filter(revision__in=newest.values()).values_list("key", "digest")
    return dict(rows)


def fresh_keys(parsed: Parsed, passages: Sequence[ArticlePassage]) -> dict[str, str]:
    """Where stored passages go by another key than a fresh reading gives: ``{fresh: kept}``."""
    pairs = zip(parsed.passages, passages, strict=True)
    return {fresh.key: kept.key for fresh, kept in pairs if fresh.key != kept.key}


def _renamed(
    passages: Iterable[ArticlePassage], keys: Mapping[str, str]
) -> tuple[ArticlePassage, ...]:
    return tuple(
        ArticlePassage(
            key=keys.get(one.key, one.key),
            kind=one.kind,
            section=keys.get(one.section, one.section),
            text=one.text,
            level=one.level,
        )
        for one in passages
    )


def _store(revision: Revision, passages: Iterable[ArticlePassage]) -> None:
    Passage.objects.bulk_create(
        Passage(
            revision=revision,
            position=position,
            key=one.key,
            kind=one.kind,
            section=one.section,
            text=one.text,
            level=one.level,
            digest=one.digest,
        )
        for position, one in enumerate(passages, start=1)
    )
