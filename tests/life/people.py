"""A person as the story knows them: what they did, said and were promised, kept beside the site."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

    from courseapp.accounts.models import User

# A lesson and a block in it.
Place = tuple[UUID, UUID]


@dataclass(frozen=True)
class Gone:
    """An account that was erased, and the words that went with it."""

    uuid: UUID
    key: int
    at: datetime
    words: frozenset[str]


@dataclass
class Person:
    """Somebody with an address; ``user`` is their account, None before the first and after each.

    ``wrote`` is the text they last kept at each place, ``ticked`` what they recognised each time,
    ``facts`` and ``promised`` what the site showed them, which it may add to and never change.
    """

    email: str
    user: User | None = None
    agreed: bool = False
    stopped_at: datetime | None = None
    left_at: datetime | None = None
    wrote: dict[Place, str] = field(default_factory=dict)
    ticked: dict[tuple[Place, int], frozenset[int]] = field(default_factory=dict)
    facts: dict[tuple[str, UUID, UUID | None], datetime] = field(default_factory=dict)
    promised: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)

    @property
    def here(self) -> User | None:
        """The account, unless its owner is leaving."""
        return self.user if self.left_at is None else None

    def forget(self, now: datetime) -> None:
        """The account is gone; what hung on it is no longer theirs."""
        assert self.user is not None
        last = Gone(self.user.uuid, self.user.pk, now, frozenset(self.wrote.values()))
        fresh = Person(self.email, gone=[*self.gone, last])
        self.__dict__.update(fresh.__dict__)
