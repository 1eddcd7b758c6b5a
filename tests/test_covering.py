"""What `make coverage` holds the figures against."""

from __future__ import annotations

import pytest

from tests import covering

pytestmark = pytest.mark.once


def test_every_module_that_decides_must_be_run_whole() -> None:
    everything = dict.fromkeys(covering.whole(), 100.0)
    assert {"payments/projection.py", "courseapp/vault/sealing.py"} <= set(everything)
    assert covering.short_of(everything, 95.0) == []

    less = {**everything, "payments/projection.py": 99.9}
    assert covering.short_of(less, 95.0) == ["payments/projection.py: 99.9 %, not 100 %"]
    del less["payments/projection.py"]
    assert covering.short_of(less, 94.9) == [
        "all together: 94.9 %, not 95 %",
        "payments/projection.py: 0.0 %, not 100 %",
    ]


def test_a_module_that_moved_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "WHOLE", ("payments/nowhere.py",))
    with pytest.raises(AssertionError, match="nowhere"):
        covering.whole()
