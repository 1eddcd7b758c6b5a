"""A person with a row in every table that holds something of people."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from courseapp.accounts import consents
from courseapp.accounts.models import Handover, Leaving
from courseapp.post import suppression
from courseapp.post.models import Attachment, DeliveryEvent, Letter, Suppression
from courseapp.vault import texts
from courseapp.vault.models import DataKey
from lessons.drip.models import Choice, Mail, Place
from lessons.reading import replies, sealed_answers
from lessons.reading.models import (
    Access,
    Answer,
    Completed,
    Finished,
    Opened,
    Pause,
    Position,
    Proof,
    Rhythm,
    Unlock,
)
from payments.models import (
    Declaration,
    Dispute,
    Gift,
    Invoice,
    Offer,
    Order,
    Payment,
    Product,
    Refund,
    StaffGrant,
    Withdrawal,
)
from tests.factories import NOW, lessons_of, live, make_course, make_enrolment, make_reader
from tests.lessons.drip.writing import make_sequence, make_step

if TYPE_CHECKING:
    from django.db.models import Model

    from courseapp.accounts.models import User
    from lessons.content.models import Lesson
    from lessons.reading.models import Enrolment

WRITTEN = "Ik werd stil toen het fijn was."


def make_person(email: str = "noor@example.org") -> User:
    """With one of everything; see ``rows_of``."""
    user = make_reader(email=email, last_login=NOW)
    _account(user)
    _mail(user)
    follow(user)
    _buying(user)
    return user


def rows_of(user: User) -> dict[str, Model]:
    """The row of each table that holds something of this person, by the table's label."""
    enrolment = user.enrolments.get()
    order = Order.objects.get(buyer=user)
    payment = order.payments.get()
    letter = Letter.objects.get(to=user.email)
    rows: list[Any] = [
        user,
        user.consents.latest("pk"),
        EmailAddress.objects.get(user=user),
        Authenticator.objects.get(user=user),
        UserSession.objects.get(user=user),
        Handover.objects.get(person=user),
        Leaving.objects.get(person=user),
        letter,
        Attachment.objects.get(letter=letter),
        Suppression.objects.get(address_hash=suppression.hash_of(user.email)),
        DeliveryEvent.objects.get(address_hash=suppression.hash_of(user.email)),
        enrolment,
        *(
            model.objects.get(enrolment=enrolment)
            for model in (
                Opened,
                Finished,
                Completed,
                Unlock,
                Position,
                Rhythm,
                Pause,
                Answer,
                Proof,
            )
        ),
        *(model.objects.get(reader=user) for model in (Place, Mail, Choice, Access, StaffGrant)),
        order,
        order.declarations.get(),
        payment,
        payment.refunds.get(),
        payment.disputes.get(),
        order.invoices.get(),
        Gift.objects.get(order=order),
        Withdrawal.objects.get(order=order),
        DataKey.objects.get(owner=user.uuid),
    ]
    return {row._meta.label: row for row in rows}


def _account(user: User) -> None:
    consents.give(user=user, purpose="progress", wording="Ja, graag", place="cursus", now=NOW)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "GEHEIM"})
    UserSession.objects.create(
        user=user, ip="192.0.2.1", session_key=uuid.uuid4().hex, user_agent="Telefoon", data={}
    )
    Handover.objects.create(
        person=user, asked_at=NOW, made_at=NOW, expires_at=NOW + timedelta(days=1)
    )

    Leaving.objects.create(person=user, asked_at=NOW, due_at=NOW, came_back_at=NOW)


def _mail(user: User) -> None:
    letter = Letter.objects.create(
        uuid=uuid.uuid4(), key=f"k{user.pk}", message_id="<m>", stream="receipt", priority=1,
        to=user.email, subject="Onderwerp", text="Tekst", html="<p>Tekst</p>",
        created_at=NOW, sent_at=NOW,
    )  # fmt: skip
    Attachment.objects.create(letter=letter, kind="invoice", key="1", name="factuur.pdf")
    hashed = suppression.hash_of(user.email)
    Suppression.objects.create(address_hash=hashed, scope="offers", reason="asked", at=NOW)
    DeliveryEvent.objects.create(
        event_id=f"e{user.pk}", kind="delivered", address_hash=hashed, message_id="m1",
        at=NOW, received_at=NOW,
    )  # fmt: skip


