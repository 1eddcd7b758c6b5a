"""Readers who were there before: ``python -m tests.load.filling COUNT``, as the site's commands."""

from __future__ import annotations

import sys

import django


def main(count: str) -> None:
    """Enrol so many in the shipped course, spread over a year and over its lessons."""
    django.setup()
    from courseapp.bench import crowd
    from lessons.content.models import Course
    from tests.living import COURSE

    crowd.grow(Course.objects.get(slug=COURSE), wanted=int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
