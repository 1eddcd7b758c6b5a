"""What must hold when all is over, whatever the story and wherever the fault was."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast
from uuid import UUID

from tests.faults.telling import NOOR, SAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.cases import World
    from tests.faults.telling import Story
    from tests.life.whole_life import Life

# Tables in which a second try may leave another row, and why that does no harm.
COUNTED_APART = {
    "sessions.Session": "whoever comes in again has another one, and the old one runs out",
    "usersessions.UserSession": "likewise",
    "payments.Attempt": "a payment page that nobody saw runs out beside the one that was seen",
    "payments.StripeEvent": "Stripe tells of the pages that ran out too",
    "accounts.Handover": "a file that was not ready when its owner came waits a day for them",
    "accounts.AuditEntry": "being refused is an entry too",
    "lessons.DailyVisits": "a visit more or less is no harm: nobody is told which",
    "post.Letter": "codes of a sign-in that was begun twice; held against the mail server below",
    "lessons.Choice": "who says the same again has said it twice",
    "lessons.Pause": "of two pauses the second takes the place of the first, whose row stays",
}
# Where a letter may go twice: between the mail server's yes and our note of it (decision 0023).
AT_LEAST_ONCE = (
    "courseapp.post.relay.SmtpLine.send: after the call", "courseapp.post.marks.",
    "courseapp.post.relay.SmtpLine.send: before the call", "courseapp.post.relay.SmtpLine._open",
)  # fmt: skip


def rows() -> dict[str, int]:
    """How many rows each table has: the same as if nothing had gone wrong."""
    from django.apps import apps

    counts: dict[str, int] = {}
    for model in apps.get_models():
        if model._meta.label not in COUNTED_APART and not model._meta.proxy:
            counts[model._meta.label] = model._default_manager.count()
    return counts


def differences(now: dict[str, int], usual: dict[str, int]) -> list[str]:
    return [
        f"{now.get(table, 0)} rows in {table}, and {usual.get(table, 0)} when nothing goes wrong"
        for table in sorted({*now, *usual})
        if now.get(table, 0) != usual.get(table, 0)
    ]


def wrong(story: Story, world: World) -> list[str]:
    found = [f"{name}: {told}" for name, all_ in world.sales.wrong().items() for told in all_]
    found += _letters(world)
    found += _lives(world)
    found += story.judge(world) if story.judge else []
    return found


def _letters(world: World) -> Iterator[str]:
    """Each went once, but in the one window that is told of; an offer never twice; none waits."""
    from courseapp.post.models import Letter

    came = Counter(world.sink.ids)
    for letter in Letter.objects.all():
        times = came[letter.message_id]
        in_doubt = Letter.objects.doubtful().filter(pk=letter.pk).exists()
        may_be_two = letter.stream != "offer" and world.fired_at.startswith(AT_LEAST_ONCE)
        if times > 1 + may_be_two:
            yield f"the letter {letter.key} went {times} times"
        if not times and letter.sent_at is not None:
            yield f"the letter {letter.key} is marked as sent and never went"
        is_let_go = in_doubt or letter.withheld or letter.stream == "code"
        if not times and letter.sent_at is None and not is_let_go:
            yield f"the letter {letter.key} never went ({letter.error})"


def _lives(world: World) -> Iterator[str]:
    """The promises of a reader's whole life, of those that this world knows of."""
    from types import SimpleNamespace

    from lessons.content.models import Course
    from tests.life import promises

    life = cast(
        "Life",
        SimpleNamespace(
            people=_people(world), courses=list(Course.objects.exclude(live_edition=None)),
            now=world.sales.now, published={}, wrong=[],
        ),
    )  # fmt: skip
    for name, told in promises.broken(life).items():
        yield from (f"{name}: {one}" for one in told)


def _people(world: World) -> list[object]:
    from courseapp.accounts.models import User
    from tests.life.people import Gone, Person

    found: list[object] = []
    for email in (NOOR, SAM):
        who = Person(email, user=User.objects.filter(email=email).first(), agreed=True)
        found.append(who)
        if email != NOOR:
            continue
        for lesson, block, text in world.told.get("wrote", []):
            who.wrote[UUID(lesson), UUID(block)] = text
        for lesson, block, turn, ticks in world.told.get("ticked", []):
            who.ticked[(UUID(lesson), UUID(block)), turn] = frozenset(ticks)
        if "gone" in world.told:
            uuid, key = world.told["gone"]
            who.gone.append(Gone(UUID(uuid), key, world.sales.now, frozenset(["zilvermeeuw"])))
    return found
