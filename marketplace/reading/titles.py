"""A title out of a text that has none."""

import re

LONGEST_TITLE = 60
_TITLE_ENDS = re.compile(r"[。;；!！?？\n]")
_EDGES = " 、,:，："
_COMMA = re.compile(r"[,:、，：]")
# The number of a heading; not the 1 of "1.5 m", nor a year.
_NUMERAL = r"(?:[一二三四五六七八九十]{1,3}|\d{1,2})"
_NUMBERED = re.compile(rf"^(?:[#*\s]+|[(（]?{_NUMERAL}(?:[、)）]|[.．](?!\d))\s*)+")


def title_of(text: str) -> str:
    """What a text's first line says, without its number, cut where the sentence ends; at most 60 signs."""
    line = next((line.strip() for line in text.split("\n") if len(line.strip()) >= 2), text.strip())
    line = _NUMBERED.sub("", line)
    first = _TITLE_ENDS.split(line)[0].strip(_EDGES)
    if len(first) > LONGEST_TITLE:
        first = _COMMA.split(first)[0]
    return (first if len(first) >= 2 else line)[:LONGEST_TITLE]
