"""Beginning a course, and the courses one began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from courseapp.api import paging
from courseapp.api.fields import Agreed, Body, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, answer, signed_in
from courseapp.errors import Refused
from lessons.api import shapes, telling
from lessons.drip import noticing
from lessons.reading import enrolling, outline
from lessons.reading.access import NotGranted
from lessons.reading.standing import CourseNotFound

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from courseapp.api.errors import FieldError


class ConsentNeeded(Refused):
    """Enrolling without the yes it rests on; ``fields`` says which is missing."""

    code = "consent_needed"

    def __init__(self, fields: list[FieldError]) -> None:
        super().__init__("Beginning a course takes a consent and an age of 16 or over.")
        self.fields = fields


class Begin(Body):
    """What enrolling takes: the course, and two declarations that both are true.

    `language` is the one in which the words of the consent (see the course) were shown.
    """

    course = StrictText(max_length=80)
    consent = Agreed()
    sixteen_or_over = Agreed()
    language = serializers.ChoiceField(choices=["nl", "en"], default="nl")


class Enrolments(Endpoint):
    @describe(
        "list_enrolments",
        tag="enrolments",
        who="readers",
        answers={200: shapes.EnrolmentPage},
        refusals=[paging.InvalidCursor, ValidationError],
        parameters=paging.PARAMETERS,
    )
    def get(self, request: Request) -> HttpResponse:
        """The courses one began, the last begun first."""
        mine = outline.of_reader(reader=signed_in(request), now=timezone.now())
        page = paging.page(request, mine, lambda one: str(one.course.uuid))
        results = [telling.enrolment(one) for one in page.rows]
        told: shapes.EnrolmentPage = {
            "next": page.next,
            "previous": page.previous,
            "results": results,
        }
        return answer(told)

    @describe(
        "enrol",
        tag="enrolments",
        who="readers",
        answers={201: shapes.Enrolment, 200: shapes.Enrolment},
        refusals=[ConsentNeeded, CourseNotFound, NotGranted],
        body=Begin,
        writes=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Begin a course. 201 the first time; 200 with the same enrolment ever after."""
        said = _said(request.data)
        reader, now = signed_in(request), timezone.now()
        begun = enrolling.enrol(
            reader=reader,
            course=said["course"],
            wording=telling.consent(said["language"]),
            place=f"api:{said['course']}",
            now=now,
        )
        if begun.created:
            noticing.begun(enrolment=begun.enrolment, now=now)
        found = outline.of_course(slug=said["course"], reader=reader, now=now)
        return answer(telling.enrolment(found), status=201 if begun.created else 200)


def _said(data: object) -> dict[str, str]:
    """The body, once both declarations are made; a missing one and a false one are the same."""
    sent = Begin(data=data)
    if isinstance(data, dict):
        sent = Begin(data={"consent": False, "sixteen_or_over": False, **data})
    sent.is_valid(raise_exception=True)
    missing: list[FieldError] = [
        {"field": name, "detail": "This must be true."}
        for name in ("consent", "sixteen_or_over")
        if sent.validated_data[name] is not True
    ]
    if missing:
        raise ConsentNeeded(missing)
    return dict(sent.validated_data)
