"""Articles: taken in by a program, read with what was recognised in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import ValidationError

from courseapp.api import paging
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer
from lessons.api import shapes_articles, telling_staff
from lessons.content import finding
from lessons.content.articles import ArticleNotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from lessons.content.models import Article as ArticleRow


class Articles(StaffEndpoint):
    @describe(
        "staff_list_articles",
        tag="staff: articles",
        who="staff",
        answers={200: shapes_articles.StaffArticlePage},
        refusals=[paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request) -> HttpResponse:
        """Every article by title, whether readers see it or not."""
        page = paging.page(request, finding.all_articles(), lambda one: str(one.uuid))
        told: shapes_articles.StaffArticlePage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling_staff.article_line(one) for one in page.rows],
        }
        return answer(told)


class Article(StaffEndpoint):
    @describe(
        "staff_read_article",
        tag="staff: articles",
        who="staff",
        answers={200: shapes_articles.StaffArticle},
        refusals=[ArticleNotFound],
    )
    def get(self, request: Request, article: UUID) -> HttpResponse:
        """An article in its newest wording: the passages, what each was taken for, what was left
        out and why.
        """
        return answer(_told(finding.article(article=article)))


def _told(row: ArticleRow) -> shapes_articles.StaffArticle:
    return telling_staff.article(row, finding.newest_revision(row))
