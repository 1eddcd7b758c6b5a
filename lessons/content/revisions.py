"""Articles in the database: a new wording is a new revision, whose passages keep their keys.

A key names one passage among all articles, so that a block which cites it cites one text only. What
a person corrected about a passage stays while its wording does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import article, recognised
from lessons.content.article.passages import Names
from lessons.content.article.passages import Passage as ArticlePassage
from lessons.content.models import Article, Passage, Revision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.article.passages import Parsed


KEY_STEM = 54  # Of the 60 characters of a key.


class NoPassages(Refused):
    code = "article_without_text"


class PassageNotFound(NotFound):
    code = "passage_not_found"


class UnknownKind(Refused):
    code = "unknown_kind"


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
    kinds: Mapping[str, str] | None = None,
) -> Revised:
    """Store this wording of the article; the wording it has already gives the revision it has.

    Passages inherit the keys of the revision before, and the kinds a person gave them while they
    read the same. ``keys`` (``{fresh: kept}``) says the key for some of them and goes before that,
    as when a folder is imported; ``kinds`` (``{kept: kind}``) then says every correction. A new key
    that a passage of another article has already gets a number. Raises ``NoPassages``.
    """
    parsed = article.parse(source, form)
    if not parsed.passages:
        raise NoPassages(_("There is no text in this article."))
    with transaction.atomic():
        last = (
            Article.objects.select_for_update().get(pk=of.pk).revisions.order_by("-number").first()
        )
        if last and (last.source, last.form) == (source, form):
            if kinds is not None:
                _correct(last, _by_own_key(parsed, passages_of(last), keys or {}, kinds))
            return Revised(last, passages_of(last), created=False)
        before = _as_recognised(last) if last else ()
        kept = _keyed(parsed.passages, before, keys or {}, _keys_of_others(of))
        said = (
            _by_own_key(parsed, kept, keys or {}, kinds)
            if kinds is not None
            else _still_corrected(last, kept)
        )
        passages, was = recognised.corrected(kept, said)
        revision = Revision.objects.create(
            article=of,
            number=last.number + 1 if last else 1,
            source=source,
            form=form,
            left_out=_left_out(parsed, kept),
            imported_at=now,
            imported_by=by,
        )
        _store(revision, passages, was)
    return Revised(revision, passages, created=True)


def correct_kind(*, revision: Revision, key: str, kind: str, by: User | None, now: datetime) -> str:
    """Say what a passage is; what was recognised is remembered, and its kind before is returned.

    A heading made by hand starts a section. Raises ``PassageNotFound`` and ``UnknownKind``.
    """
    if kind not in recognised.KINDS:
        raise UnknownKind(_("There is no such kind of passage."))
    with transaction.atomic():
        one = Article.objects.select_for_update().get(pk=revision.article_id)
        passage = Passage.objects.filter(revision=revision, key=key).first()
        if passage is None:
            raise PassageNotFound(_("This passage is not in this version of the article."))
        before = passage.kind
        if before != kind:
            _correct(revision, {**kinds_of(revision), key: kind})
            audit.record(
                by=by, act="article.kind_corrected", on=one, now=now,
                before={"passage": key, "kind": before}, after={"passage": key, "kind": kind},
            )  # fmt: skip
    return before


def passages_of(revision: Revision) -> tuple[ArticlePassage, ...]:
    """The passages of a stored revision, in reading order."""
    rows = revision.passages.order_by("position")
    return tuple(
        ArticlePassage(row.key, row.kind, row.section, row.text, row.level)  # type: ignore[arg-type]
        for row in rows
    )


def kinds_of(revision: Revision) -> dict[str, str]:
    """What people corrected in this revision: ``{key: kind}``."""
    rows = revision.passages.exclude(recognised="").order_by("position")
    return dict(rows.values_list("key", "kind"))


def newest_of(articles: Iterable[Article | UUID]) -> dict[UUID, int]:
    """The key of each article's newest revision, without its text."""
    rows = Revision.objects.filter(article__in=articles).order_by("number")
    return dict(rows.values_list("article_id", "pk"))


def digests_of(articles: Iterable[Article | UUID]) -> dict[str, str]:
    """The current wording of every passage of these articles: ``{key: digest}``, in two queries."""
    digests: dict[str, str] = {}
    for own in digests_by_article(articles).values():
        digests.update(own)
    return digests


def digests_by_article(articles: Iterable[Article | UUID]) -> dict[UUID, dict[str, str]]:
    """The same article by article, in reading order."""
    newest = newest_of(articles)
    rows = Passage.objects.filter(revision__in=newest.values()).order_by("position")
    result: dict[UUID, dict[str, str]] = {one: {} for one in newest}
    for home, key, digest in rows.values_list("revision__article_id", "key", "digest"):
        result[home][key] = digest
    return result


def fresh_keys(parsed: Parsed, passages: Sequence[ArticlePassage]) -> dict[str, str]:
    """Where stored passages go by another key than a fresh reading gives: ``{fresh: kept}``.

    An article is not read again when the reader of articles learns something, so a fresh reading
    may give other passages than the stored ones.
    """
    if [one.text for one in parsed.passages] != [one.text for one in passages]:
        passages = article.align(passages, parsed.passages)
    pairs = zip(parsed.passages, passages, strict=True)
    return {fresh.key: kept.key for fresh, kept in pairs if fresh.key != kept.key}


