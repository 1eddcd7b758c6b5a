"""What people were told, held against what stands in the database: once, and nothing else.

For the money both sides are held against one another by `tests.payments.invariants`. Each check
yields a sentence for each thing that is wrong. Needs Django, set up for the site's databases.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.utils import timezone

from courseapp.accounts.models import Consent, User
from courseapp.post.models import Letter
from courseapp.vault.models import DataKey
from lessons.drip.models import Mail, Place
from lessons.reading import answers, replies
from lessons.reading.models import Access, Answer, Enrolment, Finished, Opened, Rhythm
from payments.models import AskedOnce, Order
from tests.payments import invariants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from payments.sandbox.world import World
    from tests.faults.kills.readers import Act, History

    Check = Callable[["Ended"], Iterator[str]]

# A letter that came twice: its sender died between the server's yes and its mark (0023). Each of
# the eight connections has at most one such letter.
CONNECTIONS = 8
ACKNOWLEDGED = "acknowledged"
Row = TypeVar("Row")


@dataclass(frozen=True)
class Ended:
    """All there is to compare.

    ``came`` are the Message-IDs that the mail server took; ``senders`` is how many kills may have
    ended somebody who was sending.
    """

    history: History
    world: World
    came: list[str]
    senders: int


def nobody_was_refused(ended: Ended) -> Iterator[str]:
    """What they asked was theirs to ask; a code that was overtaken by a newer one is refused."""
    for act in ended.history.acts:
        if act.answer == "refused" and act.what != "come in":
            yield f"{act.reader}: {act.what} {act.about} was refused: {act.told}"


def everybody_is_there_once(ended: Ended) -> Iterator[str]:
    """One account for each address that came in."""
    accounts = Counter(User.objects.values_list("email", flat=True))
    for act in _good(ended, "come in"):
        if accounts[act.reader] != 1:
            yield f"{act.reader} came in, and has {accounts[act.reader]} accounts"


def enrolments_are_there_once(ended: Ended) -> Iterator[str]:
    """What was begun, and nothing that nobody asked for."""
    rows = Counter(Enrolment.objects.values_list("reader__email", "course__slug"))
    yield from _once(ended, "enrol", rows, key=lambda act: (act.reader, act.about[0]))
    planned = set(Place.objects.values_list("enrolment", flat=True))
    for row in Enrolment.objects.exclude(pk__in=[one for one in planned if one]):
        if row.course.sequences.exists():
            yield f"{row.reader.email} is in {row.course.slug}, and no mail is planned"


def facts_are_there_once(ended: Ended) -> Iterator[str]:
    """What was finished, at the moment that was told."""
    facts = list(Finished.objects.values_list("enrolment__reader__email", "lesson", "at"))
    rows = Counter((reader, str(lesson)) for reader, lesson, _at in facts)
    yield from _once(ended, "finish", rows, key=lambda act: (act.reader, act.about[1]))
    moments = {(reader, str(lesson)): at for reader, lesson, at in facts}
    for act in _good(ended, "finish"):
        told, stands = act.told["finished_at"], moments.get((act.reader, act.about[1]))
        if stands is not None and abs((datetime.fromisoformat(told) - stands).total_seconds()) >= 1:
            yield f"{act.reader}: {act.about} was finished {told}, and stands there {stands}"
    opened = Counter(Opened.objects.values_list("enrolment", "lesson"))
    yield from (f"{fact} is there {times} times" for fact, times in opened.items() if times > 1)


def words_are_kept(ended: Ended) -> Iterator[str]:
    """The last text somebody was told is kept, or one they sent after it."""
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    told = set()
    for act in ended.history.of("write"):
        reader, place, text = act.reader, act.about[1], act.about[2]
        if act.answer == ACKNOWLEDGED:
            wanted[reader, place] = set()
            told.add((reader, place))
        wanted[reader, place].add(text)
    found = {place: texts for place, texts in _texts().items() if place in wanted}
    for where, texts in wanted.items():
        stands = found.get(where, [])
        if len(stands) > 1 or (where in told and not stands) or set(stands) - texts:
            yield f"{where}: {stands} stands there, {texts} was written"


def _texts() -> dict[tuple[str, str], list[str]]:
    """All texts by reader and block, opened with the readers' own keys."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for reader in User.objects.filter(enrolments__answers__isnull=False).distinct():
        for reply in answers.opened(reader, Answer.objects.filter(enrolment__reader=reader)):
            if isinstance(reply.content, replies.Written):
                found[reader.email, str(reply.block)].append(reply.content.text)
            elif not isinstance(reply.content, replies.Ticked):
                found[reader.email, str(reply.block)].append("does not open")
    return found


def ticks_are_kept(ended: Ended) -> Iterator[str]:
    """Each self-check once."""
    rows = Counter(
        (reader, str(block))
        for reader, block in Answer.objects.filter(kind="selfcheck").values_list(
            "enrolment__reader__email", "block"
        )
    )
    yield from _once(ended, "tick", rows, key=lambda act: (act.reader, act.about[1]))


def wishes_are_kept(ended: Ended) -> Iterator[str]:
    """The yes, the hour and all at once."""
    given = Consent.objects.filter(purpose="answers", act="given")
    rows = Counter(given.values_list("user__email", flat=True))
    yield from _once(ended, "consent", rows, key=lambda act: act.reader)
    hours = Counter(Rhythm.objects.exclude(hour=None).values_list("enrolment__reader__email"))
    yield from _once(ended, "hour", hours, key=lambda act: (act.reader,))
    every = Rhythm.objects.exclude(opened_all_at=None).values_list("enrolment__reader__email")
    yield from _once(ended, "open all", Counter(every), key=lambda act: (act.reader,))


