"""``manage.py drip_timeline``: which mail when, for a reader one makes up."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError
from django.utils import timezone

from courseapp.errors import Refused
from lessons.drip import inventing
from lessons.drip.models import Sequence
from lessons.management.commands import EnglishCommand, Refusal

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from lessons.drip.rehearsing import Line, Rehearsal


class Command(EnglishCommand):
    help = "Play the mails of a sequence for an invented reader, as the sender would send them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the sequence")
        parser.add_argument("--enrolled", help="such as 2026-11-02T20:15, on the reader's clock")
        parser.add_argument("--zone", default="Europe/Amsterdam")
        parser.add_argument("--hour", help="the time of day they chose, such as 21:00")
        parser.add_argument("--finishes-every", type=int, metavar="DAYS")
        parser.add_argument("--stops-after", type=int, metavar="LESSONS")
        parser.add_argument("--bought-on", type=int, metavar="DAY")
        parser.add_argument("--pause-on", type=int, metavar="DAY")
        parser.add_argument("--pause-days", type=int, default=7)
        parser.add_argument("--offers", action="store_true", help="they said yes to offers")
        parser.add_argument(
            "--draft", action="store_true", help="the working copy, not what is live"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = Sequence.objects.select_related("course", "sells", "live").filter(
            slug=options["slug"]
        )
        sequence = found.first()
        if sequence is None:
            known = ", ".join(Sequence.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"There is no sequence {options['slug']!r}. There are: {known}")
        asked = inventing.Asked(
            enrolled=_moment(options["enrolled"], options["zone"]),
            hour=_hour(options["hour"]),
            **{
                name: options[name]
                for name in (
                    *("zone", "finishes_every", "stops_after", "bought_on"),
                    *("pause_on", "pause_days", "offers"),
                )
            },
        )
        use_live = sequence.live is not None and not options["draft"]
        try:
            played = inventing.rehearse(sequence=sequence, asked=asked, use_live=use_live)
        except Refused as refusal:
            raise Refusal(refusal) from refusal
        if options["json"]:
            self.stdout.write(json.dumps([as_json(played, one) for one in played.lines], indent=2))
            return
        for one in played.lines:
            self.stdout.write(_row(played, one))


def as_json(played: Rehearsal, line: Line) -> dict[str, Any]:
    """A line of the timeline; ``at`` is a moment in UTC."""
    return {
        "key": line.step.key,
        "lesson": line.occurrence if line.step.trigger == "lesson" else "",
        "outcome": line.outcome,
        "reason": line.reason,
        "at": line.at.isoformat() if line.at else None,
        "day": played.day_of(line.at) if line.at else None,
        "moved": line.moved,
    }


def _row(played: Rehearsal, line: Line) -> str:
    if line.at is None:
        return f"{'never':>7}  {'':16}  {line.step.key}  {line.reason or 'did not happen'}"
    local = line.at.astimezone(ZoneInfo(played.reader.zone))
    said = {"sent": "", "skipped": f"left out: {line.reason}", "waiting": "after a year"}
    when = f"day {played.day_of(line.at)}"
    moved = "moved, its day was taken" if line.moved else said[line.outcome]
    return f"{when:>7}  {local:%Y-%m-%d %H:%M}  {line.step.key}  {moved}".rstrip()


def _moment(text: str | None, zone: str) -> datetime:
    if text is None:
        known = zone in inventing.zones()
        return timezone.now().astimezone(ZoneInfo(zone if known else "UTC")).replace(tzinfo=None)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise CommandError(f"{text!r} is no moment such as 2026-11-02T20:15.") from None


def _hour(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        raise CommandError(f"{text!r} is no time of day such as 21:00.") from None
