"""What tests of the pages on articles share: an article, a course made of it, a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lessons.content import articles, drafting
from tests.factories import NOW
from tests.lessons.content.test_drafting import FIRST

if TYPE_CHECKING:
    from lessons.content.models import Article, Course


def an_article(source: str = FIRST) -> Article:
    return articles.add(source=source, form="markdown", by=None, now=NOW)


def a_course(article: Article, slug: str = "wachten") -> Course:
    return drafting.derive_course(article=article, slug=slug, title="Wachten", by=None, now=NOW)


def renew(article: Article, old: str = "Wachten maakt", new: str = "Wachten rekt") -> None:
    source = FIRST.replace(old, new)
    articles.renew(article=article.pk, source=source, form="markdown", by=None, now=NOW)
