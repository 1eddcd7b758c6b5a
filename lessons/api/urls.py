"""The addresses of courses and lessons below ``/api/v1/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from lessons.api import courses, enrolments, lessons
from lessons.api.staff import urls as staff

urlpatterns: list[URLPattern | URLResolver] = [
    path("courses/", courses.Courses.as_view(), name="api-courses"),
    path("courses/<slug:slug>/", courses.Course.as_view(), name="api-course"),
    path("courses/<slug:slug>/outline/", courses.Outline.as_view(), name="api-outline"),
    path("enrolments/", enrolments.Enrolments.as_view(), name="api-enrolments"),
    path("lessons/<uuid:lesson>/", lessons.Lesson.as_view(), name="api-lesson"),
    path("lessons/<uuid:lesson>/opened/", lessons.Opened.as_view(), name="api-opened"),
    path("lessons/<uuid:lesson>/finished/", lessons.Finished.as_view(), name="api-finished"),
    path("lessons/<uuid:lesson>/position/", lessons.Position.as_view(), name="api-position"),
    path("staff/", include(staff)),
]
