"""Articles: taken in by a program, corrected, and made into courses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from courseapp.api import paging
from courseapp.api.fields import Body, StrictChoice, StrictFlag, StrictText, StrictUUID
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer, signed_in
from lessons.api import shapes_articles, shapes_staff, telling_articles, telling_staff
from lessons.content import articles, drafting, drafts, finding, importing, merging, revisions
from lessons.content.article import NulCharacter
from lessons.content.article.formats import PASTED_MAX
from lessons.content.article.nesting import NestedTooDeeply
from lessons.content.articles import ArticleNotFound, InvalidArticle
from lessons.content.blocks import InvalidBlock
from lessons.content.layout import CourseNotFound, course_of
from lessons.content.recognised import CHOICES
from lessons.content.transfer import SlugTaken

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

    from lessons.content.models import Article as ArticleRow

# A text of a million characters, in JSON.
BODY_MAX = 3 * 1024 * 1024  # bytes
OFFERS_MAX = 2_000
READING = (NulCharacter, NestedTooDeeply, revisions.NoPassages)


class Wording(Body):
    """The text of an article, and what it is written in."""

    source = StrictText(max_length=PASTED_MAX, trim_whitespace=False)  # type: ignore[assignment]
    form = StrictChoice(choices=["text", "markdown", "html"])


class NewArticle(Wording):
    """A text, and what is said of it; without a `title` it is called as it calls itself."""

    title = StrictText(max_length=articles.TITLE_MAX, required=False)
    description = StrictText(max_length=articles.DESCRIPTION_MAX, allow_blank=True, default="")
    public = StrictFlag(default=False)


class Said(Body):
    """What is said of an article. `public` holds from the next publication of a course on."""

    title = StrictText(max_length=articles.TITLE_MAX)
    description = StrictText(max_length=articles.DESCRIPTION_MAX, allow_blank=True)
    public = StrictFlag()


class PassageKind(Body):
    """What a passage is; `left_out` when it is to be none."""

    kind = StrictChoice(choices=list(CHOICES))


class NewCourse(Body):
    """What the course is called, and its address; both are made up where they are not said."""

    title = StrictText(max_length=drafting.TITLE_MAX, required=False)
    slug = StrictText(max_length=drafting.SLUG_MAX, required=False)


class Chosen(Body):
    """Which of the blocks on offer are taken."""

    blocks = serializers.ListField(child=StrictUUID(), max_length=OFFERS_MAX)


class Articles(StaffEndpoint):
    body_max = BODY_MAX

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
            "results": [telling_articles.line(one) for one in page.rows],
        }
        return answer(told)

    @describe(
        "staff_import_article",
        tag="staff: articles",
        who="staff",
        answers={201: shapes_articles.StaffArticle},
        refusals=[*READING, InvalidArticle, InvalidBlock],
        body=NewArticle,
        writes=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Take in a new article. Readers see none of it. The body has at most 3 MB."""
        said = _sent(NewArticle, request)
        row = importing.take_in(
            source=said["source"],
            form=said["form"],
            title=said.get("title"),
            description=said["description"],
            public=said["public"],
            by=signed_in(request),
            now=timezone.now(),
        )
        return answer(_told(row.pk), status=201)


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
        return answer(_told(article))

    @describe(
        "staff_change_article",
        tag="staff: articles",
        who="staff",
        answers={200: shapes_articles.StaffArticle},
        refusals=[ArticleNotFound, InvalidArticle, InvalidBlock],
        body=Said,
        writes=True,
    )
    def put(self, request: Request, article: UUID) -> HttpResponse:
        """Change what is said of an article; its text stays."""
        said = _sent(Said, request)
        articles.change(article=article, **said, by=signed_in(request), now=timezone.now())
        return answer(_told(article))


