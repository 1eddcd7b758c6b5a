"""What two readers, the staff, Stripe and time do to one another, act by act."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time, timedelta
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from courseapp.accounts import leaving
from courseapp.accounts.models import User
from courseapp.errors import Refused
from courseapp.mydata import letting_go
from courseapp.post import pump as outbox
from courseapp.privacy import erase_person, export_person, replay_erasures
from lessons.content import editing, structure
from lessons.content.editions import load
from lessons.drip import catching_up, outcomes
from lessons.drip import pump as drip
from lessons.reading import access, answers, enrolling, keeping, progress, rhythm
from lessons.reading.models import Enrolment
from lessons.staff import release
from payments import sandbox
from tests.factories import make_block, make_course, make_lesson, make_reader, publish_all
from tests.lessons.drip.writing import PACE, each_lesson, make_sequence, make_step
from tests.life.people import Person
from tests.payments.story import Story

if TYPE_CHECKING:
    from datetime import datetime

    from lessons.content.models import Course, Lesson
    from lessons.reading.answers import Reply
    from tests.payments.conftest import Shop

HOURS = (None, "07:00", "22:15")
STATEMENTS = ["Ik wacht.", "Ik kijk weg.", "Ik tel tot tien."]
# Nobody buys more than this in one story.
ORDERS = 3


@dataclass
class Sales(Story):
    """The story of sales, in which the buyers are our readers."""

    people: list[Person] = field(default_factory=list)
    buys: int = 0

    def next_buyer(self) -> User:
        """Whoever of our people buys now."""
        buyer = self.people[self.buys % len(self.people)].user
        assert buyer is not None
        return buyer


class Life:
    """Each method is something that can happen; what the site refuses is an answer like another."""

    def __init__(self, shop: Shop) -> None:
        self.people = [Person("noor@example.org"), Person("sam@example.org")]
        self.sales = Sales(shop, people=self.people)
        self.words = (f"zilvermeeuw {number:04d}" for number in count(1))
        self.wrong: list[str] = []
        # What each edition said when it was first looked at.
        self.published: dict[UUID, str] = {}
        self.paid = shop.course
        self.made: list[UUID] = []
        self.free = self._course()

    @property
    def now(self) -> datetime:
        return self.sales.now

    @property
    def courses(self) -> tuple[Course, Course]:
        return self.free, self.paid

    def _course(self) -> Course:
        """With a place to write, one to tick and a mail in each lesson, opening every two days."""
        course = make_course(modules=1, lessons=0, live=False, pace=PACE, slug="leven")
        for _number in range(4):
            self._lesson(course)
        publish_all(course, now=self.now)
        nudge = make_step("stil", kind="nudge", trigger="idle", days=4, at=time(9))
        make_sequence(course, each_lesson(), nudge, now=self.now)
        return course

    def _lesson(self, course: Course) -> Lesson:
        blocks = [
            make_block("reflection", prompt="Wat merk je vanavond?"),
            make_block("selfcheck", title="Herken je dit?", statements=STATEMENTS),
            make_block(),
        ]
        lesson = make_lesson(course.modules.get(), blocks=blocks)
        self.made.append(lesson.pk)
        return lesson

    def lessons(self) -> list[Lesson]:
        """Of the free course, also those that were taken out; in the order they were made."""
        found = self.free.lessons.in_bulk(self.made)
        return [found[one] for one in self.made]

    # --- readers ---

    def begin(self, who: Person) -> None:
        """Come in for the first time, or again: with another account, or back to the one left."""
        if who.user is None:
            who.user = make_reader(email=who.email, confirmed_at=self.now)
        elif who.left_at is not None and leaving.come_back(person=who.user, now=self.now):
            who.left_at = None
            letting_go.welcome_back(now=self.now)

    def enrol(self, who: Person, course: Course) -> None:
        if reader := who.here:
            with suppress(Refused):
                enrolling.enrol(
                    reader=reader, course=course.slug, wording="Ja", place="test", now=self.now
                )

    def agree(self, who: Person) -> None:
        if reader := who.here:
            keeping.agree(reader=reader, wording="Ja.", place="test", now=self.now)
            who.agreed, who.stopped_at = True, None

    def decline(self, who: Person, *, delete: bool) -> None:
        if reader := who.here:
            end = keeping.decline_and_delete if delete else keeping.decline
            end(reader=reader, wording="Nee.", place="test", now=self.now)
            if delete:
                who.wrote.clear()
                who.ticked.clear()
            who.agreed, who.stopped_at = False, self.now

    def write(self, who: Person, number: int, *, stale: bool = False) -> None:
        """Into a lesson, from what stands there, or from what stood there before."""
        lesson, block = self._place(who, number, 0)
        if stale and who.wrote:
            lesson, block = [*who.wrote][number % len(who.wrote)]
        text, before = next(self.words), self._kept(who, lesson, block)
        tag = "older" if stale else before.tag if before else ""
        if reader := who.here:
            with suppress(Refused):
                kept = answers.write(
                    reader=reader, lesson=lesson, block=block, text=text, tag=tag, now=self.now
                )
                if kept is not None:
                    who.wrote[lesson, block] = text
                    if stale:
                        self.wrong.append("a window that knew nothing wrote over a text")
                    if not who.agreed:
                        self.wrong.append("a text was kept without consent")

    def tick(self, who: Person, number: int, recognised: int, *, again: bool) -> None:
        lesson, block = self._place(who, number, 1)
        before = self._kept(who, lesson, block)
        anew = again or before is None
        turn = (before.occurrence if before else 0) + anew
        said = frozenset(range(1, recognised % (len(STATEMENTS) + 1) + 1))
        if reader := who.here:
            with suppress(Refused):
                answers.tick(
                    reader=reader, lesson=lesson, block=block, recognised=said,
                    occurrence=turn, tag="" if anew or not before else before.tag, now=self.now,
                )  # fmt: skip
                who.ticked[(lesson, block), turn] = said

    def delete(self, who: Person, number: int) -> None:
        place = [*who.wrote][number % len(who.wrote)] if who.wrote else self._place(who, number, 0)
        kept = self._kept(who, *place)
        if (reader := who.here) and kept is not None:
            answers.delete(reader=reader, answer=kept.id)
            del who.wrote[place]

    def read(self, who: Person, number: int, *, finish: bool) -> None:
        lesson, _block = self._place(who, number, 0)
        if reader := who.here:
            act = progress.finish if finish else progress.open_lesson
            with suppress(Refused):
                act(reader=reader, lesson=lesson, now=self.now)

    def read_paid(self, who: Person, number: int) -> None:
        lessons = load(self.paid.live_edition_id).lessons
        if reader := who.here:
            with suppress(Refused):
                progress.finish(
                    reader=reader, lesson=lessons[number % len(lessons)].uuid, now=self.now
                )

    def change_dates(self, who: Person, way: str, days: int) -> None:
        """The one who may: then the dates are promised anew."""
        enrolment = Enrolment.objects.filter(reader=who.user, course=self.free).first()
        if who.here is None or enrolment is None:
            return
        with suppress(Refused):
            if way == "pause":
                day = (self.now + timedelta(days=days)).date()
                rhythm.pause(enrolment=enrolment, until_day=day, now=self.now)
            elif way == "resume":
                rhythm.resume(enrolment=enrolment, now=self.now)
            elif way == "all":
                rhythm.open_all(enrolment=enrolment, now=self.now)
            else:
                zone = ("Europe/Amsterdam", "America/New_York", "Asia/Tokyo")[days % 3]
                rhythm.choose(enrolment=enrolment, hour=None, zone=zone, now=self.now)
        who.promised.clear()

    def take_along(self, who: Person) -> None:
        """Everything they wrote is in it, and nothing of anybody else's."""
        if who.user is None:
            return
        told = str(export_person(who.user))
        missing = [text for text in who.wrote.values() if text not in told]
        theirs = [text for one in self.people if one is not who for text in one.wrote.values()]
        if missing or any(text in told for text in theirs):
            self.wrong.append(f"the file of {who.email} lacks {missing}, or tells of another")

    def leave(self, who: Person, days: int) -> None:
        if reader := who.here:
            letting_go.ask(person=reader, days=days, now=self.now)
            who.left_at = self.now

    def be_erased(self, who: Person) -> None:
        """At once, as the command does it."""
        if who.user is not None:
            self._remember_orders(who)
            erase_person(who.user, now=self.now)
            who.forget(self.now)

    # --- the staff ---

    def edit(self, number: int) -> None:
        """Another title and one sentence more in a lesson, live at once."""
        lesson = self.lessons()[number % len(self.lessons())]
        state = editing.state_of(lesson)
        changed = editing.state_from_json({**editing.as_json(state), "lead": next(self.words)})
        editing.save(lesson=lesson.pk, version=lesson.version, state=changed, by=None, now=self.now)
        self._publish()

    def add(self) -> None:
        self.free.refresh_from_db()
        if len(self.lessons()) < 7:
            self._lesson(self.free)
            self._publish()

    def take_out(self, number: int, *, back: bool) -> None:
        lesson = self.lessons()[number % len(self.lessons())]
        with suppress(Refused):
            act = structure.bring_back_lesson if back else structure.retire_lesson
            act(lesson=lesson.pk, by=None, now=self.now)
            self._publish()

    def restore(self, number: int) -> None:
        editions = list(self.free.editions.order_by("number"))
        with suppress(Refused):
            release.restore(edition=editions[number % len(editions)], by=None, now=self.now)

    def _publish(self) -> None:
        with suppress(Refused):
            publish_all(self.free, now=self.now)

    # --- money ---

    def buy(self, who: Person, *, is_gift: bool) -> None:
        if who.here and len(self.sales.orders) < ORDERS:
            self.sales.buys = self.people.index(who)
            with suppress(Refused, sandbox.Refused):
                self.sales.order(is_gift=is_gift)

    def around_a_sale(self, kind: int, one: int) -> None:
        """Something that banks, buyers, Stripe, staff or the worker do; news late, twice, never."""
        acts = [
            act for act in self.sales.possible(kind)
            if act[0] not in {"be forgotten", "buy", "buy a gift", "use a gift"}
        ]  # fmt: skip
        if acts:
            with suppress(Refused, sandbox.Refused):
                acts[one % len(acts)][1]()

    # --- time ---

    def wait(self, hours: int) -> None:
        """Hours pass and the worker does its rounds, all that beat rings for."""
        self.sales.now += timedelta(hours=hours)
        catching_up.catch_up(now=self.now)
        while drip.look(now=self.now).queued:
            pass
        outbox.send_due(now=self.now)
        outcomes.note(now=self.now)
        replay_erasures(now=self.now)
        for who in self.people:
            if who.left_at is not None:
                self._remember_orders(who)
        letting_go.finish_due(now=self.now)
        for order in self.sales.orders:
            order.refresh_from_db()
            if order.buyer_id:
                self.sales.kept.pop(order.pk, None)
        for who in self.people:
            if who.user is not None and not User.objects.filter(email=who.email).exists():
                who.forget(self.now)

    def settle(self) -> None:
        """The end of all sales. Stripe's clock stood still here while ours went on by days: what
        happened there happened just now."""
        for one in self.sales.world.all("event"):
            self.sales.world.store.change(one["id"], created=int(self.now.timestamp()))
        self.sales.settle()

    # --- what stands there ---

    def _remember_orders(self, who: Person) -> None:
        """The books of their orders, which an erasure must not touch."""
        assert who.user is not None
        for order in self.sales.orders:
            order.refresh_from_db()
            if order.buyer_id == who.user.pk:
                self.sales.remember(order)

    def _place(self, who: Person, number: int, block: int) -> tuple[UUID, UUID]:
        """A block of that kind in a lesson; three times in four in one that they may read."""
        lessons = self.lessons()
        may = [one for one in lessons if self._is_open(who, one)] if number % 4 else []
        lesson = (may or lessons)[number % len(may or lessons)]
        return lesson.pk, UUID(lesson.blocks[block]["id"])

    def _is_open(self, who: Person, lesson: Lesson) -> bool:
        with suppress(Refused):
            return access.may_read(reader=who.user, lesson=lesson.pk, now=self.now).state == "open"
        return False

    def _kept(self, who: Person, lesson: UUID, block: UUID) -> Reply | None:
        if who.user is None:
            return None
        there = answers.given_at(reader=who.user, lesson=lesson, block=block)
        return there[-1] if there else None
