"""Words that stand nowhere else, planted in everything that not everybody may read.

``planted`` says of each where it stands; ``MAY`` who may meet it there. There are several for every
field of every kind of block, in each state a lesson can be in.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.utils import timezone

from lessons.content import blocks, drafting, site_pages, structure
from lessons.content.models import Course, Edition, UnsavedText
from lessons.reading import access
from payments.models import Dispute, Refund, StaffGrant
from tests.factories import make_course, make_enrolment, make_lesson, publish_all
from tests.lessons.content.test_site_pages import titled
from tests.lessons.desk.mailing import make_mail, make_mails

if TYPE_CHECKING:
    from collections.abc import Iterable

    from courseapp.accounts.models import User
    from tests.population import Town

WORD = re.compile(r"kanarie[0-9a-f]{12}")
DESK = ("staff", "owner", "program", "onlooker")
EVERYBODY = (
    *DESK,
    *("visitor", "reader", "buyer", "neighbour", "stranger", "closed", "app"),
)
MAY = {
    "open to all": EVERYBODY,
    "free": ("reader", "app", *DESK),
    "paid": ("buyer", *DESK),
    "later": DESK,
    "draft": DESK,
    "retired": DESK,
    "article": DESK,
    "page": DESK,
    "mail": DESK,
    "note": DESK,
    "unsaved": DESK,
    "money": ("staff", "owner", "program"),
}
# What no page of a reader's shows of a block: an address a picture is not at, the name of a course.
UNSHOWN = {"src", "course"}


@dataclass
class Planted:
    """Word to where it stands, and word to the field it is."""

    where: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def word(self, where: str, name: str = "") -> str:
        made = f"kanarie{secrets.token_hex(6)}"
        self.where[made], self.fields[made] = where, name
        return made

    def of(self, where: str, *, shown: bool = False) -> set[str]:
        """Every word that stands there; if ``shown``, only what a reader's page has."""
        return {
            word
            for word, place in self.where.items()
            if place == where and not (shown and self.fields[word] in UNSHOWN)
        }

    def barred(self, role: str) -> set[str]:
        """What this person may not meet anywhere."""
        return {word for word, place in self.where.items() if role not in MAY[place]}


def plant(town: Town) -> Planted:
    """Plant them all, beside what people have already."""
    made = Planted()
    people = {role: one.person for role, one in town.visitors.items() if one.person}
    owner = people["owner"]
    free = _course(made, "free", open_one=True)
    make_enrolment(people["reader"], free, now=timezone.now())
    paid = _course(made, "paid", access=Course.Access.GRANTED)
    access.grant(reader=people["buyer"], course=paid, source="test", now=timezone.now())
    make_enrolment(people["buyer"], paid, now=timezone.now())
    later = _course(made, "later", lessons=3, pace={"every_days": 30, "at": "07:00"})
    make_enrolment(people["reader"], later, now=timezone.now())
    _draft(made, free, paid)
    _retired(made, free, paid, owner)
    _beside(made, free, owner)
    _of_money(made)
    return made


def _course(
    made: Planted, where: str, *, lessons: int = 2, open_one: bool = False, **fields: Any
) -> Course:
    """Lessons of canaries; of ``later`` the first, which opens at once, has none."""
    course = make_course(modules=1, lessons=0, live=False, slug=f"kanaries-{where}", **fields)
    module = course.modules.get()
    for number in range(lessons):
        opens_later = where == "later"
        text = list(_blocks(made, where)) if number or not opens_later else []
        lead = made.word("open to all") if text else ""  # The course's page shows it.
        make_lesson(module, **({"blocks": text} if text else {}), lead=lead)
        course.refresh_from_db()
        module.refresh_from_db()
    if open_one:
        make_lesson(module, blocks=list(_blocks(made, "open to all")), open_to_all=True)
    publish_all(course)
    return course


