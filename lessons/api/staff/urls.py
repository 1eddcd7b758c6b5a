"""The addresses of the staff's API, below ``/api/v1/staff/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from lessons.api.staff import (
    articles,
    courses,
    editions,
    insight,
    lessons,
    publishing,
    sequences,
    staleness,
)

ARTICLE = "articles/<uuid:article>/"
COURSE = "courses/<uuid:course>/"
MODULE = "modules/<uuid:module>/"
EDITION = "editions/<uuid:edition>/"
LESSON = "lessons/<uuid:lesson>/"
SEQUENCE = "sequences/<uuid:sequence>/"
BLOCK = f"{LESSON}blocks/<uuid:block>/"

urlpatterns: list[URLPattern] = [
    path("articles/", articles.Articles.as_view(), name="api-staff-articles"),
    path(ARTICLE, articles.Article.as_view(), name="api-staff-article"),
    path(f"{ARTICLE}revisions/", articles.Revisions.as_view(), name="api-staff-revisions"),
    path(f"{ARTICLE}passages/<slug:passage>/kind/", articles.Kind.as_view(), name="api-staff-kind"),
    path(f"{ARTICLE}derive/", articles.Derive.as_view(), name="api-staff-derive"),
    path(f"{ARTICLE}merge/<uuid:course>/", articles.Merge.as_view(), name="api-staff-merge"),
    path("courses/", courses.Courses.as_view(), name="api-staff-courses"),
    path(COURSE, courses.Course.as_view(), name="api-staff-course"),
    path(f"{COURSE}live/", courses.Live.as_view(), name="api-staff-live"),
    path(f"{COURSE}stale/", staleness.Stale.as_view(), name="api-staff-stale"),
    path(f"{COURSE}coverage/", staleness.Coverage.as_view(), name="api-staff-coverage"),
    path(f"{COURSE}acts/", courses.Acts.as_view(), name="api-staff-acts"),
    path(f"{COURSE}changes/", publishing.Changes.as_view(), name="api-staff-changes"),
    path(f"{COURSE}publish/", publishing.PublishCourse.as_view(), name="api-publish-course"),
    path(f"{COURSE}editions/", editions.History.as_view(), name="api-staff-editions"),
    path(f"{COURSE}insight/", insight.Insight.as_view(), name="api-staff-insight"),
    path("insight/", insight.Insights.as_view(), name="api-staff-insights"),
    path(LESSON, lessons.Lesson.as_view(), name="api-staff-lesson"),
    path(f"{BLOCK}accept/", staleness.Accept.as_view(), name="api-staff-accept"),
    path(f"{BLOCK}leave/", staleness.Leave.as_view(), name="api-staff-leave"),
    path(f"{LESSON}unsaved/", lessons.UnsavedTexts.as_view(), name="api-staff-unsaved"),
    path("unsaved/<uuid:unsaved>/insist/", lessons.Insist.as_view(), name="api-staff-insist"),
    path("unsaved/<uuid:unsaved>/drop/", lessons.Drop.as_view(), name="api-staff-drop"),
    path(f"{MODULE}publish/", publishing.Publish.as_view(), name="api-publish"),
    path(f"{MODULE}schedule/", publishing.Schedule.as_view(), name="api-schedule"),
    path(f"{MODULE}schedule/cancel/", publishing.Cancel.as_view(), name="api-cancel"),
    path(EDITION, editions.Edition.as_view(), name="api-staff-edition"),
    path(f"{EDITION}changes/", editions.RestoreChanges.as_view(), name="api-staff-restoring"),
    path(f"{EDITION}compare/<uuid:other>/", editions.Compare.as_view(), name="api-staff-compare"),
    path(f"{EDITION}restore/", publishing.Restore.as_view(), name="api-restore"),
    path("sequences/", sequences.Sequences.as_view(), name="api-staff-sequences"),
    path(SEQUENCE, sequences.Sequence.as_view(), name="api-staff-sequence"),
    path(f"{SEQUENCE}draft/", sequences.WriteDraft.as_view(), name="api-staff-sequence-draft"),
    path(
        f"{SEQUENCE}versions/<int:version>/",
        sequences.Version.as_view(),
        name="api-staff-sequence-version",
    ),
    path(f"{SEQUENCE}changes/", sequences.Changes.as_view(), name="api-staff-sequence-changes"),
    path(f"{SEQUENCE}publish/", sequences.Publish.as_view(), name="api-staff-sequence-publish"),
    path(f"{SEQUENCE}timeline/", sequences.Timeline.as_view(), name="api-staff-sequence-timeline"),
    path(f"{SEQUENCE}figures/", sequences.Figures.as_view(), name="api-staff-sequence-figures"),
    path(f"{SEQUENCE}stop/", sequences.Stop.as_view(), name="api-staff-sequence-stop"),
    path(f"{SEQUENCE}resume/", sequences.Resume.as_view(), name="api-staff-sequence-resume"),
]
