from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseapp.accounts import addresses

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna@Example.ORG ", "anna@example.org"),
        ("anna@Bücher.nl", "anna@xn--bcher-kva.nl"),
        ("\ufeffanna@example.org\u200b", "anna@example.org"),
        ("\uff41nna@example.org", "anna@example.org"),
        ("anna@example\u3002org", "anna@example.org"),
        ("anna", "anna"),
        ("", ""),
    ],
)
def test_one_mailbox_has_one_spelling(typed: str, kept: str) -> None:
    assert addresses.tidy(typed) == kept


@given(st.text(max_size=80))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once = addresses.tidy(text)
    assert addresses.tidy(once) == once
