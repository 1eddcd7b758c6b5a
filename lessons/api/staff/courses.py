"""Courses as staff work on them, and how they stand to their articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import ValidationError

from courseapp.accounts import audit
from courseapp.api import conditions, paging
from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer
from lessons.api import shapes_publishing, shapes_staff, telling_publishing, telling_staff
from lessons.content import drafts, finding
from lessons.content.layout import CourseNotFound, course_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request


class Courses(StaffEndpoint):
    @describe(
        "staff_list_courses",
        tag="staff: courses",
        who="staff",
        answers={200: shapes_staff.StaffCoursePage},
        refusals=[paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request) -> HttpResponse:
        """Every course, live or not, by title."""
        page = paging.page(request, finding.all_courses(), lambda one: str(one.uuid))
        told: shapes_staff.StaffCoursePage = {
            "next": page.next,
            "previous": page.previous,
            "results": [telling_staff.course_line(one) for one in page.rows],
        }
        return answer(told)


class Course(StaffEndpoint):
    @describe(
        "staff_read_course",
        tag="staff: courses",
        who="staff",
        answers={200: shapes_staff.StaffCourse},
        refusals=[CourseNotFound],
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """The working copy of a course: its modules and lessons in order, without their text."""
        found = course_of(course)
        articles = list(found.articles.order_by("title", "slug"))
        return answer(telling_staff.course(drafts.working_copy(found), articles))


class Live(StaffEndpoint):
    @describe(
        "staff_read_live_edition",
        tag="staff: courses",
        who="staff",
        answers={200: shapes_publishing.Live, 304: None},
        refusals=[CourseNotFound],
        parameters=[conditions.if_none_match(), conditions.etag_header("e", 200, 304)],
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """What readers of a course see now. Its ETag is what publishing takes as `If-Match`."""
        found = course_of(course)
        etag = conditions.tag("e", found.live_edition.number if found.live_edition else 0)
        return conditions.not_modified(request, etag) or answer(
            telling_publishing.live(found), etag=etag
        )


class Acts(StaffEndpoint):
    @describe(
        "staff_list_acts",
        tag="staff: courses",
        who="staff",
        answers={200: shapes_publishing.Acts},
        refusals=[CourseNotFound],
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """Who did what in a course, the newest first."""
        found = course_of(course)
        return answer(telling_publishing.acts(audit.of([found.pk])))
