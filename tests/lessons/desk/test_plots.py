"""Plots: bars in proportion, inside their frame, escaped, and told apart without colour."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from lessons.desk import plots
from tests.lessons.pages.opening import the

pytestmark = pytest.mark.once
WORDS = {"name": "p", "title": "T", "description": "D"}


def bar(value: int | None, *, name: str = "n", plain: bool = False) -> plots.Bar:
    return plots.Bar(name, value, str(value), plain=plain)


def rectangles(drawn: str) -> list[dict[str, float]]:
    return [
        {side: float(node.attributes[side] or 0) for side in ("x", "y", "width", "height")}
        for node in HTMLParser(drawn).css("rect")
    ]


def frame(drawn: str) -> tuple[float, float]:
    box = the(HTMLParser(drawn), "svg").attributes["viewBox"] or ""
    _x, _y, width, height = map(float, box.split())
    return width, height


def all_plots() -> list[str]:
    values = (1_200_000, 600_000, 0, None)
    bars = [bar(value) for value in values]
    lines = [plots.LessonBar(str(n), n * 10, (40 - n) * 10, "1.000 · 100%") for n in range(40)]
    return [
        plots.funnel(**WORDS, bars=bars),
        plots.histogram(**WORDS, bars=[*bars, *bars[:3]], unit="dagen"),
        plots.lessons(**WORDS, bars=lines),
    ]


@pytest.mark.parametrize("number", range(3))
def test_everything_is_drawn_inside_the_frame(number: int) -> None:
    drawn = all_plots()[number]
    width, height = frame(drawn)
    assert width == plots.WIDTH
    for one in rectangles(drawn):
        assert one["x"] >= 0
        assert one["y"] >= 0
        assert one["width"] > 0
        assert one["height"] > 0
        assert one["x"] + one["width"] <= width
        assert one["y"] + one["height"] <= height


def test_bars_are_as_long_as_their_values() -> None:
    longest, half, none, untold = rectangles(
        plots.funnel(**WORDS, bars=[bar(200), bar(100), bar(0), bar(None)])
    )
    assert longest["width"] == plots.WIDTH
    assert half["width"] == plots.WIDTH / 2
    assert none["width"] == untold["width"] == plots.LEAST


def test_columns_stand_on_one_ground() -> None:
    columns = rectangles(plots.histogram(**WORDS, bars=[bar(9), bar(3), bar(None)], unit="dagen"))
    assert len({one["y"] + one["height"] for one in columns}) == 1
    assert columns[0]["height"] == 3 * columns[1]["height"]


def test_what_was_lost_follows_what_was_finished() -> None:
    line = plots.LessonBar("1", 60, 40, "60")
    done, lost = rectangles(plots.lessons(**WORDS, bars=[line]))
    assert done["x"] + done["width"] == lost["x"]
    assert abs(done["width"] / lost["width"] - 1.5) < 0.05


def test_kinds_of_bars_differ_by_pattern_and_not_by_colour_alone() -> None:
    drawn = HTMLParser(
        plots.funnel(**WORDS, bars=[bar(9, plain=True), bar(8), bar(None)])
        + plots.lessons(**WORDS, bars=[plots.LessonBar("1", 5, 5, "5")])
    )
    kinds = [(node.attributes["class"], node.attributes.get("fill")) for node in drawn.css("rect")]
    assert kinds == [
        ("amount other", "url(#p-hatch)"),
        ("amount solid", None),
        ("amount untold", None),
        ("amount solid", None),
        ("amount lost", "url(#p-hatch)"),
    ]


def test_words_are_never_markup() -> None:
    words = {"name": "p", "title": "<b>", "description": "<i>"}
    drawn = plots.funnel(**words, bars=[bar(1, name="<script>")])
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert "<i>" not in drawn


def test_nothing_at_all_can_be_drawn() -> None:
    assert frame(plots.funnel(**WORDS, bars=[])) == (plots.WIDTH, 0)
    assert rectangles(plots.lessons(**WORDS, bars=[])) == []