def follow(user: User) -> None:
    course = make_course(modules=1, lessons=2)
    enrolment, lesson, edition = make_enrolment(user, course), lessons_of(course)[0], live(course)
    fact: dict[str, Any] = {"enrolment": enrolment, "lesson": lesson, "edition": edition, "at": NOW}
    Unlock.objects.filter(enrolment=enrolment).delete()
    Unlock.objects.create(enrolment=enrolment, lesson=lesson, opens_at=NOW)
    Opened.objects.create(**fact)
    Finished.objects.create(**fact)
    Completed.objects.create(enrolment=enrolment, edition=edition, at=NOW)
    Position.objects.create(enrolment=enrolment, lesson=lesson, block=uuid.uuid4(), at=NOW)
    Rhythm.objects.create(enrolment=enrolment, hour=time(7), opened_all_at=NOW)
    Proof.objects.create(number=f"P-{user.pk}", enrolment=enrolment, name="Noor", made_at=NOW)
    Pause.objects.create(enrolment=enrolment, begins_at=NOW, ends_at=NOW, asked_at=NOW)
    _answer(user, enrolment, lesson)
    Access.objects.create(reader=user, course=course, source="gift:7", granted_at=NOW)
    Choice.objects.create(
        reader=user, course=course, about="nudges", wanted=True, way="page", at=NOW
    )
    sequence = make_sequence(course, make_step())
    assert sequence.live is not None
    place = Place.objects.create(
        reader=user, sequence=sequence, enrolment=enrolment, started_at=NOW, planned_at=NOW
    )
    Mail.objects.create(
        place=place, reader=user, version=sequence.live, step_key="een", kind="lesson",
        due_at=NOW, day=date(2026, 11, 22), decided_at=NOW, state="sent", letter=uuid.uuid4(),
    )  # fmt: skip


def _answer(user: User, enrolment: Enrolment, lesson: Lesson) -> None:
    name = uuid.uuid4()
    said = replies.Written(heading="Kop", question="Wat merkte je?", text=WRITTEN)
    sealed = texts.write(
        owner=user.uuid, place=sealed_answers.place_of(name), text=replies.as_text(said), now=NOW
    )
    Answer.objects.create(
        id=name, enrolment=enrolment, lesson=lesson, lesson_title="Les", block=uuid.uuid4(),
        kind="reflection", sealed=sealed, began_at=NOW, saved_at=NOW,
    )  # fmt: skip


def _buying(user: User) -> None:
    product = Product.objects.create(slug=f"p{user.pk}", title=f"Training {user.pk}")
    offer = Offer.objects.create(product=product, amount=14_900, valid_from=NOW)
    order = Order.objects.create(
        number=f"T-{user.pk}", buyer=user, email=user.email, language="nl", offer=offer,
        total=14_900, currency="eur", vat_mode="nl21", vat_rate=2100, terms_version="a" * 64,
        placed_at=NOW, state="paid", paid_amount=14_900, paid_at=NOW, contract="concluded",
        country_evidence={"card": "NL"},
    )  # fmt: skip
    Declaration.objects.create(order=order, kind="adult", text="Ik ben 18 of ouder", at=NOW)
    payment = Payment.objects.create(
        intent_id=f"pi_{user.pk}", order=order, amount=14_900, currency="eur", status="succeeded",
        method="ideal", paid_at=NOW,
    )  # fmt: skip
    Refund.objects.create(
        stripe_id=f"re_{user.pk}", payment=payment, amount=100, status="succeeded", origin="staff",
        reason="Te laat", asked_at=NOW,
    )  # fmt: skip
    Dispute.objects.create(
        stripe_id=f"dp_{user.pk}", payment=payment, amount=14_900, status="lost", reason="fraud"
    )
    Invoice.objects.create(
        number=f"F-{user.pk}", order=order, kind="invoice", cause=f"sale:{user.pk}",
        content={"total": 14_900}, issued_at=NOW,
    )  # fmt: skip
    Gift.objects.create(order=order, code=f"CODE-{user.pk}")
    Withdrawal.objects.create(
        order=order, name="Noor", contract=order.number, email=user.email, submitted_at=NOW
    )
    StaffGrant.objects.create(reader=user, product=product, reason="Proef", at=NOW)
