"""An article taken in whole: its text with what is said of it, for programs that know both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lessons.content import articles

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User
    from lessons.content.article import Form
    from lessons.content.models import Article


def take_in(
    *,
    source: str,
    form: Form,
    title: str | None,
    description: str,
    public: bool,
    by: User | None,
    now: datetime,
) -> Article:
    """A new article; without a ``title`` it is called as it calls itself. Readers see none of it.

    Raises what ``articles.add`` and ``articles.change`` raise; then nothing was taken in.
    """
    with transaction.atomic():
        row = articles.add(source=source, form=form, by=by, now=now)
        if title is None and not description and not public:
            return row
        return articles.change(
            article=row.pk,
            title=row.title if title is None else title,
            description=description,
            public=public,
            by=by,
            now=now,
        )
