"""A backup that is put back brings nobody back who was erased since."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from courseapp import privacy
from courseapp.accounts.models import User
from courseapp.vault import keys, ledger
from lessons.reading import answers
from lessons.reading.models import Answer
from tests.courseapp.mydata.everything import WRITTEN, make_person
from tests.courseapp.mydata.restoring import back_up, restore
from tests.databases import with_keys, with_keys_committed
from tests.factories import NOW, make_reader

if TYPE_CHECKING:
    from pathlib import Path

EMAIL = "noor@example.org"


@with_keys_committed
@pytest.mark.slow
def test_restored_they_are_erased_again_and_what_they_wrote_never_opens(tmp_path: Path) -> None:
    gone, other = make_person(EMAIL), make_person("ander@example.org")
    backup = back_up(tmp_path)
    privacy.erase_person(gone, now=NOW)

    restore(backup)

    assert User.objects.get(pk=gone.pk).email == EMAIL, "the backup does bring them back"
    (lost,) = answers.opened(gone, Answer.objects.filter(enrolment__reader=gone))
    (kept,) = answers.opened(other, Answer.objects.filter(enrolment__reader=other))
    assert lost.content is None, "with the keys of today nobody reads it"
    assert WRITTEN in str(kept.content)

    out = StringIO()
    call_command("replay_erasures", stdout=out)

    assert out.getvalue() == "1 erased again.\n"
    assert not User.objects.filter(email=EMAIL).exists()
    assert not Answer.objects.filter(enrolment__reader=gone).exists()
    assert Answer.objects.filter(enrolment__reader=other).exists()
    assert privacy.replay_erasures(now=NOW) == 0


@with_keys
def test_a_ledger_that_was_written_out_is_read_again_where_the_keys_were_restored_too(
    tmp_path: Path,
) -> None:
    reader = make_reader(email=EMAIL)
    ledger.note(owner=reader.uuid, now=NOW)
    out = StringIO()
    call_command("erasures", stdout=out)
    file = tmp_path / "erasures"
    file.write_text(out.getvalue())
    ledger.strike(owner=reader.uuid)
    assert privacy.replay_erasures(now=NOW) == 0

    call_command("replay_erasures", str(file), stdout=StringIO())

    assert not User.objects.filter(email=EMAIL).exists()
    assert ledger.owners() == [reader.uuid]
    file.write_text("iets anders\n")
    with pytest.raises(CommandError):
        call_command("replay_erasures", str(file))


@with_keys
def test_many_at_once_are_only_erased_when_somebody_says_so() -> None:
    """The wrong ledger beside the right accounts would erase everybody."""
    readers = [make_reader() for _ in range(4)]
    for reader in readers:
        ledger.note(owner=reader.uuid, now=NOW)
    with pytest.raises(privacy.TooManyCameBack):
        privacy.replay_erasures(now=NOW, most=3)
    assert User.objects.filter(is_active=True).count() == 4
    call_command("replay_erasures", yes=True, stdout=StringIO())
    assert not User.objects.filter(is_active=True).exists()


@with_keys
def test_the_ledger_forgets_what_no_backup_can_bring_back() -> None:
    old, young = make_reader(), make_reader()
    ledger.note(owner=old.uuid, now=NOW - ledger.KEPT)
    ledger.note(owner=young.uuid, now=NOW)
    ledger.note(owner=young.uuid, now=NOW)
    assert ledger.forget_old(now=NOW) == 0
    assert ledger.forget_old(now=NOW.replace(hour=21)) == 1
    assert ledger.owners() == [young.uuid]
    assert keys.of(young.uuid).newest is None
