"""How courses fare, in figures that point at nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from courseapp.api.schema import describe
from courseapp.api.view import StaffEndpoint, answer
from lessons.api import shapes_insight, telling_insight
from lessons.reading import insight
from lessons.reading.standing import CourseNotFound

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from rest_framework.request import Request

USUAL: insight.Period = "90"
PERIOD = OpenApiParameter(
    "period",
    {"type": "string", "enum": list(insight.PERIODS), "default": USUAL},
    description="Who began within so many days, or ever.",
)


class Insights(StaffEndpoint):
    @describe(
        "staff_list_insights",
        tag="staff: insight",
        who="staff",
        answers={200: shapes_insight.Insights},
        refusals=[ValidationError],
        parameters=[PERIOD],
    )
    def get(self, request: Request) -> HttpResponse:
        """Every course beside the others. Groups of fewer than five readers are not told."""
        period = _period(request)
        lines = insight.overview(period=period, now=timezone.now())
        return answer(telling_insight.overview(lines, period))


class Insight(StaffEndpoint):
    @describe(
        "staff_read_insight",
        tag="staff: insight",
        who="staff",
        answers={200: shapes_insight.Insight},
        refusals=[CourseNotFound, ValidationError],
        parameters=[PERIOD],
    )
    def get(self, request: Request, course: UUID) -> HttpResponse:
        """A course from visit to completion. Groups of fewer than five readers are not told."""
        found = insight.of(course=course, period=_period(request), now=timezone.now())
        return answer(telling_insight.insight(found))


def _period(request: Request) -> insight.Period:
    wanted = request.query_params.get("period", USUAL)
    if wanted not in insight.PERIODS:
        raise ValidationError({"period": [f"One of: {', '.join(insight.PERIODS)}."]})
    return wanted
