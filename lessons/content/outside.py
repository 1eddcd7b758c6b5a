"""The pages of other sites that lessons link to: which there are, and whether they are there still.

They are asked in the background, a few at a time; what came of it is kept in rows, and whoever
looks at a course reads those. One failure is no verdict: a page is gone when its site says so, and
it fails after three days of failing, unless it may be that nothing can be reached from here.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urldefrag, urlsplit

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from lessons.content import asking_outside, blocks, embeds, going_outside, links
from lessons.content.asking_outside import Outcome
from lessons.content.models import EditionModule, Lesson, OutsideLink

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from lessons.content.asking_outside import Answer
    from lessons.content.blocks import Block

TROUBLE = {Outcome.GONE, Outcome.FAILING}
# What shows that the net could be reached from here.
HEARD = {Outcome.FINE, Outcome.ANSWERS, Outcome.GONE}
WEEKLY, DAILY = timedelta(days=7), timedelta(days=1)
FAILURES, FAILING_FOR = 3, timedelta(days=2)
# A worker that died while it asked leaves the link to another after this.
LEASE = timedelta(hours=1)
# Seconds: after these no further question is begun. Letters wait for the same worker.
PATIENCE = 3.0


@dataclass(frozen=True)
class Dead:
    """What a checklist says of a page: gone when last asked ``at``, or failing since then."""

    code: Literal["link_gone", "link_failing"]
    at: datetime


@dataclass(frozen=True)
class Spot:
    """A block that leads to a dead page."""

    lesson: Lesson
    block: UUID
    page: str
    dead: Dead


def page_of(written: str) -> str | None:
    """The page that a link asks another site for; None when it leads to no other site."""
    try:
        parts = urlsplit(written)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in going_outside.PORTS or not links.HOST.fullmatch(host):
        return None
    url = urldefrag(written).url
    return url if len(url) <= going_outside.LONGEST else None


def pages_of(block: Block) -> Iterator[str]:
    """The pages of other sites that a block leads to, films there among them."""
    written = links.in_text(blocks.text_of(block))
    film = embeds.embed_of(block.src) if isinstance(block, blocks.Media) else None
    for address in [*written, film.page] if film else written:
        if page := page_of(address):
            yield page


def held() -> set[str]:
    """Every page that a lesson leads to, in the working copies or in what readers see."""
    drafts = Lesson.objects.filter(retired_at__isnull=True, module__retired_at__isnull=True)
    live = EditionModule.objects.filter(edition__course__live_edition=F("edition"))
    lessons = [
        *drafts.values_list("blocks", flat=True),
        *(
            lesson["blocks"]
            for content in live.values_list("snapshot__content", flat=True)
            for lesson in content["lessons"]
        ),
    ]
    parts = (block for lesson in lessons for block in blocks.many_from_json(lesson))
    return {page for block in parts for page in pages_of(block)}


def notice(*, now: datetime) -> None:
    """Have a row for each page that lessons lead to, due at once when it is new, and no other."""
    pages = {_digest(page): page for page in held()}
    with transaction.atomic():
        known = set(OutsideLink.objects.values_list("digest", flat=True))
        OutsideLink.objects.filter(digest__in=known - set(pages)).delete()
        OutsideLink.objects.bulk_create(
            (
                OutsideLink(url=page, digest=digest, first_seen=now, next_check_at=now)
                for digest, page in pages.items()
                if digest not in known
            ),
            ignore_conflicts=True,
        )


def check_due(
    *, now: datetime, limit: int, ask: Callable[[str], Answer] = asking_outside.ask
) -> int:
    """Ask the few that wait longest; returns how many. Each question is asked by one worker."""
    notice(now=now)
    started, asked = time.monotonic(), 0
    for link in OutsideLink.objects.filter(next_check_at__lte=now).order_by("next_check_at")[
        :limit
    ]:
        if time.monotonic() - started > PATIENCE:
            break
        if _claim(link, now):
            _note(link, ask(link.url), now)
            asked += 1
    return asked


def forget() -> None:
    """Let go of all that was known, for where nobody asks any more nothing is known for long."""
    OutsideLink.objects.all().delete()


def dead(pages: Collection[str]) -> dict[str, Dead]:
    """Which of these pages are gone or keep failing; one query, none when there are no pages."""
    if not pages:
        return {}
    return _dead(OutsideLink.objects.filter(digest__in=[_digest(page) for page in pages]))


def spots() -> list[Spot]:
    """Where published courses still lead to dead pages, as staff have their lessons now.

    One query when no page is dead, two otherwise; by course, then by lesson.
    """
    gone = _dead(OutsideLink.objects.all())
    if not gone:
        return []
    lessons = Lesson.objects.select_related("course").filter(
        retired_at__isnull=True, module__retired_at__isnull=True, course__live_edition__isnull=False
    )
    return [
        Spot(lesson, block.id, page, gone[page])
        for lesson in lessons.order_by("course__title", "course", "title", "slug")
        for block in blocks.many_from_json(lesson.blocks)
        for page in dict.fromkeys(pages_of(block))
        if page in gone
    ]


def _dead(rows: QuerySet[OutsideLink]) -> dict[str, Dead]:
    others = OutsideLink.objects.filter(checked_at__gte=OuterRef("failing_since"))
    found = rows.filter(
        Q(outcome=Outcome.GONE) | Q(outcome=Outcome.FAILING, failures__gte=FAILURES)
    ).annotate(
        others_fail=Exists(others.filter(outcome=Outcome.FAILING).exclude(pk=OuterRef("pk"))),
        others_answer=Exists(others.filter(outcome__in=HEARD)),
    )
    return {
        row.url: verdict
        for row in found
        if (verdict := _verdict(row, alone=row.others_answer or not row.others_fail))
    }


def _verdict(row: OutsideLink, *, alone: bool) -> Dead | None:
    """``alone``: as far as is known, it fails while others do not."""
    if row.checked_at is None:
        return None
    if row.failing_since is None:
        return Dead("link_gone", row.checked_at)
    long = row.checked_at - row.failing_since >= FAILING_FOR
    return Dead("link_failing", row.failing_since) if long and alone else None


def _claim(link: OutsideLink, now: datetime) -> bool:
    """Whether this worker is the one to ask; another may have been quicker."""
    same = OutsideLink.objects.filter(pk=link.pk, next_check_at=link.next_check_at)
    return same.update(next_check_at=now + LEASE) == 1


def _note(link: OutsideLink, answer: Answer, now: datetime) -> None:
    failing = answer.outcome == Outcome.FAILING
    OutsideLink.objects.filter(pk=link.pk).update(
        outcome=answer.outcome,
        said=answer.said,
        checked_at=now,
        next_check_at=now + (DAILY if answer.outcome in TROUBLE else WEEKLY),
        failures=link.failures + 1 if failing else 0,
        failing_since=(link.failing_since or now) if failing else None,
    )


def _digest(page: str) -> str:
    return hashlib.sha256(page.encode()).hexdigest()
