"""A text as it is checked: plain signs at the same places, cut into sentences and their parts."""

import re
from bisect import bisect_right

from marketplace.needs import linting_words as words

LONGEST_SENTENCE = 300
# Full-width signs as ASCII, one for one, so that a place in the plain text is the same place in the text.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0xA0: " ",
    0x2267: "≥",
    0x2266: "≤",
    9: " ",
}
_SENTENCE = re.compile(rf"[^。;!?\n]{{1,{LONGEST_SENTENCE}}}[。;!?\n]?|[。;!?\n]")
_PART = re.compile(rf"[^。;!?\n,]{{1,{LONGEST_SENTENCE}}}[。;!?\n,]?|[。;!?\n,]")


class Page:
    """The text of a draft; `plain` is as long as the text itself."""

    def __init__(self, text: str) -> None:
        self.original = text
        self.plain = words.WRAPPED.sub(" ", text.translate(_PLAIN))
        self._sentences = [found.start() for found in _SENTENCE.finditer(self.plain)]
        self._parts = [found.start() for found in _PART.finditer(self.plain)]

    def sentence(self, place: int) -> str:
        """The sentence around a place, at most LONGEST_SENTENCE long."""
        return self.plain[slice(*self.sentence_span(place))]

    def part(self, place: int) -> str:
        """What stands between commas around a place."""
        return self.plain[slice(*self.part_span(place))]

    def sentence_span(self, place: int) -> tuple[int, int]:
        """Where the sentence around a place begins and ends."""
        return self._span(self._sentences, place)

    def part_span(self, place: int) -> tuple[int, int]:
        """Where the part of a sentence around a place begins and ends."""
        return self._span(self._parts, place)

    def _span(self, starts: list[int], place: int) -> tuple[int, int]:
        after = bisect_right(starts, place)
        return starts[after - 1] if after else 0, starts[after] if after < len(starts) else len(self.plain)
