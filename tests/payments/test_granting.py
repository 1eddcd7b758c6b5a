"""Access that staff give: beside every other right, for a reason, until it is ended."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.apps import apps

from courseapp import privacy
from courseapp.accounts.models import AuditEntry
from lessons.reading import access
from lessons.reading.models import Access
from payments import granting, ordering, reasons
from payments.models import Order, Product, StaffGrant
from tests.databases import with_keys
from tests.factories import NOW, make_course, make_reader

if TYPE_CHECKING:
    from courseapp.accounts.models import User

pytestmark = with_keys


@pytest.fixture
def product() -> Product:
    made = Product.objects.create(slug="kiezen", title="Kiezen met helderheid")
    made.courses.add(make_course(access="granted"), make_course(access="granted"))
    return made


@pytest.fixture
def owner() -> User:
    return make_reader(is_staff=True, is_owner=True)


def give(product: Product, owner: User, email: str) -> StaffGrant:
    return granting.grant(
        reader_email=email, product=product, by=owner, reason="Proeflezer", now=NOW
    )


def test_who_is_given_a_product_may_read_all_it_opens_and_the_act_is_written_down(
    product: Product, owner: User
) -> None:
    reader = make_reader(email="noor@example.org")
    made = give(product, owner, " Noor@Example.org ")

    assert ordering.owns(reader, product)
    assert {one.source for one in Access.objects.filter(reader=reader)} == {f"staff:{made.pk}"}
    entry = AuditEntry.objects.get(act="grant.given")
    assert (entry.by, entry.target) == (owner, str(made.pk))
    assert "noor" not in f"{entry.name}{entry.after}"


def test_ending_it_ends_this_right_and_no_other(product: Product, owner: User) -> None:
    reader = make_reader()
    other = Product.objects.create(slug="anders", title="Anders")
    other.courses.set(product.courses.all())
    made, beside = give(product, owner, reader.email), give(other, owner, reader.email)

    granting.end(grant=made, by=owner, now=NOW)
    granting.end(grant=made, by=owner, now=NOW)
    assert ordering.owns(reader, product)
    assert AuditEntry.objects.filter(act="grant.ended").count() == 1

    granting.end(grant=beside, by=owner, now=NOW)
    assert not ordering.owns(reader, product)


def test_once_ended_it_can_be_given_again_and_twice_at_once_it_cannot(
    product: Product, owner: User
) -> None:
    reader = make_reader()
    made = give(product, owner, reader.email)
    with pytest.raises(granting.AlreadyGranted) as refused:
        give(product, owner, reader.email)
    assert str(refused.value) == "Diegene heeft deze toegang al gekregen."

    granting.end(grant=made, by=owner, now=NOW)
    give(product, owner, reader.email)
    assert ordering.owns(reader, product)


@pytest.mark.parametrize("email", ["", "nobody@example.org", "new@example.org", "gone@example.org"])
def test_nobody_is_given_anything_who_never_came_in(
    product: Product, owner: User, email: str
) -> None:
    make_reader(email="new@example.org", confirmed_at=None)
    make_reader(email="gone@example.org", is_active=False)
    with pytest.raises(granting.NoAccount) as refused:
        give(product, owner, email)
    assert str(refused.value) == (
        "Diegene heeft nog geen account. Vraag om één keer in te loggen; dan kun je toegang geven."
    )


def test_a_grant_is_kept_with_who_gave_it_why_and_when_and_found_again(
    product: Product, owner: User, django_assert_num_queries: Any
) -> None:
    reader, other = make_reader(), make_reader(is_staff=True, is_owner=True)
    made = give(product, owner, reader.email)
    with django_assert_num_queries(1):
        found = granting.get(grant=made.pk)
        assert (found.reader, found.product, found.by, found.ended_by) == (
            *(reader, product, owner),
            None,
        )
    assert (found.reason, found.at, found.ended_at) == ("Proeflezer", NOW, None)
    assert {one.granted_at for one in Access.objects.filter(source=made.source)} == {NOW}
    assert AuditEntry.objects.get(act="grant.given").name == product.title

    later = NOW + timedelta(days=1)
    granting.end(grant=made, by=other, now=later)
    with django_assert_num_queries(1):
        ended = granting.get(grant=made.pk)
        assert (ended.ended_by, ended.ended_at) == (other, later)
    assert {one.revoked_at for one in Access.objects.filter(source=made.source)} == {later}
    entry = AuditEntry.objects.get(act="grant.ended")
    assert (entry.by, entry.target, entry.at, entry.name) == (
        *(other, str(made.pk), later),
        product.title,
    )

    again = granting.end(grant=made, by=owner, now=later + timedelta(days=1))
    assert (again.ended_by, again.ended_at) == (other, later)
    with pytest.raises(granting.GrantNotFound) as refused:
        granting.get(grant=uuid4())
    assert str(refused.value) == "Die toegang is er niet."


def test_the_grants_of_others_stay(product: Product, owner: User) -> None:
    one, other = make_reader(), make_reader()
    made, beside = give(product, owner, one.email), give(product, owner, other.email)
    granting.end(grant=made, by=owner, now=NOW)

    beside.refresh_from_db()
    assert (beside.ended_at, ordering.owns(other, product)) == (None, True)


def test_without_a_reason_nothing_is_given(product: Product, owner: User) -> None:
    with pytest.raises(reasons.NoReason):
        granting.grant(
            reader_email=make_reader().email, product=product, by=owner, reason=" \n ", now=NOW
        )


def test_it_is_handed_over_and_goes_with_the_account(product: Product, owner: User) -> None:
    reader = make_reader()
    give(product, owner, reader.email)
    (told,) = privacy.export_person(reader)["orders"]["grants"]
    assert told["reason"] == "Proeflezer"

    privacy.erase_person(reader, now=NOW)
    assert not StaffGrant.objects.exists()
    assert not Access.objects.exists()


def test_rights_of_gifts_that_were_named_after_orders_are_named_after_gifts(
    product: Product,
) -> None:
    """What migration 0005 does, and back."""
    naming = import_module("payments.migrations.0005_gifts_named")
    ordering.set_price(product=product, amount=100, by=None, now=NOW)
    course, reader = product.courses.first(), make_reader()
    assert course is not None
    sold, gift = (
        Order.objects.create(
            number=number, buyer=reader, email=reader.email, language="nl", is_gift=is_gift,
            offer=product.offers.get(), total=100, currency="eur", vat_mode="nl21", vat_rate=2100,
            terms_version="x", placed_at=NOW,
        )
        for number, is_gift in (("A", False), ("B", True))
    )  # fmt: skip
    for order in (sold, gift):
        access.grant(reader=reader, course=course, source=f"order:{order.pk}", now=NOW)

    naming.name_gifts(apps, None)
    assert set(Access.objects.values_list("source", flat=True)) == {sold.source, gift.source}
    naming.name_orders(apps, None)
    assert not Access.objects.filter(source=gift.source).exists()
