"""From what articles and merging return to what the staff's API answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lessons.api.telling import id_or_none, moment
from lessons.api.telling_staff import course_ref, named, person
from lessons.content import left_out

if TYPE_CHECKING:
    from lessons.api import shapes_articles
    from lessons.content.merging import Merged, Place, Proposal
    from lessons.content.models import Article, Passage, Revision


def line(article: Article) -> shapes_articles.StaffArticleLine:
    return {
        "uuid": str(article.uuid),
        "slug": article.slug,
        "title": article.title,
        "description": article.description,
        "public": article.public,
        "shown": article.live_revision_id is not None,
        "revisions": cast("Any", article).revision_count,
    }


def article(row: Article, revision: Revision | None) -> shapes_articles.StaffArticle:
    return {
        **line(row),
        "courses": [course_ref(one) for one in row.courses.all()],
        "revision": _revision(revision) if revision else None,
    }


def _revision(revision: Revision) -> shapes_articles.Revision:
    rows = list(revision.passages.all())
    return {
        "number": revision.number,
        "form": cast("Any", revision.form),
        "imported_at": moment(revision.imported_at),
        "imported_by": person(revision.imported_by),
        "passages": [passage(one) for one in rows if not left_out.is_left_out(one)],
        "left_out": [
            {"text": one.text, "reason": one.reason, "passage": one.passage}
            for one in left_out.told(revision, rows)
        ],
    }


def passage(one: Passage) -> shapes_articles.Passage:
    return {
        "key": one.key,
        "kind": cast("Any", one.kind),
        "recognised": one.recognised,
        "section": one.section,
        "text": one.text,
        "level": one.level,
    }


def proposal(found: Proposal) -> shapes_articles.MergeProposal:
    return {
        "course": course_ref(found.course),
        "article": {
            "uuid": str(found.article.uuid),
            "slug": found.article.slug,
            "title": found.article.title,
        },
        "new_module": found.module,
        "places": [_place(one) for one in found.places],
    }


def _place(place: Place) -> shapes_articles.MergePlace:
    return {
        "lesson": named(place.lesson) if place.lesson else None,
        "title": place.title,
        "module": named(place.module) if place.module else None,
        "blocks": [
            {"after": id_or_none(one.after), "block": one.block.as_json()} for one in place.offered
        ],
    }


def merged(done: Merged) -> shapes_articles.Merged:
    return {
        "course": course_ref(done.course),
        "blocks": done.blocks,
        "changed": [named(one) for one in done.changed],
        "added": [named(one) for one in done.added],
    }