class Revisions(StaffEndpoint):
    body_max = BODY_MAX

    @describe(
        "staff_revise_article",
        tag="staff: articles",
        who="staff",
        answers={201: shapes_articles.StaffArticle, 200: shapes_articles.StaffArticle},
        refusals=[ArticleNotFound, *READING],
        body=Wording,
        writes=True,
    )
    def post(self, request: Request, article: UUID) -> HttpResponse:
        """Take in a new wording. 200 when it is the newest already. The body has at most 3 MB.

        Lessons stay as they are; which of their blocks it makes stale, each course tells.
        """
        said = _sent(Wording, request)
        revised = articles.renew(
            article=article,
            source=said["source"],
            form=said["form"],
            by=signed_in(request),
            now=timezone.now(),
        )
        return answer(_told(article), status=201 if revised.created else 200)


class Kind(StaffEndpoint):
    @describe(
        "staff_correct_kind",
        tag="staff: articles",
        who="staff",
        answers={200: shapes_articles.StaffArticle},
        refusals=[ArticleNotFound, revisions.PassageNotFound, revisions.UnknownKind],
        body=PassageKind,
        writes=True,
    )
    def put(self, request: Request, article: UUID, passage: str) -> HttpResponse:
        """Say what a passage of the newest wording is, by its key. A heading starts a section.

        What is `left_out` is in no course and is told with what was left out, until it gets a kind
        again.
        """
        said = _sent(PassageKind, request)
        revisions.correct_kind(
            revision=finding.wording_of(finding.article(article=article)),
            key=passage,
            kind=said["kind"],
            by=signed_in(request),
            now=timezone.now(),
        )
        return answer(_told(article))


class Derive(StaffEndpoint):
    @describe(
        "staff_derive_course",
        tag="staff: articles",
        who="staff",
        answers={201: shapes_staff.StaffCourse},
        refusals=[
            ArticleNotFound,
            SlugTaken,
            drafting.InvalidSlug,
            drafting.InvalidCourse,
        ],
        body=NewCourse,
        writes=True,
    )
    def post(self, request: Request, article: UUID) -> HttpResponse:
        """Make a course of the newest wording of an article. Readers see none of it."""
        said = _sent(NewCourse, request)
        row = finding.article(article=article)
        title = said.get("title", row.title)
        course = drafting.derive_course(
            article=row,
            slug=said["slug"] if "slug" in said else drafting.proposed_slug(title),
            title=title,
            by=signed_in(request),
            now=timezone.now(),
        )
        told = telling_staff.course(drafts.working_copy(course), [row])
        return answer(told, status=201)


class Merge(StaffEndpoint):
    body_max = OFFERS_MAX * 64  # A UUID in JSON, with room.

    @describe(
        "staff_propose_merge",
        tag="staff: articles",
        who="staff",
        answers={200: shapes_articles.MergeProposal},
        refusals=[ArticleNotFound, CourseNotFound],
    )
    def get(self, request: Request, article: UUID, course: UUID) -> HttpResponse:
        """What a course could take from the newest wording: blocks that no lesson has yet."""
        found = merging.propose(course=course_of(course), article=finding.article(article=article))
        return answer(telling_articles.proposal(found))

    @describe(
        "staff_merge_article",
        tag="staff: articles",
        who="staff",
        answers={200: shapes_articles.Merged},
        refusals=[ArticleNotFound, CourseNotFound],
        body=Chosen,
        writes=True,
    )
    def post(self, request: Request, article: UUID, course: UUID) -> HttpResponse:
        """Take some of the blocks on offer into the working copy; nothing that is there changes.

        What is not on offer, or no longer, is passed over, so this may be sent twice.
        """
        said = _sent(Chosen, request)
        merged = merging.merge(
            course=course_of(course),
            article=finding.article(article=article),
            chosen=set(said["blocks"]),
            by=signed_in(request),
            now=timezone.now(),
        )
        return answer(telling_articles.merged(merged))


def _sent(body: type[Body], request: Request) -> dict[str, Any]:
    sent = body(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _told(article: UUID) -> shapes_articles.StaffArticle:
    row: ArticleRow = finding.article(article=article)
    return telling_articles.article(row, finding.newest_revision(row))
