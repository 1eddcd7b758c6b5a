"""The addresses of courses and lessons below ``/api/v1/``, the most asked for on top."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from lessons.api import answers, courses, enrolments, lessons, mail, plans
from lessons.api.staff import urls as staff

urlpatterns: list[URLPattern | URLResolver] = [
    path("lessons/<uuid:lesson>/", lessons.Lesson.as_view(), name="api-lesson"),
    path("lessons/<uuid:lesson>/finished/", lessons.Finished.as_view(), name="api-finished"),
    path("courses/<slug:slug>/outline/", courses.Outline.as_view(), name="api-outline"),
    path("courses/", courses.Courses.as_view(), name="api-courses"),
    path("courses/<slug:slug>/", courses.Course.as_view(), name="api-course"),
    path("courses/<slug:slug>/plan/", plans.Plan.as_view(), name="api-plan"),
    path("courses/<slug:slug>/plan/pause/", plans.Paused.as_view(), name="api-pause"),
    path("courses/<slug:slug>/plan/resume/", plans.Resumed.as_view(), name="api-resume"),
    path("courses/<slug:slug>/plan/open-all/", plans.OpenedAll.as_view(), name="api-open-all"),
    path("mail/", mail.Mail.as_view(), name="api-mail"),
    path("enrolments/", enrolments.Enrolments.as_view(), name="api-enrolments"),
    path("lessons/<uuid:lesson>/opened/", lessons.Opened.as_view(), name="api-opened"),
    path("lessons/<uuid:lesson>/position/", lessons.Position.as_view(), name="api-position"),
    path(
        "lessons/<uuid:lesson>/answers/<uuid:block>/",
        answers.AtBlock.as_view(),
        name="api-answers-at",
    ),
    path(
        "lessons/<uuid:lesson>/answers/<uuid:block>/text/",
        answers.TextAt.as_view(),
        name="api-write",
    ),
    path(
        "lessons/<uuid:lesson>/answers/<uuid:block>/ticks/",
        answers.TicksAt.as_view(),
        name="api-tick",
    ),
    path("answers/", answers.Answers.as_view(), name="api-answers"),
    path("answers/consent/", answers.Keeping.as_view(), name="api-keep-answers"),
    path("answers/<uuid:kept>/", answers.Answer.as_view(), name="api-answer"),
    path("search/", answers.Search.as_view(), name="api-search"),
    path("staff/", include(staff)),
]
