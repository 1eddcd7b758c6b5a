"""A reader asks for all that is kept: at once, or made by the worker and fetched once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from allauth.account.internal.flows import login
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from courseapp import privacy
from courseapp.accounts import handovers
from courseapp.accounts.models import Handover
from courseapp.mydata import bundle, handing_over, readable
from courseapp.post.models import Letter
from courseapp.vault.models import DataKey
from lessons.reading import progress
from tests.courseapp.mydata.asking import EMAIL, come_in, data_in, files_in
from tests.courseapp.mydata.everything import WRITTEN, make_person
from tests.databases import with_keys
from tests.factories import NOW, lessons_of, make_course, make_enrolment, make_reader
from tests.lessons.pages.opening import the, tree

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = with_keys


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.HANDOVER_DIR = tmp_path / "handovers"
    return tmp_path / "handovers"


@pytest.fixture
def much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever there is, is too much for a page."""
    monkeypatch.setattr(handing_over, "AT_ONCE", -1)


def test_the_account_leads_to_the_page_and_the_page_to_a_file(client: Client) -> None:
    come_in(client)
    assert reverse("my_data") in client.get(reverse("account_settings")).content.decode()
    page = tree(client.get(reverse("my_data")))
    the(page, f'form[action="{reverse("my_data_file")}"]')

    answer = client.post(reverse("my_data_file"))

    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith('attachment; filename="mijn-gegevens-2')
    assert sorted(files_in(answer.content)) == [
        "mijn-gegevens.html", "mijn-gegevens.json", "page.css",
    ]  # fmt: skip
    assert data_in(answer.content)["account"]["email"] == EMAIL
    assert not Handover.objects.exists()


def test_the_file_can_be_read_in_both_languages_and_is_whole() -> None:
    reader, course = make_person(), make_course(modules=1, lessons=1)
    make_enrolment(reader, course)
    progress.finish(reader=reader, lesson=lessons_of(course)[0].uuid, now=NOW)
    for language, title, day, money in (
        ("nl", "Mijn gegevens", "22 november 2026, 21:15", "€ 149,00"),
        ("en", "My data", "22 November 2026, 21:15", "€149.00"),
    ):
        with translation.override(language):
            files = files_in(bundle.made(reader, now=NOW))
        (page,) = [text for name, text in files.items() if name.endswith(".html")]
        text = page.replace("\N{NO-BREAK SPACE}", " ")
        for word in (title, day, money, EMAIL, "Onderwerp", course.slug, "Telefoon", WRITTEN):
            assert word in text, word


def test_what_somebody_typed_is_text_in_the_page() -> None:
    reader = make_person()
    Letter.objects.filter(to=reader.email).update(subject="<script>x()</script>")
    page = next(
        text for name, text in files_in(bundle.made(reader, now=NOW)).items() if "html" in name
    )
    assert "&lt;script&gt;x()" in page
    assert "<script" not in page


def test_times_of_day_dates_and_odd_words_are_left_as_they_are() -> None:
    (part,) = readable.parts_of(
        {"lessons": {"hour": "07:00", "at": "2026-13-45T99:00:00", "text": "", "wanted": False}}
    )
    with translation.override("en"):
        texts = [line.text for line in readable.parts_of({"lessons": {"wanted": False}})[0].lines]
    assert texts == ["no"]
    assert [line.text for line in part.lines][:3] == ["07:00", "2026-13-45T99:00:00", "–"]


def test_a_visitor_gets_nothing_and_is_sent_to_the_door() -> None:
    for name in ("my_data", "my_data_file"):
        method = Client().get if name == "my_data" else Client().post
        answer = method(reverse(name))
        assert (answer.status_code, answer["Location"][:9]) == (302, "/inloggen")


