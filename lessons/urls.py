"""The addresses of courses and lessons. What is private has an address that tells nothing."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lessons.pages import beginning, media, practice, public, reading, selfcheck, sheets, sitemap

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.home, name="home"),
    path("artikel/<slug:slug>/", public.article, name="article"),
    path("cursus/<slug:slug>/", public.course, name="course"),
    path("cursus/<slug:slug>/begin/", beginning.enrol, name="enrol"),
    path("cursus/<slug:slug>/<slug:lesson_slug>/", public.open_lesson, name="open_lesson"),
    path("mijn/", reading.my_courses, name="my_courses"),
    path("mijn/cursus/<uuid:course>/", reading.outline, name="outline"),
    path("mijn/cursus/<uuid:course>/verder/", reading.go_on, name="continue"),
    path("mijn/les/<uuid:lesson>/", reading.lesson, name="lesson"),
    path("mijn/les/<uuid:lesson>/afgerond/", reading.finish, name="finish"),
    path("mijn/les/<uuid:lesson>/plek/", reading.position, name="position"),
    path("les/<uuid:lesson>/zelfcheck/<uuid:block>/", selfcheck.count_recognised, name="selfcheck"),
    path("les/<uuid:lesson>/werkblad/<uuid:block>/", sheets.sheet, name="sheet"),
    path("over/", practice.about, name="about"),
    path("media/<str:name>", media.file, name="media"),
    path("contact/", practice.contact, name="contact"),
    path("privacy/", practice.privacy, name="privacy"),
    path("voorwaarden/", practice.terms, name="terms"),
    path("hulp/", practice.help_lines, name="help"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
]
