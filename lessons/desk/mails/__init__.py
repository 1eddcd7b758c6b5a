"""*Mails*: the sequences that follow courses, written, tried, published, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lessons.desk.mails import (
    board,
    figures,
    preview,
    publish,
    sending,
    sequences,
    step,
    stop,
    stuck,
    timeline,
)

if TYPE_CHECKING:
    from django.urls import URLPattern

paths: list[URLPattern] = [
    *sending.paths,
    *sequences.paths,
    *board.paths,
    *step.paths,
    *preview.paths,
    *timeline.paths,
    *publish.paths,
    *stop.paths,
    *stuck.paths,
    *figures.paths,
]