def orders_are_there_once(ended: Ended) -> Iterator[str]:
    """One order for each time the button was pressed; what was told is paid is paid, and opens."""
    rows = Counter(Order.objects.values_list("buyer__email", flat=True))
    yield from _once(ended, "order", rows, key=lambda act: act.reader)
    numbers = dict(Order.objects.values_list("number", "buyer__email"))
    for act in _good(ended, "order"):
        if numbers.get(act.told["number"]) != act.reader:
            yield f"{act.reader}: the order {act.told['number']} is not theirs"
    if AskedOnce.objects.filter(order=None, refund=None).exists():
        yield "a key that made nothing is taken"
    for act in _good(ended, "paid"):
        order = Order.objects.filter(number=act.about[0]).first()
        rights = Access.objects.filter(source=order.source, revoked_at=None) if order else ()
        if order is None or order.state != Order.State.PAID or len(rights) != 1:
            yield f"{act.reader}: told that {act.about[0]} is paid; {order and order.state}"


def money_is_right(ended: Ended) -> Iterator[str]:
    """Rights, books, invoices without gaps, letters, events: as for every sale."""
    seen = invariants.Seen(world=ended.world, orders=list(Order.objects.all()))
    for name, told in invariants.broken(seen).items():
        yield from (f"{name}: {one}" for one in told)


def codes_were_written(ended: Ended) -> Iterator[str]:
    """A letter for each code that was promised; none that nobody asked for."""
    letters = Counter(Letter.objects.filter(stream="code").values_list("to", flat=True))
    promised, asked = Counter[str](), Counter[str]()
    for act in ended.history.of("code"):
        promised[act.reader] += act.answer == ACKNOWLEDGED
        asked[act.reader] += act.times
    for reader, number in letters.items():
        if not promised[reader] <= number <= asked[reader]:
            yield f"{reader}: {number} codes, {promised[reader]} promised of {asked[reader]} asked"
    yield from (f"{reader}: no code" for reader in promised - letters)


def letters_went_once(ended: Ended) -> Iterator[str]:
    """None is lost, none came twice but by a sender that died, offers never."""
    came = Counter(ended.came)
    for letter in Letter.objects.filter(sent_at__isnull=False):
        if not came[letter.message_id]:
            yield f"{letter.key} is marked as sent, and never came"
    yield from (f"{one.key} was given up" for one in Letter.objects.lost())
    names = set(Letter.objects.values_list("message_id", flat=True))
    yield from (f"{name} came, and is nobody's" for name in came if name not in names)
    offers = set(Letter.objects.filter(stream="offer").values_list("message_id", flat=True))
    twice = {name: times for name, times in came.items() if times > 1}
    yield from (f"the offer {name} came {twice[name]} times" for name in offers & set(twice))
    if len(twice) > CONNECTIONS * ended.senders:
        yield f"{len(twice)} letters came twice, with {ended.senders} senders killed"
    if late := Letter.objects.due(now=timezone.now()).count():
        yield f"{late} letters are due and do not go"


def drips_are_letters(_ended: Ended) -> Iterator[str]:
    """Each mail that was decided on has its letter; the letter's key lets there be one only."""
    letters = set(Letter.objects.values_list("key", flat=True))
    for mail in Mail.objects.all():
        if f"drip:{mail.letter}" not in letters:
            yield f"{mail} has no letter"


def keys_are_somebodys(_ended: Ended) -> Iterator[str]:
    """The two databases know the same people."""
    owners = set(DataKey.objects.values_list("owner", flat=True))
    people = set(User.objects.values_list("uuid", flat=True))
    yield from (f"the key of {owner} is nobody's" for owner in owners - people)
    sealed = set(Answer.objects.values_list("enrolment__reader__uuid", flat=True))
    yield from (f"{one} wrote, and has no key" for one in sealed - owners)


EVERY: tuple[Check, ...] = (
    nobody_was_refused,
    everybody_is_there_once,
    enrolments_are_there_once,
    facts_are_there_once,
    words_are_kept,
    ticks_are_kept,
    wishes_are_kept,
    orders_are_there_once,
    money_is_right,
    codes_were_written,
    letters_went_once,
    drips_are_letters,
    keys_are_somebodys,
)


def broken(ended: Ended) -> list[str]:
    """All that is wrong, each under the name of its check; empty: all is as promised."""
    return [f"{check.__name__}: {told}" for check in EVERY for told in check(ended)]


def _good(ended: Ended, what: str) -> Iterator[Act]:
    return (act for act in ended.history.of(what) if act.answer == ACKNOWLEDGED)


def _once(
    ended: Ended, what: str, rows: Counter[Row], *, key: Callable[[Act], Row]
) -> Iterator[str]:
    """Acknowledged: one row. Unknown: one or none. Never asked: none."""
    asked = {key(act) for act in ended.history.of(what)}
    for act in _good(ended, what):
        if not rows[key(act)]:
            yield f"{key(act)} was acknowledged, and is not there"
    yield from (f"{one} is there {times} times" for one, times in rows.items() if times > 1)
    yield from (f"{one} is there, and nobody asked for it" for one in rows if one not in asked)
