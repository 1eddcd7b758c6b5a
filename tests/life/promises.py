"""What holds at every moment of a reader's life: each a function that tells what does not.

None asks the code it judges where there is another way: who may read is said a second time in words
of its own, facts and dates are held against what the reader saw before.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db.models import Q

from courseapp.accounts.models import AuditEntry, Consent, User
from courseapp.post.models import Letter
from courseapp.vault import texts
from courseapp.vault.models import DataKey, Erasure
from lessons.content.editions import load
from lessons.drip.models import Mail, Place
from lessons.reading import access, answers, replies
from lessons.reading.models import (
    Access,
    Answer,
    Completed,
    Enrolment,
    Finished,
    Opened,
    Position,
    Unlock,
)
from payments.models import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

    from lessons.content.editions import PublishedCourse
    from lessons.content.models import Course
    from tests.life.people import Person
    from tests.life.whole_life import Life

    Promise = Callable[[Life], Iterator[str]]


def facts_stay(life: Life) -> Iterator[str]:
    """What was opened, finished and completed stands for ever, at the moment it happened."""
    for who in _living(life):
        now = _facts(who)
        for fact, at in who.facts.items():
            if now.get(fact) != at:
                yield f"{who.email}: {fact} of {at} is {now.get(fact)}"
        who.facts = now


def promised_dates_stay(life: Life) -> Iterator[str]:
    """Nobody but the reader moves a date; new lessons bring new ones."""
    for who in _living(life):
        rows = Unlock.objects.filter(enrolment__reader=who.user)
        now = {(one.enrolment.course_id, one.lesson_id): one.opens_at
               for one in rows.select_related("enrolment")}  # fmt: skip
        for which, at in who.promised.items():
            if now.get(which) != at:
                yield f"{who.email}: promised {at}, now {now.get(which)}"
        who.promised = now


def only_what_is_open_is_read(life: Life) -> Iterator[str]:
    """The one decision about reading says what the rows say."""
    for course in life.courses:
        live = _live(course)
        for lesson in course.lessons.values_list("pk", flat=True):
            for who in _living(life):
                if not live_once(course, lesson):
                    continue
                found = access.may_read(reader=who.user, lesson=lesson, now=life.now).state
                wanted = _may(who, course, live, lesson, life)
                if found not in wanted:
                    yield f"{who.email} may read {lesson}: {found}, and should be {wanted}"


def live_once(course: Course, lesson: UUID) -> bool:
    """Whether this lesson was ever live; one that never was is none to anybody."""
    return any(lesson in load(one).by_uuid for one in course.editions.values_list("pk", flat=True))


def the_finished_are_completed(life: Life) -> Iterator[str]:
    """Whoever finished all that has to be finished completed the course."""
    for course in life.courses:
        required = _live(course).required
        for enrolment in Enrolment.objects.filter(course=course):
            done = set(
                Finished.objects.filter(enrolment=enrolment).values_list("lesson", flat=True)
            )
            has_all = bool(required) and required <= done
            if has_all and not Completed.objects.filter(enrolment=enrolment).exists():
                yield f"{enrolment}: all finished, and not completed"


def words_are_kept(life: Life) -> Iterator[str]:
    """Each reader finds what they wrote and ticked last, and nobody else's."""
    for who in _living(life):
        assert who.user is not None
        rows = Answer.objects.filter(enrolment__reader=who.user).order_by("began_at", "pk")
        texts_, ticks = {}, {}
        for reply in answers.opened(who.user, rows):
            place = reply.lesson, reply.block
            if isinstance(reply.content, replies.Written):
                texts_[place] = reply.content.text
            elif isinstance(reply.content, replies.Ticked):
                ticks[place, reply.occurrence] = reply.content.recognised
            else:
                yield f"{who.email}: an answer does not open"
        if texts_ != who.wrote:
            yield f"{who.email}: finds {texts_}, wrote {who.wrote}"
        if ticks != who.ticked:
            yield f"{who.email}: finds {ticks}, ticked {who.ticked}"


def words_are_their_owners(life: Life) -> Iterator[str]:
    """Nobody opens another's words, and a visitor none."""
    for who in _living(life):
        for other in (
            None,
            *[one.user.uuid for one in _living(life) if one is not who and one.user],
        ):
            assert who.user is not None
            try:
                texts.open_for(viewer=other, owner=who.user.uuid)
            except texts.NotYours:
                continue
            yield f"{other} opens what {who.email} wrote"


def words_lie_nowhere_in_the_clear(life: Life) -> Iterator[str]:
    """Neither in their own table, nor in a mail, an audit, an order or a place in a lesson."""
    words = {text for who in life.people for text in who.wrote.values()}
    words |= {text for who in life.people for gone in who.gone for text in gone.words}
    lying = "\n".join(
        str(row)
        for model in (Answer, Letter, AuditEntry, Order, Position, Consent)
        for row in model._default_manager.values_list()
    )
    yield from (f"{text} lies in the clear" for text in words if text in lying)


def nothing_is_kept_without_a_yes(life: Life) -> Iterator[str]:
    """After a no nothing is saved; what was saved before may stay."""
    for who in _living(life):
        kept = Answer.objects.filter(enrolment__reader=who.user)
        if who.stopped_at is not None and kept.filter(saved_at__gt=who.stopped_at).exists():
            yield f"{who.email}: something was kept after the no"
        if not who.agreed and who.stopped_at is None and kept.exists():
            yield f"{who.email}: something is kept without a yes"


