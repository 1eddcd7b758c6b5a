"""Articles in the database: a new wording is a new revision, whose passages keep their keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.errors import Refused
from lessons.content import article
from lessons.content.article.passages import Names
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

    Passages inherit the keys of the revision before. ``keys`` (``{fresh: kept}``) says it for some
    of them and goes before that, as when a folder is imported. Raises ``NoPassages``.
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
        aligned = article.align(before, parsed.passages) if last else parsed.passages
        revision = Revision.objects.create(
            article=of,
            number=last.number + 1 if last else 1,
            source=source,
            form=form,
            left_out=[{"text": out.text, "reason": out.reason} for out in parsed.left_out],
            imported_at=now,
            imported_by=by,
        )
        kept = _keyed(parsed.passages, aligned, keys or {})
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
    """Where stored passages go by another key than a fresh reading gives: ``{fresh: kept}``.

    An article is not read again when the reader of articles learns something, so a fresh reading
    may give other passages than the stored ones.
    """
    if [one.text for one in parsed.passages] != [one.text for one in passages]:
        passages = article.align(passages, parsed.passages)
    pairs = zip(parsed.passages, passages, strict=True)
    return {fresh.key: kept.key for fresh, kept in pairs if fresh.key != kept.key}


def _keyed(
    fresh: Sequence[ArticlePassage], aligned: Sequence[ArticlePassage], keys: Mapping[str, str]
) -> tuple[ArticlePassage, ...]:
    """The passages of a fresh reading under the keys that are said or, where none is, inherited."""
    said = {one.key: keys[one.key] for one in fresh if one.key in keys}
    names = Names(said.values())
    known = {
        one.key: said.get(one.key) or names.give(kept.key)
        for one, kept in zip(fresh, aligned, strict=True)
    }
    return tuple(
        replace(one, key=known[one.key], section=known.get(one.section, "")) for one in fresh
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
