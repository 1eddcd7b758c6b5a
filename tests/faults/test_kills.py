"""What a run of kills plans. The kills themselves take minutes: ``make faults --only kills``."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.faults.kills import killing


@pytest.mark.once
def test_the_same_seed_plans_the_same_blows() -> None:
    def planned(seed: int) -> list[killing.Blow]:
        return killing.planned(200, "postgresql", random.Random(seed))  # noqa: S311 -- no secret.

    blows = planned(1)
    kills = Counter(target for blow in blows for target in blow.targets)

    assert planned(1) == blows != planned(2)
    assert kills.total() == 200
    assert set(kills) == set(killing.WEIGHTS["postgresql"])
