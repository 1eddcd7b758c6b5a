"""The counter that query budgets rely on."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from courseapp.accounts.models import User
from tests.counting import counting


@pytest.mark.django_db
def test_each_statement_counts_once() -> None:
    with counting() as count:
        list(User.objects.all())
        User.objects.filter(email="nobody@example.org").exists()

    assert int(count) == 2, count


@pytest.mark.django_db
def test_the_frame_of_a_transaction_does_not_count() -> None:
    with counting() as count, transaction.atomic(), transaction.atomic():
        User.objects.count()

    assert int(count) == 1, count
    assert "SELECT COUNT" in str(count)


@pytest.mark.django_db(transaction=True)
def test_an_outermost_transaction_does_not_count_either() -> None:
    with counting() as count, transaction.atomic():
        User.objects.count()

    assert int(count) == 1, count


@pytest.mark.django_db
def test_statements_written_by_hand_count() -> None:
    with counting() as count, connection.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert count.statements == ["SELECT 1"]


@pytest.mark.django_db
def test_nothing_counts_after_the_block() -> None:
    with counting() as count:
        pass
    User.objects.count()

    assert int(count) == 0
