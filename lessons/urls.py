"""The addresses of courses and lessons. What is private has an address that tells nothing."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lessons.pages import (
    beginning,
    mail_choices,
    mail_links,
    media,
    practice,
    public,
    selfcheck,
    sheets,
    sitemap,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.home, name="home"),
    path("artikel/<slug:slug>/", public.article, name="article"),
    path("cursus/<slug:slug>/", public.course, name="course"),
    path("cursus/<slug:slug>/begin/", beginning.enrol, name="enrol"),
    path("cursus/<slug:slug>/<slug:lesson_slug>/", public.open_lesson, name="open_lesson"),
    path("les/<uuid:lesson>/zelfcheck/<uuid:block>/", selfcheck.count_recognised, name="selfcheck"),
    path("les/<uuid:lesson>/werkblad/<uuid:block>/", sheets.sheet, name="sheet"),
    path("post/voorkeuren/<str:token>/", mail_choices.by_link, name="mail_choices_link"),
    path("post/stop/<str:token>/", mail_links.stop, name="mail_stop"),
    path("post/lezen/<str:token>/", mail_links.view, name="mail_view"),
    path("post/ja/<str:token>/", mail_links.agree, name="offers_agree"),
    path("over/", practice.about, name="about"),
    path("media/<str:name>", media.file, name="media"),
    path("contact/", practice.contact, name="contact"),
    path("privacy/", practice.privacy, name="privacy"),
    path("voorwaarden/", practice.terms, name="terms"),
    path("hulp/", practice.help_lines, name="help"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
]
