"""What staff do: courses, articles, mails and pages, written and published."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from tests.faults.founding import person
from tests.faults.stories import enrolled, first_lesson, free, look_for_mail, send_mail
from tests.faults.telling import OWNER, Step, Story

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from courseapp.accounts.models import User
    from tests.faults.telling import Told

TEXT = "Kop\n\nDe eerste alinea gaat over de stilte in het huis na het eten.\n\nEinde."
NEXT = TEXT.replace("eten", "ontbijt")


def owner() -> User:
    return person(OWNER)


def there(model: str, **wanted: object) -> Callable[[Told], bool]:
    """Whether there is a row of this model, ``app.Model``."""

    def looked(_told: Told) -> bool:
        from django.apps import apps

        return bool(apps.get_model(model)._default_manager.filter(**wanted).exists())

    return looked


# --- A course -------------------------------------------------------------------------------------


def modules() -> list[UUID]:
    return list(free().modules.values_list("pk", flat=True))


def edit(_told: Told) -> None:
    from lessons.content import editing

    lesson = first_lesson()
    state = editing.state_from_json({**editing.as_json(editing.state_of(lesson)), "lead": "Anders"})
    editing.save(lesson=lesson.pk, version=lesson.version, state=state, by=owner(),
                 now=timezone.now())  # fmt: skip


def is_edited(_told: Told) -> bool:
    return first_lesson().lead == "Anders"


def switch(_told: Told) -> None:
    from lessons.content import editing

    editing.switch(lesson=first_lesson().pk, flag="required", by=owner(), now=timezone.now())


def is_switched(_told: Told) -> bool:
    return not first_lesson().required


def go_back(_told: Told) -> None:
    from lessons.content import editing

    lesson = first_lesson()
    editing.go_back(lesson=lesson.pk, to=1, version=lesson.version, by=owner(), now=timezone.now())


def is_back(_told: Told) -> bool:
    return first_lesson().lead != "Anders"


def add_lesson(_told: Told) -> None:
    from lessons.content import structure

    structure.add_lesson(module=modules()[0], title="Nieuw", by=owner(), now=timezone.now())


def publish(_told: Told) -> None:
    from lessons.staff import expecting

    course = free()
    assert course.live_edition is not None
    expecting.publish(course=course, modules=modules(), edition=1, by=owner(), now=timezone.now())


def restore(_told: Told) -> None:
    from lessons.staff import expecting

    first = free().editions.get(number=1)
    expecting.restore_edition(edition=first.pk, live=2, by=owner(), now=timezone.now())


def plan(_told: Told) -> None:
    from lessons.staff import scheduling

    now = timezone.now()
    scheduling.plan(modules=modules(), at=now + timedelta(minutes=5), by=owner(), now=now)


def cancel(_told: Told) -> None:
    from lessons.staff import scheduling

    scheduling.cancel(modules=modules(), by=owner(), now=timezone.now())


def publish_planned(_told: Told) -> None:
    """Five minutes later, by the clock."""
    from lessons.staff import release

    release.publish_due(now=timezone.now() + timedelta(minutes=6))


def add_course(_told: Told) -> None:
    from lessons.content import structure

    structure.add_course(title="Nog een", language="nl", by=owner(), now=timezone.now())


# --- Articles, media, pages -----------------------------------------------------------------------


def add_article(_told: Told) -> None:
    from lessons.content import articles

    articles.add(source=TEXT, form="text", by=owner(), now=timezone.now())


def article() -> UUID:
    from lessons.content.models import Article

    return Article.objects.get().pk


def renew_article(_told: Told) -> None:
    from lessons.content import articles

    articles.renew(article=article(), source=NEXT, form="text", by=owner(), now=timezone.now())


def change_article(_told: Told) -> None:
    from lessons.content import articles

    articles.change(article=article(), title="Stil", description="", public=True, by=owner(),
                    now=timezone.now())  # fmt: skip


def derive(_told: Told) -> None:
    from lessons.content import articles, drafting

    drafting.derive_course(article=articles.called(article()), slug="stil", title="Stil",
                           by=owner(), now=timezone.now())  # fmt: skip


def import_article(_told: Told) -> None:
    from lessons.content import drafting

    drafting.import_article(source=TEXT, form="text", course="ingevoerd", by=owner(),
                            now=timezone.now(), article_slug="ingevoerd")  # fmt: skip


def add_picture(_told: Told) -> None:
    from lessons.content.media import keeping
    from tests.lessons.content.pictures import gradient, saved, sent

    keeping.add(name="foto.png", file=sent(saved(gradient(40, 30), "PNG")), by=owner(),
                now=timezone.now())  # fmt: skip


def remove_picture(_told: Told) -> None:
    from lessons.content.media import keeping
    from lessons.content.models import MediaFile

    keeping.remove(media=MediaFile.objects.get().pk, by=owner(), now=timezone.now())


def save_page(_told: Told) -> None:
    from lessons.content import site_pages
    from lessons.content.identity import Identity
    from lessons.content.site_texts import IDENTITY

    site_pages.save(name=IDENTITY, language="", version=0, words=Identity(name="De praktijk"),
                    by=owner(), now=timezone.now())  # fmt: skip


def publish_page(_told: Told) -> None:
    from lessons.content import site_pages
    from lessons.content.site_texts import IDENTITY

    site_pages.publish(name=IDENTITY, language="", version=1, note="", by=owner(),
                       now=timezone.now())  # fmt: skip


def restore_page(_told: Told) -> None:
    from lessons.content import site_pages
    from lessons.content.site_texts import IDENTITY

    site_pages.restore(name=IDENTITY, language="", number=0, live=1, by=owner(),
                       now=timezone.now())  # fmt: skip


# --- Mails ----------------------------------------------------------------------------------------


def sequence() -> UUID:
    from lessons.drip.models import Sequence

    return Sequence.objects.get().pk


def begin_sequence(_told: Told) -> None:
    from lessons.drip import founding

    founding.begin(course=free().pk, title="Tweede", sells=None, goal="none", by=owner(),
                   now=timezone.now())  # fmt: skip


def stop_sequence(_told: Told) -> None:
    from lessons.drip import stopping

    stopping.stop(sequence=sequence(), by=owner(), now=timezone.now())


def resume_sequence(_told: Told) -> None:
    from lessons.drip import stopping

    stopping.resume(sequence=sequence(), by=owner(), now=timezone.now())


def publish_sequence(_told: Told) -> None:
    from lessons.drip import drafting, publishing
    from tests.lessons.drip.writing import make_step

    now, held = timezone.now(), drafting.sequence_of(sequence())
    if not drafting.has_changes(held):
        more = make_step("meer", days=1, at=time(9), label="Verder")
        held = drafting.add(sequence=held.pk, step=more, after="", by=owner(), now=now)
    publishing.publish(sequence=held, by=owner(), now=now)


STAFF: tuple[Story, ...] = (
    Story(
        "publishing",
        (
            Step("enrolled", outside=enrolled),
            Step("edit", edit, is_there=is_edited, is_for_anybody=False),
            Step("switch", switch, is_there=is_switched, is_for_anybody=False),
            Step("publish", publish, is_there=there("lessons.Edition", number=2,
                                                    course__slug="leven")),
            Step("restore", restore, is_there=there("lessons.Edition", number=3)),
            Step("go back", go_back, is_there=is_back, is_for_anybody=False),
            Step("plan", plan, is_for_anybody=False),
            Step("cancel", cancel, is_for_anybody=False),
            Step("plan again", plan, is_for_anybody=False),
            Step("publish planned", publish_planned),
            Step("add lesson", add_lesson, is_there=there("lessons.Lesson", title="Nieuw"),
                 is_for_anybody=False),
            Step("look for mail", look_for_mail),
        ),
    ),
    Story(
        "articles",
        (
            Step("add article", add_article, is_there=there("lessons.Article"),
                 is_for_anybody=False),
            Step("renew article", renew_article),
            Step("change article", change_article),
            Step("derive", derive),
            Step("import article", import_article),
            Step("add course", add_course, is_there=there("lessons.Course", title="Nog een"),
                 is_for_anybody=False),
        ),
    ),
    Story(
        "pictures and pages",
        (
            Step("add picture", add_picture, is_for_anybody=False),
            Step("save page", save_page),
            Step("publish page", publish_page),
            Step("restore page", restore_page),
            Step("remove picture", remove_picture,
                 is_there=lambda told: not there("lessons.MediaFile")(told), is_for_anybody=False),
        ),
    ),
    Story(
        "sequences",
        (
            Step("enrolled", outside=enrolled),
            Step("stop sequence", stop_sequence),
            Step("resume sequence", resume_sequence),
            Step("publish sequence", publish_sequence,
                 is_there=there("lessons.SequenceVersion", number=2), is_for_anybody=False),
            Step("look for mail", look_for_mail),
            Step("send mail", send_mail),
            Step("begin sequence", begin_sequence,
                 is_there=there("lessons.Sequence", title="Tweede"), is_for_anybody=False),
        ),
    ),
)  # fmt: skip
