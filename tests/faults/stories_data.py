"""What becomes of readers' data: taken along, erased, sealed anew, backed up, let go of."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from tests.faults.founding import person
from tests.faults.stories import WORDS, agree, enrolled, first_lesson, free, send_mail
from tests.faults.telling import NOOR, SAM, Step, Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.cases import World
    from tests.faults.telling import Told


def wrote(_world: World) -> Told:
    """Noor follows the course and wrote something, before the story begins."""
    from lessons.reading import answers

    enrolled(_world)
    agree({})
    lesson = first_lesson()
    block = lesson.blocks[0]["id"]
    answers.write(reader=person(NOOR), lesson=lesson.pk, block=UUID(block), text=WORDS, tag="",
                  now=timezone.now())  # fmt: skip
    return {"wrote": [[str(lesson.uuid), block, WORDS]]}


def ask_for_file(_told: Told) -> None:
    from courseapp.mydata import handing_over

    handing_over.ask(person=person(NOOR), now=timezone.now())


def make_file(_told: Told) -> None:
    import courseapp.tasks

    courseapp.tasks.hand_over()


def fetch_file(_told: Told) -> None:
    from courseapp.accounts.models import Handover
    from courseapp.mydata import handing_over

    uuid = Handover.objects.get().uuid
    assert handing_over.take(person=person(NOOR), uuid=uuid, now=timezone.now())


def is_fetched(_told: Told) -> bool:
    from courseapp.accounts.models import Handover

    return not Handover.objects.exists()


def leave(_told: Told) -> Told:
    from courseapp.mydata import letting_go

    who = person(NOOR)
    letting_go.ask(person=who, days=0, now=timezone.now())
    return _gone(who.uuid, who.pk)


def _gone(uuid: UUID, key: int) -> Told:
    return {"gone": [str(uuid), key], "wrote": []}


def be_erased(_told: Told) -> None:
    import courseapp.tasks

    courseapp.tasks.let_go()


def erase(_told: Told) -> Told:
    """By command, at once."""
    from courseapp.accounts.models import User
    from courseapp.privacy import erase_person

    who = User.objects.filter(email=NOOR).first()
    if who is None:
        return {}
    told = _gone(who.uuid, who.pk)
    erase_person(who, now=timezone.now())
    return told


def remember(_world: World) -> Told:
    who = person(NOOR)
    return _gone(who.uuid, who.pk)


def come_back(_told: Told) -> None:
    import courseapp.tasks
    from courseapp.accounts import leaving

    leaving.come_back(person=person(NOOR), now=timezone.now())
    courseapp.tasks.let_go()


def leave_slowly(_told: Told) -> None:
    from courseapp.mydata import letting_go

    letting_go.ask(person=person(NOOR), days=7, now=timezone.now())


def begin_renewing(_told: Told) -> None:
    from courseapp.vault import rotation

    rotation.begin_all(made_before=timezone.now() + timedelta(days=1), now=timezone.now())


def is_begun(_told: Told) -> bool:
    from courseapp.vault.models import DataKey

    return DataKey.objects.older().exists()


def renew(_told: Told) -> None:
    import courseapp.tasks

    courseapp.tasks.renew_keys()


def rewrap(_told: Told) -> None:
    from courseapp import step_secrets
    from courseapp.vault import rotation

    rotation.rewrap()
    rotation.reseal()
    step_secrets.reseal()


def back_up(told: Told) -> Told:
    """Into a folder that is there after a fault as well, so that halves would be seen."""
    from courseapp.backup import making
    from courseapp.backup.telling import Telling

    folder = Path(told["folder"])
    lines: list[str] = []
    making.make(folder=folder / "site", keys_folder=folder / "keys", now=timezone.now(), days=7,
                telling=Telling(lines.append))  # fmt: skip
    return {"backed up": True}


def has_room(_world: World) -> Told:
    return {"folder": tempfile.mkdtemp(prefix="copies-")}


def copies_are_whole(world: World) -> Iterator[str]:
    """What lies there under a name of its own can be put back; halves are named as such."""
    import shutil

    from courseapp.backup import checking
    from courseapp.backup.failing import Failed
    from courseapp.backup.telling import Telling

    folder = Path(world.told["folder"])
    found = 0
    for part in ("site", "keys"):
        for _copy in (folder / part).glob("2*"):
            found += 1
    try:
        checking.verify(folder=folder / "site", part="site", telling=Telling(lambda _line: None))
    except Failed as failure:
        yield f"the newest copy is not whole: {failure}"
    if not found:
        yield "there is no copy"
    shutil.rmtree(folder)


def forget_old(_told: Told) -> None:
    """What the nights let go of, and the days ask."""
    import courseapp.accounts.tasks
    import courseapp.post.tasks
    import courseapp.tasks
    import lessons.tasks
    import payments.tasks

    for task in (courseapp.accounts.tasks.prune, courseapp.post.tasks.forget_old,
                 courseapp.tasks.ask_idle, courseapp.tasks.scrub, courseapp.tasks.sweep_keys,
                 lessons.tasks.forget_old, payments.tasks.forget_old):  # fmt: skip
        task()


def is_old(_world: World) -> None:
    """Somebody never confirmed, somebody has not been here for years."""
    from courseapp.accounts.models import User
    from tests.factories import make_reader

    long_ago = timezone.now() - timedelta(days=1_200)
    make_reader(email="nooit@example.org", confirmed_at=None, date_joined=long_ago)
    make_reader(email="lang@example.org", date_joined=long_ago, confirmed_at=long_ago,
                last_login=long_ago)  # fmt: skip
    User.objects.filter(email=SAM).update(last_login=timezone.now())
    assert free()


DATA: tuple[Story, ...] = (
    Story(
        "taking along",
        (
            Step("wrote", outside=wrote),
            Step("ask for file", ask_for_file),
            Step("make file", make_file),
            Step("send mail", send_mail),
            Step("fetch file", fetch_file, is_there=is_fetched, is_for_anybody=False),
        ),
    ),
    Story(
        "leaving",
        (
            Step("wrote", outside=wrote),
            Step("remember", outside=remember),
            Step("leave", leave, is_for_anybody=False),
            Step("send mail", send_mail),
            Step("be erased", be_erased),
        ),
    ),
    Story(
        "erasing",
        (
            Step("wrote", outside=wrote),
            Step("remember", outside=remember),
            Step("erase", erase),
        ),
    ),
    Story(
        "coming back",
        (
            Step("wrote", outside=wrote),
            Step("leave slowly", leave_slowly, is_for_anybody=False),
            Step("send mail", send_mail),
            Step("come back", come_back),
        ),
    ),
    Story(
        "sealing anew",
        (
            Step("wrote", outside=wrote),
            Step("begin renewing", begin_renewing, is_there=is_begun, is_for_anybody=False),
            Step("renew", renew),
            Step("rewrap", rewrap),
        ),
    ),
    Story(
        "backing up",
        (
            Step("wrote", outside=wrote),
            Step("has room", outside=has_room),
            Step("back up", back_up, is_for_anybody=False),
        ),
        copies_are_whole,
    ),
    Story("forgetting", (Step("is old", outside=is_old), Step("forget old", forget_old),
                         Step("send mail", send_mail))),
)  # fmt: skip
