"""Articles: taking one in, changing what is said of it, and what readers see of it.

Readers see the live revision of a public article, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, OuterRef, Q, Subquery, When
from django.utils.translation import gettext as _

from courseapp.accounts import audit
from courseapp.errors import NotFound, Refused
from lessons.content import article as text
from lessons.content import blocks, recognised, revisions
from lessons.content.article.passages import first_free, slugify
from lessons.content.models import Article, Passage, Revision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from courseapp.accounts.models import User
    from lessons.content.models import Course
    from lessons.content.revisions import Revised

SLUG_MAX = 60
TITLE_MAX = 200
DESCRIPTION_MAX = 300


class ArticleNotFound(NotFound):
    code = "article_not_found"


class InvalidArticle(Refused):
    code = "invalid_article"


# --- What staff do -----------------------------------------------------------------------------


def called(article: UUID) -> Article:
    """The article of this identity; raises ``ArticleNotFound``."""
    found = Article.objects.filter(pk=article).first()
    if found is None:
        raise ArticleNotFound(_("This article does not exist."))
    return found


def start(*, title: str, slug: str = "") -> Article:
    """A new article without a text, at a free address made from its slug or its title."""
    wanted = slugify(slug or title, limit=SLUG_MAX)
    taken = Article.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)
    return Article.objects.create(
        slug=first_free(wanted, set(taken)), title=(title or wanted)[:TITLE_MAX]
    )


def add(*, source: str, form: text.Form, by: User | None, now: datetime, host: str = "") -> Article:
    """Take in a new article, called as it calls itself. Readers see none of it.

    ``host`` is the site that it was fetched from, if it was.
    Raises what ``article.parse`` raises, and ``NoPassages``.
    """
    title = _line(text.parse(source, form).title)[:TITLE_MAX]
    with transaction.atomic():
        row = start(title=title or _("Article without a title"))
        revisions.revise(of=row, source=source, form=form, by=by, now=now)
        audit.record(by=by, act="article.added", on=row, now=now, after=_taken(1, host))
    return row


def renew(
    *,
    article: UUID,
    source: str,
    form: text.Form,
    by: User | None,
    now: datetime,
    host: str = "",
) -> Revised:
    """Take in a new version of an article; the lessons stay as they are.

    ``host`` is the site that it was fetched from, if it was.
    Raises ``ArticleNotFound``, what ``article.parse`` raises, and ``NoPassages``.
    """
    row = called(article)
    with transaction.atomic():
        revised = revisions.revise(of=row, source=source, form=form, by=by, now=now)
        if revised.created:
            number = revised.revision.number
            audit.record(
                by=by, act="article.revised", on=row, now=now,
                before={"version": number - 1}, after=_taken(number, host),
            )  # fmt: skip
    return revised


def change(
    *, article: UUID, title: str, description: str, public: bool, by: User | None, now: datetime
) -> Article:
    """Change what is said of an article. Readers see it, or no longer, from the next publication
    of a course that cites it on. Raises ``ArticleNotFound`` and ``InvalidArticle``."""
    title, description = _line(title), _line(description)
    if not title:
        raise InvalidArticle(_("An article needs a title."))
    if len(title) > TITLE_MAX or len(description) > DESCRIPTION_MAX:
        raise InvalidArticle(
            _("A title has at most %(title)s characters, a description at most %(description)s.")
            % {"title": TITLE_MAX, "description": DESCRIPTION_MAX}
        )
    with transaction.atomic():
        row = Article.objects.select_for_update(no_key=True).filter(pk=article).first()
        if row is None:
            raise ArticleNotFound(_("This article does not exist."))
        before = _said_of(row)
        row.title, row.description, row.public = title, description, public
        after = _said_of(row)
        if after != before:
            row.save(update_fields=["title", "description", "public"])
            audit.record(by=by, act="article.changed", on=row, now=now, before=before, after=after)
    return row


def _taken(version: int, host: str) -> dict[str, object]:
    return {"version": version, "host": host} if host else {"version": version}


def _said_of(row: Article) -> dict[str, object]:
    return {"title": row.title, "description": row.description, "public": row.public}


def _line(value: str) -> str:
    return " ".join(blocks.CONTROL.sub(" ", value).split())


# --- What readers see --------------------------------------------------------------------------


@dataclass(frozen=True)
class PublicArticle:
    """An article in its live wording; ``passages`` in reading order."""

    slug: str
    title: str
    description: str
    passages: Sequence[Passage]


def public_slugs() -> frozenset[str]:
    """The slugs of the articles everybody may read; an imported one is not public by itself."""
    rows = Article.objects.filter(live_revision__isnull=False)
    return frozenset(rows.values_list("slug", flat=True))


def public(*, slug: str) -> PublicArticle:
    """The live text of an article; raises ``ArticleNotFound``."""
    article = Article.objects.filter(slug=slug, live_revision__isnull=False).first()
    if article is None:
        raise ArticleNotFound(_("This article does not exist."))
    rows = Passage.objects.filter(revision=article.live_revision_id).order_by("position")
    passages = rows.exclude(kind=recognised.LEFT_OUT)
    return PublicArticle(
        slug=article.slug,
        title=article.title,
        description=article.description,
        passages=tuple(passages),
    )


def show_newest(course: Course) -> int:
    """Show everybody the newest revision of the public articles of a course, and no longer show
    those that are not public any more; how many changed."""
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    behind = Q(public=True) & ~Q(live_revision=Subquery(newest))
    withdrawn = Q(public=False, live_revision__isnull=False)
    return Article.objects.filter(behind | withdrawn, courses=course).update(
        live_revision=Case(When(public=True, then=Subquery(newest)), default=None)
    )
