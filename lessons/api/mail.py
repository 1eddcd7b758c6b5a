"""Which mails a reader wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from courseapp.api.fields import Body, StrictFlag, StrictText
from courseapp.api.schema import describe
from courseapp.api.view import Endpoint, answer, signed_in
from lessons.api import shapes_planning as shapes
from lessons.api import telling_planning as telling
from lessons.drip import choices, offers
from lessons.drip.models import Choice
from lessons.reading.standing import CourseNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpResponse
    from rest_framework.request import Request

    from courseapp.accounts.models import User

COURSES_MAX = 100


class WantedOfCourse(Body):
    """Which mails of one course are wanted; what is absent stays."""

    course = StrictText(max_length=80)
    lessons = StrictFlag(required=False)
    nudges = StrictFlag(required=False)


class MailChange(Body):
    """What is wanted otherwise; what is absent stays.

    `offers` false holds at once. True sends a mail with a link to a page with a button; only that
    button is the consent.
    """

    courses = serializers.ListField(
        child=WantedOfCourse(), max_length=COURSES_MAX, required=False, default=list
    )
    offers = StrictFlag(required=False)


class Mail(Endpoint):
    @describe("read_mail_choices", tag="mail", who="readers", answers={200: shapes.Mail})
    def get(self, request: Request) -> HttpResponse:
        """Which mails one gets, of each course that sends any, and about trainings."""
        wanted = choices.of(reader=signed_in(request))
        return answer(telling.mail(wanted, confirmation_sent=False))

    @describe(
        "change_mail_choices",
        tag="mail",
        who="readers",
        answers={200: shapes.Mail},
        refusals=[CourseNotFound],
        body=MailChange,
        writes=True,
    )
    def patch(self, request: Request) -> HttpResponse:
        """Choose which mails one gets; all of it or, with a course that sends none, nothing."""
        sent = MailChange(data=request.data)
        sent.is_valid(raise_exception=True)
        reader = signed_in(request)
        asked = _change(reader, sent.validated_data, timezone.now())
        return answer(telling.mail(choices.of(reader=reader), confirmation_sent=asked))


def _change(reader: User, said: Mapping[str, Any], now: datetime) -> bool:
    """Take it all down; returns whether a mail went out that asks for the second yes."""
    known = {one.slug: one.course for one in choices.of(reader=reader).courses}
    if any(one["course"] not in known for one in said["courses"]):
        raise CourseNotFound(_("This course does not exist."))
    for one in said["courses"]:
        for about in Choice.About:
            if about.value in one:
                choices.choose(
                    reader=reader, course=known[one["course"]], about=about,
                    wanted=one[about.value], way="api", now=now,
                )  # fmt: skip
    if said.get("offers") is False:
        offers.withdraw(reader=reader, place="api", now=now)
    return said.get("offers") is True and offers.ask(reader=reader, place="api", now=now)
