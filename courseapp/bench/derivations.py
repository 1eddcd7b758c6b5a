"""How long deriving a course takes, and whether it grows as the article does."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

from courseapp.bench.material import words
from lessons.content import article as articles
from lessons.content import derivation

WORDS_A_PAGE = 500
SECTIONS_A_PAGE = 3


def article(pages: int) -> str:
    """An article as somebody pastes it: headings, paragraphs, a list, a quote."""
    chance = random.Random(pages)  # noqa: S311 -- words to measure with keep no secret.
    parts: list[str] = [words(chance, 4).rstrip(".")]
    for _ in range(pages * SECTIONS_A_PAGE):
        parts.append(words(chance, chance.randint(3, 7)).rstrip("."))
        parts += [words(chance, 45), words(chance, 40)]
        parts.append("\n".join(f"• {words(chance, 8)}" for _ in range(4)))
        parts.append(f"“{words(chance, 12)}”")
        parts.append(words(chance, 32))
    return "\n\n".join(parts) + "\n"


def measure(*, pages: int, times: int) -> dict[str, Any]:
    """CPU seconds (median) to parse and derive an article of so many pages, and what came of it."""
    source = article(pages)
    runs: list[float] = []
    for _ in range(times):
        start = time.process_time()
        parsed = articles.parse(source, "text")
        draft = derivation.derive(parsed)
        runs.append(time.process_time() - start)
    return {
        "pages": pages,
        "words": len(source.split()),
        "passages": len(parsed.passages),
        "lessons": sum(len(module.lessons) for module in draft.modules),
        "seconds": statistics.median(runs),
    }
