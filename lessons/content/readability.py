"""How easily a Dutch text reads: words, sentences, syllables, and Flesch's measure for Dutch.

Flesch-Douma (W.H. Douma, *De leesbaarheid van landbouwbladen*, 1960):
206.84 − 0.77 × syllables per 100 words − 0.93 × words per sentence. Above 60 reads easily.
Pure. The counts are a yardstick for who edits a lesson, not a verdict on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WORDS_PER_MINUTE = 200
LONGEST_SENTENCE = 22  # words; a longer one makes a tired reader start again
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# A sentence ends at its mark, with a closing quote or bracket if there is one, and at a line's end;
# not where a small letter goes on: ‘Kom je?’ vraagt ze.
SENTENCE_END = re.compile(r"(?<=[.!?…])[’”\"')\]]*\s+(?=[^a-zà-ÿ])|\n+")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
MARKUP = re.compile(r"^\s*(?:[-*+]|\d+[.)]|#{1,6}|>)\s+|[*_`]+", re.M)
# The vowels that sound as one, the longest first. A diaeresis starts a syllable of its own.
VOWELS = re.compile(
    r"aai|eeu|ieu|ooi|oei"
    r"|aa|ai|ee|ie|oo|uu|au|ei|eu|oe|ou|ui|ïe|ëe|ëi|üi|éé"
    r"|[aeiouàáâäèéêëìíîïòóôöùúûü]|y(?![aeou])"
)


@dataclass(frozen=True)
class Readability:
    """The figures of one text; ``longest`` is its longest sentence."""

    words: int
    sentences: int
    syllables: int
    longest: str

    @property
    def minutes(self) -> int:
        """Reading time in whole minutes, at least one."""
        return max(1, round(self.words / WORDS_PER_MINUTE))

    @property
    def words_per_sentence(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0

    @property
    def flesch_douma(self) -> float:
        """From about 0 (hard) to 100 (very easy); an empty text has none and gives 0."""
        if not self.words:
            return 0.0
        per_hundred = 100 * self.syllables / self.words
        return 206.84 - 0.77 * per_hundred - 0.93 * self.words_per_sentence


def measure(text: str) -> Readability:
    """The figures of a text in plain words or in the small Markdown of our blocks."""
    sentences = sentences_of(text)
    words = [word for sentence in sentences for word in words_of(sentence)]
    return Readability(
        words=len(words),
        sentences=len(sentences),
        syllables=sum(map(syllables, words)),
        longest=max(sentences, key=lambda sentence: len(words_of(sentence)), default=""),
    )


def plain(text: str) -> str:
    """The text without its Markdown: what a reader sees."""
    return MARKUP.sub("", LINK.sub(r"\1", text))


def sentences_of(text: str) -> list[str]:
    """The sentences, headings and list items, each with at least one word."""
    parts = SENTENCE_END.split(plain(text))
    return [part.strip() for part in parts if WORD.search(part)]


def words_of(text: str) -> list[str]:
    """The words; "e-mail" and "foto's" are one each."""
    return WORD.findall(text)


def syllables(word: str) -> int:
    """The syllables of a Dutch word, by the groups of vowels it is written with; at least one."""
    # "ij" sounds as one vowel, wherever it stands; "qu" has the vowel after it only.
    spelled = word.lower().replace("ij", "ei·").replace("qu", "kw")
    return max(1, len(VOWELS.findall(spelled)))
