"""Tables for a terminal."""

from __future__ import annotations


def verdict(reached: bool) -> str:  # noqa: FBT001
    """What beside a goal tells whether it was reached."""
    return "reached" if reached else "MISSED"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Columns as wide as they need to be; what looks like a figure stands to the right."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    right = [all(row[column][:1].isdigit() for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in [head, *rows]
    ]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])
