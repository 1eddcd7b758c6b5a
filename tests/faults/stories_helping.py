"""What staff do for one reader, and for one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tests.faults.founding import person
from tests.faults.stories import enrolled, enrolment
from tests.faults.stories_staff import owner, there
from tests.faults.telling import NOOR, SAM, Step, Story

if TYPE_CHECKING:
    from uuid import UUID

    from tests.faults.telling import Told


def end_pause(_told: Told) -> None:
    from payments.helping import easing

    easing.end_pause(enrolment=enrolment(), by=owner(), now=timezone.now())


def write_again(_told: Told) -> None:
    from payments.helping import easing

    easing.write_again(reader=person(NOOR), by=owner(), now=timezone.now())


def give(_told: Told) -> None:
    from payments.helping import easing
    from payments.models import Product

    easing.give(reader=person(SAM), product=Product.objects.get(), reason="Cadeau", by=owner(),
                now=timezone.now())  # fmt: skip


def take_back(_told: Told) -> None:
    from payments.helping import easing
    from payments.models import StaffGrant

    easing.take_back(grant=StaffGrant.objects.get(), by=owner(), now=timezone.now())


def correct_address(_told: Told) -> None:
    from payments.helping import correcting

    correcting.address(reader=person(SAM), email="sam.nieuw@example.org", way="order",
                       by=owner(), now=timezone.now())  # fmt: skip


def appoint(_told: Told) -> None:
    from courseapp.accounts import staff

    staff.appoint(email="collega@example.org", by=owner(), now=timezone.now())


def colleague() -> UUID:
    return person("collega@example.org").uuid


def promote(_told: Told) -> None:
    from courseapp.accounts import staff

    staff.promote(person=colleague(), by=owner(), now=timezone.now())


def demote(_told: Told) -> None:
    from courseapp.accounts import staff

    staff.demote(person=colleague(), by=owner(), now=timezone.now())


def dismiss(_told: Told) -> None:
    from courseapp.accounts import staff

    staff.dismiss(person=colleague(), by=owner(), now=timezone.now())


def make_token(_told: Told) -> None:
    from courseapp.accounts import tokens
    from courseapp.accounts.models import MachineToken

    tokens.make(
        name="monitor", scopes=[next(iter(MachineToken.Scope))], by=owner(), now=timezone.now()
    )


def revoke_token(_told: Told) -> None:
    from courseapp.accounts import tokens
    from courseapp.accounts.models import MachineToken

    tokens.revoke(token=MachineToken.objects.get().pk, by=owner(), now=timezone.now())


HELPING: tuple[Story, ...] = (
    Story(
        "helping",
        (
            Step("enrolled", outside=enrolled),
            Step("end pause", end_pause),
            Step("write again", write_again),
            Step("give", give),
            Step("take back", take_back),
        ),
    ),
    Story(
        "colleagues",
        (
            Step("appoint", appoint),
            Step("promote", promote),
            Step("demote", demote),
            Step("dismiss", dismiss,
                 is_there=lambda told: not there("accounts.User", is_staff=True,
                                                 email="collega@example.org")(told)),
            Step("make token", make_token, is_there=there("accounts.MachineToken"),
                 is_for_anybody=False),
            Step("revoke token", revoke_token,
                 is_there=there("accounts.MachineToken", revoked_at__isnull=False)),
        ),
    ),
)  # fmt: skip
