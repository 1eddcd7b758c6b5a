"""What goes wrong in the local Stripe, on purpose: webhooks that misbehave, calls that fail."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

How = Literal[
    "500",  # nothing happened, nothing is remembered: the same key may try again
    "500_stored",  # nothing happened, and the idempotency key replays the 500
    "500_after_effect",  # it happened, the answer is a 500, and the key replays the 500
    "429",  # too many calls: nothing happened
    "cut_before",  # the line breaks and nothing happened
    "cut_after_effect",  # it happened and the line breaks; the key replays the good answer
    "garbage",  # it happened; the answer is no JSON
    "slow",  # it takes ``seconds`` before it happens
    "slow_after_effect",  # it happened; the answer takes ``seconds``
    "stale",  # a GET answers with the copy of ``back`` changes ago
]
HOW: tuple[str, ...] = get_args(How)


@dataclass
class Fault:
    """What happens to the next ``times`` calls whose path matches the pattern."""

    path: str
    how: How
    times: int = 1
    seconds: float = 0.0
    back: int = 1
    method: str = "*"

    def hits(self, method: str, path: str) -> bool:
        return fnmatchcase(path, self.path) and fnmatchcase(method, self.method)


@dataclass
class Knobs:
    """All of them; a fresh one does nothing unusual. Seconds throughout."""

    duplicate: int = 0
    shuffle: int | None = None
    delay: float = 0.0
    drop: set[str] = field(default_factory=set)
    hold: bool = False
    retry_after: list[float] = field(default_factory=lambda: [1.0, 2.0, 5.0, 15.0, 60.0, 300.0])
    settle_after: float | None = 15.0
    refund_after: float | None = 5.0
    refunds_fail: bool = False
    clock_skew: float = 0.0
    denied: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def fail(
        self, path: str, how: How, *, times: int = 1, seconds: float = 0.0, method: str = "*"
    ) -> None:
        """Let the next calls to a path (a pattern with ``*``) go wrong in this way."""
        self.faults.append(Fault(path, how, times, seconds, method=method))

    def stale(self, path: str, *, times: int = 1, back: int = 1) -> None:
        """Let the next GETs of a path answer with an older copy of the object."""
        self.faults.append(Fault(path, "stale", times, back=back, method="GET"))

    def denies(self, method: str, path: str) -> bool:
        """Whether the key has no permission for this call."""
        return any(fnmatchcase(f"{method} {path}", pattern) for pattern in self.denied)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that meets this call, counted down; None when all is well."""
        for fault in self.faults:
            if fault.hits(method, path):
                fault.times -= 1
                self.faults = [one for one in self.faults if one.times > 0]
                return fault
        return None

    def reset(self) -> None:
        fresh = Knobs()
        for one in fields(self):
            setattr(self, one.name, getattr(fresh, one.name))

    def told(self) -> dict[str, Any]:
        """All knobs as JSON can say them."""
        return {**asdict(self), "drop": sorted(self.drop), "denied": sorted(self.denied)}

    def turn(self, **wanted: Any) -> None:
        """Turn knobs as JSON names them; ValueError for one that is not there or does not fit."""
        known = {one.name for one in fields(self)}
        if unknown := sorted(set(wanted) - known):
            raise ValueError(f"There is no knob {unknown[0]}.")
        for name, value in wanted.items():
            setattr(self, name, _fitting(name, value))


def _fitting(name: str, value: Any) -> Any:
    if name == "faults":
        return [_fault(one) for one in value]
    if name in {"drop", "denied"}:
        return {str(one) for one in value}
    if name == "retry_after":
        return [float(one) for one in value]
    if name in {"hold", "refunds_fail"}:
        return bool(value)
    if value is None and name in {"shuffle", "settle_after", "refund_after"}:
        return None
    return int(value) if name in {"duplicate", "shuffle"} else float(value)


def _fault(told: dict[str, Any]) -> Fault:
    if told.get("how") not in HOW:
        raise ValueError(f"A fault is one of {', '.join(HOW)}.")
    try:
        return Fault(**told)
    except TypeError as trouble:
        raise ValueError("A fault has path, how, times, seconds, back and method.") from trouble