def test_who_did_not_show_lately_who_they_are_is_asked_first(client: Client) -> None:
    """Somebody else may sit at the open browser: nothing goes out, and the page comes back."""
    reader = come_in(client)
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = []
    session.save()
    row = handing_over.ask(person=reader, now=timezone.now())
    handing_over.make_due(now=timezone.now())
    for address in (reverse("my_data_file"), reverse("my_data_fetch", args=[row.uuid])):
        answer = client.post(address)
        assert answer.status_code == 302
        assert f"next={quote(reverse('my_data'), safe='')}" in answer["Location"]
    assert Handover.objects.filter(pk=row.pk).exists()


@pytest.mark.usefixtures("much")
def test_asked_ten_times_it_is_made_once_fetched_once_and_then_gone(
    client: Client, folder: Path
) -> None:
    reader = come_in(client)
    for _each in range(10):
        assert client.post(reverse("my_data_file")).status_code == 302
    row = Handover.objects.get()
    assert "wordt gemaakt" in client.get(reverse("my_data")).content.decode()

    now = timezone.now()
    assert handing_over.make_due(now=now) == 1
    assert handing_over.make_due(now=now) == 0
    letter = Letter.objects.get(key=f"handover:{row.uuid}")
    assert letter.to == reader.email
    assert str(row.uuid) not in letter.text
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert EMAIL.encode() not in file.read_bytes()
    assert b"PK\x03\x04" not in file.read_bytes()  # A ZIP would say so.

    address = reverse("my_data_fetch", args=[row.uuid])
    assert address in client.get(reverse("my_data")).content.decode()
    answer = client.post(address)
    assert data_in(answer.content)["account"]["email"] == EMAIL
    assert (list(folder.iterdir()), Handover.objects.exists()) == ([], False)
    assert client.post(address).status_code == 404


@pytest.mark.usefixtures("much")
def test_nobody_else_fetches_it_and_after_a_day_nobody_does(client: Client, folder: Path) -> None:
    reader = come_in(client)
    row = handing_over.ask(person=reader, now=timezone.now())
    handing_over.make_due(now=timezone.now())
    stranger = Client()
    come_in(stranger, "iemand@example.org")
    address = reverse("my_data_fetch", args=[row.uuid])
    assert stranger.post(address).status_code == 404
    later = timezone.now() + timedelta(hours=25)
    with pytest.raises(handing_over.NothingToFetch):
        handing_over.take(person=reader, uuid=row.uuid, now=later)
    assert handovers.of(reader, now=later) is None
    assert list(folder.iterdir())
    handovers.forget_old(now=later)
    assert (list(folder.iterdir()), Handover.objects.exists()) == ([], False)


def test_cut_off_while_it_is_made_it_is_made_again_after_the_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = make_reader()
    handing_over.ask(person=reader, now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr(handovers, "keep", _die)
        with pytest.raises(RuntimeError):
            handing_over.make_due(now=NOW)
    assert handing_over.make_due(now=NOW + timedelta(minutes=1)) == 0
    assert handing_over.make_due(now=NOW + timedelta(minutes=6)) == 1


def test_who_is_forgotten_leaves_no_file_made_or_being_made(folder: Path) -> None:
    reader, other = make_reader(), make_reader()
    for one in (reader, other):
        handing_over.ask(person=one, now=NOW)
    handing_over.make_due(now=NOW)
    late = Handover(person=reader, asked_at=NOW)
    privacy.erase_person(reader, now=NOW)
    assert [one.person for one in Handover.objects.all()] == [other]
    assert not handovers.keep(late, b"x", now=NOW)
    assert len(list(folder.iterdir())) == 1
    assert not DataKey.objects.filter(owner=reader.uuid).exists()


def test_a_file_without_a_row_does_not_stay(folder: Path) -> None:
    folder.mkdir()
    (folder / "a1b2").write_bytes(b"x")
    later = timezone.now() + timedelta(minutes=6)
    assert handovers.forget_old(now=timezone.now()) == 0
    assert handovers.forget_old(now=later) == 1
    assert list(folder.iterdir()) == []


def _die(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError
