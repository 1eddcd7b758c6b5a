"""Everybody who comes to the site, each with a session of their own, and what is whose there.

Three people have things of their own: ``reader`` follows a free course, ``buyer`` bought a training
and follows it, ``neighbour`` has a course, an order and a passkey too. ``stranger`` has an account
and nothing else. What staff work on are the training's things.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from fido2 import cose, webauthn
from fido2.utils import websafe_encode

from courseapp.accounts import leaving
from courseapp.accounts import tokens as machine_tokens
from courseapp.accounts.models import AuditEntry, User
from courseapp.mydata import handing_over
from courseapp.post.models import Letter
from lessons.content import drafting, editing
from lessons.content.models import Course, Lesson, Passage
from lessons.drip import offers
from lessons.drip import tokens as mail_tokens
from lessons.drip.models import Place
from lessons.drip.tokens import Agree
from lessons.reading import access, answers, keeping, proving
from lessons.reading.models import Completed
from payments import granting, ordering
from payments.models import Product
from payments.papers import shelf
from tests.factories import (
    lessons_of,
    make_block,
    make_course,
    make_enrolment,
    make_reader,
    publish_all,
)
from tests.journeys.test_desk_accessible import make_mailing
from tests.lessons.api.calling import token_of
from tests.lessons.content.pictures import block_of, make_media
from tests.lessons.pages.opening import browser_of
from tests.payments.helping.writing import make_written_to
from tests.payments.staff.selling import LONG, PRICE, make_order, make_sold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lessons.content.models import MediaFile

SOURCE = (
    "# Wachten\n\n## Stil\n\nHet is stil. Jij kijkt naar je telefoon.\n\nLees hier verder: rust\n"
)
SCOPES = ("read", "edit", "publish", "money")
# Everybody there is.
ROLES = (
    *("visitor", "reader", "buyer", "neighbour", "stranger", "staff", "owner"),
    *("closed", "app", "program", "onlooker"),
)


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door, and how a request shows who it is."""

    role: str
    person: User | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Town:
    """``things``: whose they are, to what the parts of an address may be."""

    visitors: Mapping[str, Visitor]
    things: Mapping[str, Mapping[str, Any]]


def make_town() -> Town:
    owner = make_reader(is_staff=True, is_owner=True)
    reader, neighbour = make_reader(), make_reader()
    picture = make_media()
    free = _course("vrij")
    training = _course("training", picture, access=Course.Access.GRANTED)
    other = _course("ernaast", access=Course.Access.GRANTED)
    sold = make_sold(training, owner)
    buyer = User.objects.get(email=LONG)
    things = {
        "reader": {**_of_course(free), **_own(reader, free)},
        "buyer": {
            **_desk(training, owner),
            **_of_course(training),
            **sold,
            "number": sold["order"],
            **make_written_to(training),
            **_own(buyer, training),
            **_mailed(buyer),
            "bill": shelf.FORM,
            # A lesson shows it: nobody can remove it.
            "media": picture.pk,
            "media_name": picture.path,
        },
        "neighbour": {
            **_of_course(other),
            **_bought(other, neighbour, owner),
            **_own(neighbour, other),
        },
    }
    people = {
        "reader": reader,
        "buyer": buyer,
        "neighbour": neighbour,
        "stranger": make_reader(),
        "staff": make_reader(is_staff=True),
        "owner": owner,
    }
    return Town({one.role: one for one in _visitors(people)}, things)


def _course(slug: str, picture: MediaFile | None = None, **fields: Any) -> Course:
    """Two lessons: one for everybody, one with something to count and something to fill in."""
    course = make_course(slug=slug, modules=1, live=False, **fields)
    opened, lesson = lessons_of(course)
    Lesson.objects.filter(pk=opened.pk).update(open_to_all=True)
    opened.blocks.append(make_block("reflection", prompt="Wat merk je?"))
    opened.save(update_fields=["blocks"])
    lesson.blocks += [
        make_block("selfcheck", title="Herken je dit?", statements=["Ik wacht.", "Ik ga."]),
        make_block("exercise", title="Twee kolommen", body="Schrijf.", sheet="Links\n\nRechts"),
    ]
    if picture:
        lesson.blocks.append(block_of(f"/media/{picture.path}"))
    lesson.save(update_fields=["blocks"])
    publish_all(course)
    return course


def _of_course(course: Course) -> dict[str, Any]:
    opened, lesson = lessons_of(course)
    return {
        "course": course.pk,
        "slug": course.slug,
        "lesson": lesson.pk,
        "lesson_slug": opened.slug,
        "module": lesson.module_id,
        "block": lesson.blocks[0]["id"],
        "check": lesson.blocks[1]["id"],
        "exercise": lesson.blocks[2]["id"],
        "edition": course.live_edition_id,
        "other": course.live_edition_id,
        "edition_number": 1,
    }


def _own(person: User, course: Course) -> dict[str, Any]:
    """A place in the course, something written there, a passkey, a file of all that is kept, and
    the links in mails."""
    now = timezone.now()
    if not person.enrolments.filter(course=course).exists():
        make_enrolment(person, course, now=now)
    opened = lessons_of(course)[0]
    keeping.agree(reader=person, wording="Ja", place="test", now=now)
    written = answers.write(
        reader=person, lesson=opened.pk, block=UUID(opened.blocks[1]["id"]), text="Stil.", tag="",
        now=now,
    )  # fmt: skip
    assert written is not None
    key = Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Telefoon", "credential": _credential()},
    )
    asked = Agree(person.pk, "nl", offers._digest(offers.wording_in("nl")), "x", now.timestamp())
    enrolment = person.enrolments.get(course=course)
    Completed.objects.get_or_create(
        enrolment=enrolment, defaults={"edition": enrolment.edition, "at": now}
    )
    proof = proving.make(reader=person, course=course.pk, name="", names_course=False, now=now)
    file = handing_over.ask(person=person, now=now)
    handing_over.make_due(now=now)
    return {
        "answer": written.id,
        "passkey": key.pk,
        "uuid": file.uuid,
        "proof": proof.number,
        "word": leaving.word_of(leaving.lock(person=make_reader(), days=7, now=now)),
        "choose": mail_tokens.choose(person.pk),
        "agree": mail_tokens.agree(asked),
    }


def _mailed(person: User) -> dict[str, Any]:
    """The links in a mail this person got."""
    place = Place.objects.filter(reader=person).latest("pk")
    letter = Letter.objects.filter(key__startswith="drip:").earliest("pk")
    return {
        "stop": mail_tokens.stop(place, "lesson"),
        "view": mail_tokens.view(letter.key.removeprefix("drip:")),
    }


def _credential() -> dict[str, Any]:
    """What a telephone says when it makes a passkey."""
    private = ec.generate_private_key(ec.SECP256R1())
    key = cose.ES256.from_cryptography_key(private.public_key())  # type: ignore[no-untyped-call]
    name = secrets.token_bytes(16)
    made = webauthn.AuthenticatorData.create(
        bytes(32),
        webauthn.AuthenticatorData.FLAG.UP | webauthn.AuthenticatorData.FLAG.AT,
        0,
        bytes(webauthn.AttestedCredentialData.create(webauthn.Aaguid(bytes(16)), name, key)),
    )
    said = webauthn.CollectedClientData.create("webauthn.create", b"x", "http://localhost")
    sealed = webauthn.AttestationObject.create(
        webauthn.AttestationConveyancePreference.NONE, made, {}
    )
    return {
        "id": websafe_encode(name),
        "rawId": websafe_encode(name),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(bytes(said)),
            "attestationObject": websafe_encode(bytes(sealed)),
        },
    }


def _bought(course: Course, person: User, owner: User) -> dict[str, Any]:
    now = timezone.now()
    product = Product.objects.create(slug="ernaast", title="Ernaast")
    product.courses.add(course)
    ordering.set_price(product=product, amount=PRICE, by=owner, now=now - timedelta(days=2))
    access.grant(reader=person, course=course, source="test", now=now)
    number = make_order(product, person).number
    grant = granting.grant(
        reader_email=person.email, product=product, by=owner, reason="Proef", now=now
    )
    return {
        "order": number, "number": number, "product": "ernaast", "grant": grant.pk,
        "reader": person.uuid,
    }  # fmt: skip


def _desk(course: Course, owner: User) -> dict[str, Any]:
    """What staff work on: a text not saved, an article, mails, a colleague, a key, a picture."""
    now = timezone.now()
    lesson = lessons_of(course)[1]
    state = editing.state_of(lesson)
    other = editing.state_from_json({**editing.as_json(state), "title": "Anders"})
    editing.save(lesson=lesson.pk, version=lesson.version, state=other, by=owner, now=now)
    with pytest.raises(editing.ChangedMeanwhile) as refused:
        editing.save(lesson=lesson.pk, version=1, state=state, by=owner, now=now)
    drafting.import_article(
        source=SOURCE, form="markdown", course=course.slug, by=owner, now=now, public=True
    )
    publish_all(course, now=now)
    article = course.articles.get()
    token, _secret = machine_tokens.make(name="Oud", scopes=["read"], by=owner, now=now)
    mailing = make_mailing(course, owner)
    entries = AuditEntry.objects.order_by("-pk")
    return {
        "unsaved": refused.value.unsaved,
        "article": article.pk,
        "article_slug": article.slug,
        "passage": Passage.objects.filter(revision__article=article).latest("position").key,
        "colleague": make_reader(is_staff=True).uuid,
        "token": token.pk,
        "entry": entries.filter(act__startswith="lesson.")[0].pk,
        "mails_entry": entries.filter(act__startswith="sequence.")[0].pk,
        "act": "open",
        "mails_act": "omhoog",
        "piece": 0,
        "name": "about",
        "language": "nl",
        "version": 1,
        "identity_number": 1,
        "page_number": 1,
        **mailing,
    }


def _visitors(people: Mapping[str, User]) -> list[Visitor]:
    """Each of them by the session a browser has, an app has, or a program's key."""
    closed = make_reader()
    found = [Visitor("visitor")]
    found += [Visitor(role, one, *_session(one)) for role, one in people.items()]
    found += [Visitor("closed", closed, *_session(closed))]
    User.objects.filter(pk=closed.pk).update(is_active=False)
    reader = people["reader"]
    found += [Visitor("app", reader, headers={"X-Session-Token": token_of(reader)})]
    for role, maker, scopes in (
        ("program", "owner", SCOPES),
        ("onlooker", "owner", ("read",)),
    ):
        _row, secret = machine_tokens.make(
            name=role, scopes=scopes, by=people[maker], now=timezone.now()
        )
        headers = {"Authorization": f"Bearer {secret}"}
        found.append(Visitor(role, people[maker], headers=headers))
    return found


def _session(person: User) -> tuple[dict[str, str], dict[str, str]]:
    """A browser's cookies after signing in; headless calls take the same session by its header."""
    cookies = {name: one.value for name, one in browser_of(person).cookies.items()}
    return cookies, {}
