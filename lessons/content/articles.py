"""Articles as readers see them: the live revision of each, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from courseapp.errors import NotFound
from lessons.content.models import Article, Passage, Revision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lessons.content.models import Course


class ArticleNotFound(NotFound):
    code = "article_not_found"


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
    passages = Passage.objects.filter(revision=article.live_revision_id).order_by("position")
    return PublicArticle(
        slug=article.slug,
        title=article.title,
        description=article.description,
        passages=tuple(passages),
    )


def show_newest(course: Course) -> int:
    """Show everybody the newest revision of the public articles of a course; how many changed."""
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    behind = Article.objects.filter(courses=course, public=True).exclude(
        live_revision=Subquery(newest)
    )
    return behind.update(live_revision=Subquery(newest))
