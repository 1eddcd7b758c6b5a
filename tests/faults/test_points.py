"""No boundary of the product goes without a fault point, and the faults are felt."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.faults import fuses, points
from tests.test_architecture import ROOT, code, dotted, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.once]
APART = ("courseapp/bench/", "payments/sandbox/")
# So many cases, of chance, besides one of each kind.
SAMPLE = 9
# Blocks that no story passes, each with its reason.
UNTOLD = {
    "courseapp.backup.transferring.": "by command, onto an empty database: tests/courseapp/backup",
    "courseapp.accounts.readdressing.": "the inner half of payments.helping.correcting.address",
    "courseapp.accounts.second_step.reset": "by command, one row",
    "courseapp.accounts.staff.hire": "by command, before anybody is there",
    "courseapp.post.events.take": "a provider tells again what was not answered",
    "courseapp.post.allowance.moments": "only where MAIL_PER_DAY is set: one counter",
    "lessons.content.importing.": "an article with its course, by the API; drafting is told",
    "lessons.content.merging.merge": "one block within another wording; revisions are told",
    "lessons.content.outside.notice": "which links there are, found again each night",
    "lessons.content.rehearsal.": "always taken back",
    "lessons.content.revisions.": "one row within a wording that is told",
    "lessons.content.site_pages.drop_changes": "the same act as restoring, which is told",
    "lessons.content.editing.insist": "the same act as saving, which is told",
    "lessons.content.editing.rework": "likewise",
    "lessons.content.transfer.": "a course folder, by command: taken in again it changes nothing",
    "lessons.drip.transfer.": "likewise",
    "lessons.drip.taking_in.": "likewise",
    "lessons.management.": "likewise",
    "lessons.drip.founding.change": "one row, as beginning one, which is told",
    "lessons.drip.noticing.look_again": "the inner half of what a reader or staff choose",
    "lessons.drip.offers.confirm": "one row; asking and withdrawing are told",
    "lessons.drip.trying.send": "a mail to who tries it, of whom it is asked again",
    "lessons.drip.waiting.try_again": "one update, again as often as somebody likes",
    "payments.helping.correcting.": "one account; readers' own change goes through allauth",
    "payments.helping.easing.resume_mails": "one row, as choosing mail, which is told",
    "payments.helping.resending.": "as sending a confirmation again, which is told",
    "payments.refunds.settle": "one row that says what a person did at the bank",
    "payments.withdrawal.": "what staff decide of a statement; submitting one is told",
}


def blocks() -> Iterator[str]:
    """Each function of the product that has a ``transaction.atomic`` block, by its dotted name."""
    for file in code():
        if not file.as_posix().startswith(APART):
            yield from _within(file, tree_of(file), [])


def _within(file: Path, node: ast.AST, above: list[str]) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            if any(
                isinstance(one, ast.Call) and dotted(one.func) == "transaction.atomic"
                for one in ast.walk(child)
            ):
                module = file.with_suffix("").as_posix().replace("/", ".")
                yield ".".join([module, *above, child.name])
        elif isinstance(child, ast.ClassDef):
            yield from _within(file, child, [*above, child.name])
        else:
            yield from _within(file, child, above)


def test_every_boundary_has_a_point_and_a_sample_of_faults_is_lived_through() -> None:
    """One process for both: getting it warm takes longer than what it does."""
    with points.nursery("sqlite") as warm:
        usual = warm.rehearse()
        assert {name: one["wrong"] for name, one in usual.items() if one["wrong"]} == {}
        found = points.points_of(usual)
        _has_all(found)
        _tells_good_from_bad(warm)
        wanted = points.sample(points.cases_of(found), SAMPLE, seed=7)
        wrong = {
            f"{one['point']} [{one['fault']}, {one['story']}]": told
            for one in warm.play(wanted)
            if (told := points.judged(one, usual))
        }
    assert wrong == {}


def _tells_good_from_bad(warm: points.Nursery) -> None:
    """Controls: what was acknowledged and lost, and what was done twice, is seen."""
    point = "payments.ordering.set_price: after the commit"
    played = list(
        warm.play([("lying", "", "kill"), ("pressing twice", "", "kill"),
                   ("pressing twice", point, "kill")])
    )  # fmt: skip
    lying = [one for one in played if one["story"] == "lying"]
    usual = {one["story"]: one for one in played if not one["point"]}
    (twice,) = [one for one in played if one["point"]]
    assert "a finished lesson is not finished" in lying[0]["wrong"]
    assert any("payments.Offer" in one for one in points.judged(twice, usual))


def _has_all(found: dict[str, str]) -> None:
    assert len(found) >= points.LEAST
    passed = {name.partition(":")[0] for name in found}
    untold = {name for name in blocks() if name not in passed}
    assert {name for name in untold if not name.startswith(tuple(UNTOLD))} == set()
    assert {why for why in UNTOLD if not any(name.startswith(why) for name in untold)} == set()
    unreached = set(fuses.FOREIGN) - passed
    assert unreached == set(fuses.ELSEWHERE)


def test_foreign_calls_are_those_of_the_files_that_make_them() -> None:
    """Every function of the gateway that asks Stripe is listed."""
    gateway = tree_of((ROOT / "payments/gateway.py").relative_to(ROOT))
    asking = {
        f"payments.gateway.{one.name}"
        for one in gateway.body
        if isinstance(one, ast.FunctionDef)
        and not one.name.startswith("_")
        and any(isinstance(inner, ast.Call) and dotted(inner.func) in {"_client", "_session"}
                for inner in ast.walk(one))
    }  # fmt: skip
    assert asking - set(fuses.FOREIGN) - {"payments.gateway.ask"} == set()