def _blocks(made: Planted, where: str) -> Iterable[dict[str, Any]]:
    """A block of every kind, a canary in each of its fields."""
    for kind, shape in blocks.KINDS.items():
        fields = {
            name: _filled(made, where, name, meta["form"])
            for name, meta in blocks.fields_of(shape).items()
            if meta["form"] not in {"choice", "flag", "number"}
        }
        yield blocks.from_json({"id": str(uuid4()), "type": kind, **fields}).as_json()


def _filled(made: Planted, where: str, name: str, form: str) -> object:
    word = made.word(where, name)
    if name == "src":
        return f"/media/{word}"
    if form == "lines":
        return [word, made.word(where, name)]
    if form == "cards":
        return [{"title": word, "body": made.word(where, name)}]
    return word


def _draft(made: Planted, *live: Course) -> None:
    """Changes nobody published: in lessons that readers have, in a new one, and in a new course."""
    for course in live:
        lesson = course.lessons.earliest("pk")
        lesson.title, lesson.lead = made.word("draft"), made.word("draft")
        lesson.blocks = list(_blocks(made, "draft"))
        lesson.version += 1
        lesson.save()
        module = course.modules.get()
        make_lesson(module, title=made.word("draft"), blocks=list(_blocks(made, "draft")))
        module.title, module.description = made.word("draft"), made.word("draft")
        module.save(update_fields=["title", "description"])
        course.tagline, course.description = made.word("draft"), made.word("draft")
        course.save(update_fields=["tagline", "description"])
    new = make_course(
        live=False, modules=1, lessons=0, slug="nog-niet", title=made.word("draft"),
        description=made.word("draft"),
    )  # fmt: skip
    make_lesson(new.modules.get(), blocks=list(_blocks(made, "draft")))


def _retired(made: Planted, free: Course, paid: Course, owner: User) -> None:
    """Lessons that readers once had."""
    for course in (free, paid):
        own = make_course(
            modules=1, lessons=1, live=False, slug=f"{course.slug}-eruit", access=course.access
        )
        lesson = make_lesson(
            own.modules.get(), blocks=list(_blocks(made, "retired")), lead=made.word("retired")
        )
        publish_all(own)
        structure.retire_lesson(lesson=lesson.pk, by=owner, now=timezone.now())
        publish_all(own)


def _beside(made: Planted, course: Course, owner: User) -> None:
    """Around a course: a hidden article, mails, pages not published, a text that was not saved."""
    now = timezone.now()
    drafting.import_article(
        source=(
            "# {}\n\n## {}\n\nStil, {}.\n\n- {}\n- {}\n\nLees hier verder: {}\n"
        ).format(*(made.word("article") for _ in range(6))
        ),
        form="markdown", course="nog-niet", by=owner, now=now,
    )  # fmt: skip
    words = [{name: made.word("mail") for name in ("subject", "preview", "body")} for _ in range(4)]
    make_mails(
        *(make_mail(f"mail-{number}", **fields) for number, fields in enumerate(words)),
        course=course, live=True,
    )  # fmt: skip
    sold = make_mails(
        make_mail("aanbod", kind="offer", subject=made.word("mail"), body=made.word("mail")),
        course=course,
    )
    assert sold.live is None
    for edition in Edition.objects.all():
        Edition.objects.filter(pk=edition.pk).update(note=made.word("note"))
    for name in ("about", "contact"):
        page = titled(made.word("page"), name=name)
        site_pages.save(name=name, language="nl", version=0, words=page, by=owner, now=now)
    UnsavedText.objects.update(
        state={
            **UnsavedText.objects.latest("at").state,
            "title": made.word("unsaved"),
            "lead": made.word("unsaved"),
        }
    )


def _of_money(made: Planted) -> None:
    for model, column in ((Refund, "reason"), (StaffGrant, "reason"), (Dispute, "reason")):
        for row in model._default_manager.all():
            setattr(row, column, made.word("money"))
            row.save(update_fields=[column])