def one_mail_a_day(life: Life) -> Iterator[str]:
    """And each of them once, and none before its moment."""
    rows = list(Mail.objects.all())
    days = Counter((mail.reader_id, mail.day) for mail in rows if mail.day is not None)
    once = Counter((mail.place_id, mail.step_key, mail.occurrence) for mail in rows)
    yield from (f"{which}: {times} mails" for which, times in (days + once).items() if times > 1)
    yield from (f"{mail} went before its time" for mail in rows if mail.due_at > mail.decided_at)


def who_left_is_left_alone(life: Life) -> Iterator[str]:
    """No course writes to somebody who is leaving, or has left."""
    for who in life.people:
        if who.left_at is not None and who.user is not None:
            later = Mail.objects.filter(reader=who.user, decided_at__gt=who.left_at)
            if later.exists():
                yield f"{who.email}: {later.count()} mails after leaving"
        if who.user is None and who.gone:
            # Anybody may declare a withdrawal, and has to be told that it came, whoever they are.
            asked_for = Q(key__startswith="withdrawal:", created_at__gte=who.gone[-1].at)
            if Letter.objects.filter(to=who.email).exclude(asked_for).exists():
                yield f"{who.email}: a letter to an address that was erased"


def erased_addresses_are_gone(life: Life) -> Iterator[str]:
    """An address whose owner was erased stands nowhere."""
    for who in life.people:
        if who.user is None:
            for model in (User, EmailAddress, Order):
                if model._default_manager.filter(email=who.email).exists():
                    yield f"{who.email} stands in {model.__name__}"


def the_erased_are_gone(life: Life) -> Iterator[str]:
    """No account, key or right of theirs is left; the ledger knows their number."""
    for email, gone in ((one.email, gone) for one in life.people for gone in one.gone):
        row = User.objects.get(uuid=gone.uuid)  # What the law keeps hangs on it.
        if row.is_active or row.email == email or row.has_usable_password():
            yield f"{gone.uuid} is there again"
        if DataKey.objects.filter(owner=gone.uuid).exists():
            yield f"{gone.uuid}: the key is there"
        if not Erasure.objects.filter(owner=gone.uuid).exists():
            yield f"{gone.uuid}: not in the ledger"
        for model in (Enrolment, Access, Place, Mail):
            if model._default_manager.filter(reader=gone.key).exists():
                yield f"{gone.uuid} stands in {model.__name__}"


def who_comes_back_is_new(life: Life) -> Iterator[str]:
    """An account after an erasure has nothing of the one before."""
    for who in _living(life):
        assert who.user is not None
        if any(who.user.pk == gone.key or who.user.uuid == gone.uuid for gone in who.gone):
            yield f"{who.email} is who they were"
        told = who.wrote.values()
        if any(text in told for gone in who.gone for text in gone.words):
            yield f"{who.email} finds words from before"


def editions_never_change(life: Life) -> Iterator[str]:
    """What was published once says the same for ever."""
    for course in life.courses:
        for edition in course.editions.all():
            told = str((edition.manifest, [one.content for one in edition.modules.order_by("pk")]))
            if life.published.setdefault(edition.pk, told) != told:
                yield f"edition {edition.number} changed"


EVERY: tuple[Promise, ...] = (
    facts_stay,
    promised_dates_stay,
    only_what_is_open_is_read,
    the_finished_are_completed,
    words_are_kept,
    words_are_their_owners,
    words_lie_nowhere_in_the_clear,
    nothing_is_kept_without_a_yes,
    one_mail_a_day,
    who_left_is_left_alone,
    erased_addresses_are_gone,
    the_erased_are_gone,
    who_comes_back_is_new,
    editions_never_change,
)


def broken(life: Life) -> dict[str, list[str]]:
    """What does not hold now, by the name of the promise; empty: all is well."""
    found = {promise.__name__: list(promise(life)) for promise in EVERY}
    found["acts"] = life.wrong
    return {name: told for name, told in found.items() if told}


def _living(life: Life) -> list[Person]:
    return [who for who in life.people if who.user is not None]


def _live(course: Course) -> PublishedCourse:
    course.refresh_from_db()
    assert course.live_edition_id is not None
    return load(course.live_edition_id)


def _facts(who: Person) -> dict[tuple[str, UUID, UUID | None], datetime]:
    found: dict[tuple[str, UUID, UUID | None], datetime] = {}
    for model in (Opened, Finished):
        for fact in model._default_manager.filter(enrolment__reader=who.user):
            found[model.__name__, fact.enrolment.course_id, fact.lesson_id] = fact.at
    for end in Completed.objects.filter(enrolment__reader=who.user):
        found["Completed", end.enrolment.course_id, None] = end.at
    return found


def _may(who: Person, course: Course, live: PublishedCourse, lesson: UUID, life: Life) -> set[str]:
    if lesson not in live.by_uuid:
        return {"retired"}
    if live.by_uuid[lesson].open_to_all:
        return {"open"}
    active = Access.objects.filter(
        reader=who.user, course=course, revoked_at=None, suspended_at=None
    )
    if course.access == "granted" and not active.exists():
        return {"not_granted"}
    if not Enrolment.objects.filter(reader=who.user, course=course).exists():
        return {"not_enrolled"}
    promised = Unlock.objects.filter(
        enrolment__reader=who.user, enrolment__course=course, lesson=lesson
    ).first()
    if promised is None:  # It came later, and opens with its neighbours.
        return {"open", "opens_at"}
    return {"opens_at" if promised.opens_at > life.now else "open"}
