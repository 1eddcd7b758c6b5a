"""Articles in the database: a new wording is a new revision, whose passages keep their keys.

A key names one passage among all articles, so that a block which cites it cites one text only. What
a person corrected about a passage stays while its wording does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import article, left_out, recognised
from lessons.content import keys as naming
from lessons.content.article.passages import Names, digest_of, key_of
from lessons.content.article.passages import Passage as ArticlePassage
from lessons.content.models import Article, Passage, Revision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.article.passages import Parsed


class NoPassages(Refused):
    code = "article_without_text"


class PassageNotFound(NotFound):
    code = "passage_not_found"


class UnknownKind(Refused):
    code = "unknown_kind"


class CannotComeBack(Refused):
    """This piece is no text of its own, or the article has a newer version meanwhile."""

    code = "cannot_come_back"
    status = 409


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
                _take_over(last, parsed, keys or {}, kinds)
            return Revised(last, passages_of(last), created=False)
        chosen = _wanted(parsed, keys or {}, kinds) if kinds is not None else _back(parsed, last)
        fresh = recognised.with_left_out(parsed, chosen)
        before = _as_recognised(last) if last else ()
        kept = naming.keyed(fresh, before, keys or {}, naming.of_others(of))
        said = (
            _by_own_key(fresh, kept, keys or {}, kinds)
            if kinds is not None
            else _still_corrected(last, kept)
        )
        every, was = recognised.corrected(kept, said)
        there = [one for one in every if one.key in was or one.kind in recognised.KINDS]
        here = {one.key: own.key for one, own in zip(fresh, kept, strict=True)}
        revision = Revision.objects.create(
            article=of,
            number=last.number + 1 if last else 1,
            source=source,
            form=form,
            left_out=_left_out(parsed, here, {one.key for one in there}),
            imported_at=now,
            imported_by=by,
        )
        _store(revision, there, was)
    return Revised(revision, recognised.parted(there)[0], created=True)


def correct_kind(*, revision: Revision, key: str, kind: str, by: User | None, now: datetime) -> str:
    """Say what a passage is; what was recognised is remembered, and its kind before is returned.

    A heading made by hand starts a section; what is "left_out" is no passage any more until it gets
    a kind again. Raises ``PassageNotFound`` and ``UnknownKind``.
    """
    if kind not in recognised.CHOICES:
        raise UnknownKind(_("There is no such kind of passage."))
    with transaction.atomic():
        one = Article.objects.select_for_update().get(pk=revision.article_id)
        passage = Passage.objects.filter(revision=revision, key=key).first()
        if passage is None:
            raise PassageNotFound(_("This passage is not in this version of the article."))
        before = passage.kind
        if before != kind:
            revision.refresh_from_db(fields=["left_out"])
            _correct(revision, {**kinds_of(revision), key: kind})
            audit.record(
                by=by, act="article.kind_corrected", on=one, now=now,
                before={"passage": key, "kind": before}, after={"passage": key, "kind": kind},
            )  # fmt: skip
    return before


def bring_back(*, revision: Revision, number: int, by: User | None, now: datetime) -> str:
    """Make a passage of a piece that reading left out (by its number in ``left_out``, from 0); its
    key is returned.

    It is a paragraph until somebody says otherwise, and a new version keeps it. Raises
    ``CannotComeBack``.
    """
    with transaction.atomic():
        one = Article.objects.select_for_update().get(pk=revision.article_id)
        newer = one.revisions.filter(number__gt=revision.number).exists()
        revision.refresh_from_db(fields=["left_out"])
        piece = dict(enumerate(revision.left_out)).get(number)
        if newer or not piece or not recognised.can_come_back(piece["text"], piece["reason"]):
            raise CannotComeBack(_("This cannot be brought back any more. Load the page again."))
        if key := str(piece.get("passage", "")):
            return key
        taken = naming.of_others(one) | set(revision.passages.values_list("key", flat=True))
        key = Names(taken).give(key_of(piece["text"]))
        left_out.insert(revision, number, key)
        _correct(revision, {**kinds_of(revision), key: recognised.BROUGHT_BACK})
        audit.record(
            by=by, act="article.kind_corrected", on=one, now=now,
            before={"passage": key, "kind": recognised.LEFT_OUT},
            after={"passage": key, "kind": recognised.BROUGHT_BACK},
        )  # fmt: skip
    return key


def passages_of(revision: Revision) -> tuple[ArticlePassage, ...]:
    """The passages of a stored revision, in reading order."""
    return recognised.parted(pieces_of(revision))[0]


def pieces_of(revision: Revision) -> tuple[ArticlePassage, ...]:
    """The same with what a person left out, as passages of that kind."""
    rows = revision.passages.order_by("position")
    return tuple(
        ArticlePassage(row.key, row.kind, row.section, row.text, row.level)  # type: ignore[arg-type]
        for row in rows
    )


def read_again(revision: Revision) -> tuple[ArticlePassage, ...]:
    """What a fresh reading makes of a stored revision, with the pieces that were brought back."""
    form: article.Form = revision.form  # type: ignore[assignment]
    parsed = article.parse(revision.source, form)
    return recognised.with_left_out(parsed, recognised.brought_back(revision.left_out, parsed))


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
    rows = rows.exclude(kind=recognised.LEFT_OUT)
    result: dict[UUID, dict[str, str]] = {one: {} for one in newest}
    for home, key, digest in rows.values_list("revision__article_id", "key", "digest"):
        result[home][key] = digest
    return result


# --- Kinds -----------------------------------------------------------------------------------


def _by_own_key(
    fresh: Sequence[ArticlePassage],
    kept: Sequence[ArticlePassage],
    keys: Mapping[str, str],
    kinds: Mapping[str, str],
) -> dict[str, str]:
    """The kinds that a folder says by its own keys, by the keys that the passages got here."""
    here = naming.fresh_keys(fresh, kept)
    said = {here.get(one.key, one.key): kinds.get(keys.get(one.key, one.key)) for one in fresh}
    return {key: kind for key, kind in said.items() if kind}


def _wanted(parsed: Parsed, keys: Mapping[str, str], kinds: Mapping[str, str]) -> set[int]:
    """The pieces left out that a folder says a kind of, by their numbers."""
    every = enumerate(recognised.keys_of_left_out(parsed))
    return {number for number, key in every if keys.get(key, key) in kinds}


def _back(parsed: Parsed, last: Revision | None) -> set[int]:
    """The pieces left out that read like one that was brought back in the revision before."""
    if last is None:
        return set()
    rows = last.passages.filter(recognised=recognised.LEFT_OUT)
    known = set(rows.values_list("digest", flat=True))
    return {n for n, out in enumerate(parsed.left_out) if digest_of(out.text) in known}


def _take_over(
    last: Revision, parsed: Parsed, keys: Mapping[str, str], kinds: Mapping[str, str]
) -> None:
    """Make what a folder says of the kinds true for the stored revision of the same source."""
    names = recognised.keys_of_left_out(parsed)
    taken = naming.of_others(last.article) | {one.key for one in pieces_of(last)}
    if [one["text"] for one in last.left_out] == [out.text for out in parsed.left_out]:
        for number in sorted(_wanted(parsed, keys, kinds)):
            if not last.left_out[number].get("passage"):
                key = Names(taken).give(keys.get(names[number], names[number]))
                left_out.insert(last, number, key)
    _correct(last, _by_own_key(read_again(last), pieces_of(last), keys, kinds))


def _as_recognised(revision: Revision) -> tuple[ArticlePassage, ...]:
    """Its passages by the kinds they were read as: what a fresh reading is compared with."""
    was = dict(revision.passages.exclude(recognised="").values_list("key", "recognised"))
    return recognised.as_recognised(pieces_of(revision), was, {})


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
    stored = pieces_of(revision)
    base = recognised.as_recognised(stored, was, _by_key(revision, stored) if was else {})
    passages, now_recognised = recognised.corrected(base, kinds)
    changed = []
    for row, passage in zip(rows, passages, strict=True):
        fields = (passage.kind, passage.section, passage.level, now_recognised.get(row.key, ""))
        if (row.kind, row.section, row.level, row.recognised) != fields:
            row.kind, row.section, row.level, row.recognised = fields
            changed.append(row)
    Passage.objects.bulk_update(changed, ["kind", "section", "level", "recognised"], batch_size=500)
    again = {row.key for row in rows if left_out.is_left_out(row) and not row.recognised}
    if again:
        left_out.put_back(revision, again)


def _by_key(revision: Revision, stored: Sequence[ArticlePassage]) -> dict[str, ArticlePassage]:
    fresh = read_again(revision)
    here = naming.fresh_keys(fresh, stored)
    return {here.get(one.key, one.key): one for one in fresh}


# --- Storing ---------------------------------------------------------------------------------


def _left_out(
    parsed: Parsed, here: Mapping[str, str], passages: Collection[str]
) -> list[dict[str, str]]:
    """What is no passage, why, and after which passage it stood ("" before the first).

    ``here`` gives the keys by those of the fresh reading; what was brought back names its passage.
    """
    result = []
    for out, fresh in zip(parsed.left_out, recognised.keys_of_left_out(parsed), strict=True):
        one = {"text": out.text, "reason": out.reason, "after": here.get(out.after, "")}
        key = here.get(fresh, "")
        result.append({**one, "passage": key} if key in passages else one)
    return result


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