# --- Keys ------------------------------------------------------------------------------------


def _keys_of_others(one: Article) -> set[str]:
    """Every key that a passage of another article has or had."""
    rows = Passage.objects.exclude(revision__article=one)
    return set(rows.values_list("key", flat=True).distinct())


def _keyed(
    fresh: Sequence[ArticlePassage],
    before: Sequence[ArticlePassage],
    keys: Mapping[str, str],
    others: Collection[str],
) -> tuple[ArticlePassage, ...]:
    """The passages of a fresh reading under the keys that are said, inherited, or new: in this
    order, so that a new one gives way to the others."""
    own = {one.key for one in before}
    aligned = article.align(before, fresh) if before else fresh
    names = Names(set(others) - own)
    known = {one.key: _give(names, keys[one.key]) for one in fresh if one.key in keys}
    pairs = [
        (one.key, kept.key) for one, kept in zip(fresh, aligned, strict=True) if one.key not in keys
    ]
    known |= {key: names.give(kept) for key, kept in pairs if kept in own}
    names.taken |= own
    known |= {key: names.give(kept) for key, kept in pairs if kept not in own}
    return tuple(
        replace(one, key=known[one.key], section=known.get(one.section, "")) for one in fresh
    )


def _give(names: Names, key: str) -> str:
    """A key that comes from elsewhere may be as long as keys get: leave room for its number."""
    return names.give(key if key not in names.taken else key[:KEY_STEM])


# --- Kinds -----------------------------------------------------------------------------------


def _by_own_key(
    parsed: Parsed,
    kept: Sequence[ArticlePassage],
    keys: Mapping[str, str],
    kinds: Mapping[str, str],
) -> dict[str, str]:
    """The kinds that a folder says by its own keys, by the keys that the passages got here."""
    here = fresh_keys(parsed, kept)
    said = {
        here.get(one.key, one.key): kinds.get(keys.get(one.key, one.key)) for one in parsed.passages
    }
    return {key: kind for key, kind in said.items() if kind}


def _as_recognised(revision: Revision) -> tuple[ArticlePassage, ...]:
    """Its passages by the kinds they were read as: what a fresh reading is compared with."""
    was = dict(revision.passages.exclude(recognised="").values_list("key", "recognised"))
    return recognised.as_recognised(passages_of(revision), was, {})


def _still_corrected(last: Revision | None, kept: Sequence[ArticlePassage]) -> dict[str, str]:
    """What was corrected in the revision before, of the passages that read the same."""
    if last is None:
        return {}
    rows = last.passages.exclude(recognised="").values_list("key", "digest", "kind")
    known = {(key, digest): kind for key, digest, kind in rows}
    said = {one.key: known.get((one.key, one.digest)) for one in kept}
    return {key: kind for key, kind in said.items() if kind}


def _correct(revision: Revision, kinds: Mapping[str, str]) -> None:
    """Make these all the corrections of a stored revision."""
    rows = list(revision.passages.order_by("position"))
    was = {row.key: row.recognised for row in rows if row.recognised}
    stored = passages_of(revision)
    base = recognised.as_recognised(stored, was, _read_again(revision, stored) if was else {})
    passages, now_recognised = recognised.corrected(base, kinds)
    changed = []
    for row, passage in zip(rows, passages, strict=True):
        fields = (passage.kind, passage.section, passage.level, now_recognised.get(row.key, ""))
        if (row.kind, row.section, row.level, row.recognised) != fields:
            row.kind, row.section, row.level, row.recognised = fields
            changed.append(row)
    Passage.objects.bulk_update(changed, ["kind", "section", "level", "recognised"], batch_size=500)


def _read_again(revision: Revision, stored: Sequence[ArticlePassage]) -> dict[str, ArticlePassage]:
    form: article.Form = revision.form  # type: ignore[assignment]
    parsed = article.parse(revision.source, form)
    here = fresh_keys(parsed, stored)
    return {here.get(one.key, one.key): one for one in parsed.passages}


# --- Storing ---------------------------------------------------------------------------------


def _left_out(parsed: Parsed, kept: Sequence[ArticlePassage]) -> list[dict[str, str]]:
    """What is no passage, why, and after which passage it stood ("" before the first)."""
    here = {one.key: own.key for one, own in zip(parsed.passages, kept, strict=True)}
    return [
        {"text": out.text, "reason": out.reason, "after": here.get(out.after, "")}
        for out in parsed.left_out
    ]


def _store(revision: Revision, passages: Iterable[ArticlePassage], was: Mapping[str, str]) -> None:
    Passage.objects.bulk_create(
        (
            Passage(
                revision=revision,
                position=position,
                key=one.key,
                kind=one.kind,
                recognised=was.get(one.key, ""),
                section=one.section,
                text=one.text,
                level=one.level,
                digest=one.digest,
            )
            for position, one in enumerate(passages, start=1)
        ),
        batch_size=500,
    )
