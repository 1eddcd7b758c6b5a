"""The editions of a course: listed, read, compared, and what restoring one would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.exceptions import ValidationError

from courseapp.api import paging
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer
from lessons.api import shapes, shapes_publishing, telling, telling_publishing
from lessons.content import changes, drafts, finding
from lessons.content.finding import EditionNotFound
from lessons.content.layout import CourseNotFound, course_of
from lessons.staff import consequences

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request


class History(StaffEndpoint):
    @describe(
        "staff_list_editions",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes_publishing.EditionPage},
        refusals=[CourseNotFound, paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """The editions of a course, the last first."""
        found = course_of(course)
        page = paging.page(request, finding.editions_of(found), lambda one: str(one.uuid))
        told: shapes_publishing.EditionPage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling_publishing.edition_line(one, found) for one in page.rows],
        }
        return answer(told)


class Edition(StaffEndpoint):
    @describe(
        "staff_read_edition",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes.Edition},
        refusals=[EditionNotFound],
    )
    def get(self, request: Request, edition: UUID) -> HttpResponse:
        """One edition, live or not, with its modules."""
        return answer(telling.edition(finding.edition(edition=edition)))


class Compare(StaffEndpoint):
    @describe(
        "staff_compare_editions",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes_publishing.Comparison},
        refusals=[EditionNotFound],
    )
    def get(self, request: Request, edition: UUID, other: UUID) -> HttpResponse:
        """What makes an edition into another one of the same course, whichever came first."""
        before, after = finding.two_editions(edition=edition, other=other)
        made = changes.between(changes.version_of(before), changes.version_of(after))
        return answer(telling_publishing.comparison(before, after, made))


class RestoreChanges(StaffEndpoint):
    @describe(
        "staff_read_changes_of_restoring",
        tag="staff: publishing",
        who="staff",
        answers={200: shapes_publishing.Preview},
        refusals=[EditionNotFound],
    )
    def get(self, request: Request, edition: UUID) -> HttpResponse:
        """What restoring this edition would do. There is no checklist: the text was live before."""
        found = finding.edition(edition=edition)
        both = drafts.both_of(found.course)
        told = consequences.of_restoring(edition=found, both=both, now=timezone.now())
        live = both.live.edition.number if both.live.edition else 0
        return answer(telling_publishing.preview(told, (), live))
