"""Text as search sees it: one normal form, words, pairs of characters and pinyin, with their places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import rjieba

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_RUN = f"[{HAN}]+"
_LETTER = f"(?![{HAN}])[^\\W_]"
_PLAIN_RUN = f"(?:{_LETTER})+(?:[-./_·](?:{_LETTER})+)*"
_PIECE = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+|[^\W_]")
LATIN = re.compile(r"[a-z]+")

UNITS = {
    "千瓦": "kw",
    "兆瓦": "mw",
    "千伏安": "kva",
    "千伏": "kv",
    "毫米": "mm",
    "厘米": "cm",
    "公里": "km",
    "千米": "km",
    "公斤": "kg",
    "千克": "kg",
    "毫克": "mg",
    "立方米/小时": "m3h",
    "立方米每小时": "m3h",
    "方/小时": "m3h",
    "立方米": "m3",
    "平方米": "m2",
    "兆帕": "mpa",
    "小时": "h",
    "分钟": "min",
    "毫升": "ml",
    "分贝": "db",
    "流明": "lm",
    "赫兹": "hz",
    "摄氏度": "°c",
    "千牛": "kn",
    "米/秒": "ms",
    "m3/h": "m3h",
    "m³/h": "m3h",
    "km/h": "kmh",
    "m/s": "ms",
    "l/min": "lmin",
    "l/s": "ls",
    "l/h": "lh",
    "mg/m3": "mgm3",
    "db(a)": "db",
    "kwh": "kwh",
    "kva": "kva",
    "kv": "kv",
    "kw": "kw",
    "mw": "mw",
    "mpa": "mpa",
    "kpa": "kpa",
    "pa": "pa",
    "bar": "bar",
    "mm": "mm",
    "cm": "cm",
    "km": "km",
    "m3": "m3",
    "m2": "m2",
    "kg": "kg",
    "mg": "mg",
    "kn": "kn",
    "db": "db",
    "hz": "hz",
    "khz": "khz",
    "mhz": "mhz",
    "ghz": "ghz",
    "ppm": "ppm",
    "lm": "lm",
    "min": "min",
    "ml": "ml",
    "ah": "ah",
    "mah": "mah",
    "°c": "°c",
    "%": "%",
    "w": "w",
    "v": "v",
    "a": "a",
    "m": "m",
    "g": "g",
    "t": "t",
    "l": "l",
    "h": "h",
    "s": "s",
}
"""How a unit may be written after a number → the one spelling it is indexed under."""

SHORT_UNITS = {"米": "m", "吨": "t", "升": "l", "瓦": "w", "伏": "v", "克": "g", "秒": "s"}
"""Units of one character: before another character they may be part of a word, both readings are indexed."""


def _alternatives(spellings: Iterable[str]) -> str:
    return "|".join(re.escape(one) for one in sorted(spellings, key=len, reverse=True))


_QUANTITY = (
    rf"(?<![^\W{HAN}])(?P<number>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)(?P<gap>\s?)"
    rf"(?:(?P<unit>{_alternatives(UNITS)})(?![a-z0-9])|(?P<short>{_alternatives(SHORT_UNITS)}))"
)
_TOKEN = re.compile(f"(?P<han>{_HAN_RUN})|(?P<quantity>{_QUANTITY})|(?P<plain>{_PLAIN_RUN})")
MAX_WORD = 40
MAX_PIECES = 5


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in its normal form. `offsets` names each character's place in the original, or None when
    every character stayed where it was."""

    text: str
    offsets: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original text of a place in the normal form, end excluded."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Token:
    """A word and its place in the normal form. A `part` of a larger word is indexed, but not asked for."""

    text: str
    start: int
    end: int
    part: bool = False


@lru_cache(maxsize=1)
def _table() -> dict[int, str | None]:
    """Traditional to simplified characters (OpenCC), with blanks for control characters."""
    table: dict[int, str | None] = {code: " " for code in (*range(32), *range(127, 160), 0x3000)}
    table |= {code: None for code in (0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)}
    table[ord("ς")] = "σ"
    source = resources.files("opencc").joinpath("dictionary/TSCharacters.txt")
    for line in source.read_text(encoding="utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        if simplified and len(traditional) == 1:
            table[ord(traditional)] = simplified.split()[0]
    return table


def normalise(original: str) -> Normalised:
    """NFKC, lower case and simplified characters, remembering where each character came from."""
    if unicodedata.is_normalized("NFKC", original):
        text = original.lower().translate(_table())
        if len(text) == len(original):
            return Normalised(text)
    pieces: list[str] = []
    offsets: list[int] = []
    for start, cluster in _clusters(original):
        folded = unicodedata.normalize("NFKC", cluster).lower().translate(_table())
        pieces.append(folded)
        offsets.extend([start] * len(folded))
    return Normalised("".join(pieces), tuple(offsets))


def _clusters(text: str) -> Iterable[tuple[int, str]]:
    """Each character with the combining marks that follow it."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not unicodedata.combining(text[place]):
            yield start, text[start:place]
            start = place


@lru_cache(maxsize=4)
def _jieba_with(dictionary: tuple[str, ...]) -> rjieba.Jieba:
    # 34 MiB and 0.14 s each: shared by every cutter of the process that has the same dictionary.
    jieba = rjieba.Jieba()
    for word in dictionary:
        jieba.add_word(normalise(word).text, 20_000, "n")
    return jieba


class Cutter:
    """Cuts normalised text into words with jieba's dictionary and the collection's own."""

    def __init__(self, dictionary: Sequence[str] = ()) -> None:
        self._dictionary = tuple(dictionary)
        self._pieces = lru_cache(maxsize=100_000)(self._cut_again)

    @property
    def _jieba(self) -> rjieba.Jieba:
        return _jieba_with(self._dictionary)

    def knows(self, word: str) -> bool:
        """Whether the dictionary has this word."""
        return self._jieba.has_word(word)

    def tokens(self, text: str) -> list[Token]:
        """Every word of a normalised text, in order; parts follow the word they belong to."""
        found: list[Token] = []
        for match in _TOKEN.finditer(text):
            if match["han"]:
                found.extend(self._han(match["han"], match.start()))
            elif match["quantity"]:
                found.extend(self._quantity(match, text))
            else:
                found.extend(_plain(match["plain"], match.start()))
        return found

    def words(self, text: str) -> list[str]:
        """The words a text is found by, each once, in order of appearance. The text is normalised here."""
        return list(dict.fromkeys(token.text for token in self.tokens(normalise(text).text)))

    def asked(self, text: str) -> list[str]:
        """The words a query asks for: as `words`, without the parts of larger words."""
        return list(dict.fromkeys(t.text for t in self.tokens(normalise(text).text) if not t.part))

    def _han(self, run: str, start: int, part: bool = False) -> Iterable[Token]:
        for word in self._jieba.cut(run, False):
            for piece in self._pieces(word) if len(word) > 2 else (word,):
                yield Token(piece, start, start + len(piece), part)
                start += len(piece)

    def _cut_again(self, word: str) -> tuple[str, ...]:
        """A long word as dictionary words of two, then three characters: 呼吸 + 器, 待 + 处理."""
        known = self._jieba.has_word
        pieces, place = [], 0
        while place < len(word):
            two, three, tail = word[place : place + 2], word[place : place + 3], word[place + 1 : place + 3]
            whole_three = len(three) == 3 and known(three) and not known(tail)
            size = 2 if len(two) == 2 and known(two) else 3 if whole_three else 1
            pieces.append(word[place : place + size])
            place += size
        return tuple(pieces)

    def _quantity(self, match: re.Match[str], text: str) -> Iterable[Token]:
        """A number with its unit in one spelling; number and unit alone are parts."""
        number = _number(match["number"])
        unit = UNITS.get(match["unit"] or "") or SHORT_UNITS[match["short"]]
        doubtful = bool(match["short"] and re.match(_HAN_RUN, text[match.end() : match.end() + 1]))
        surface = match["unit"] or match["short"]
        place = match.end() - len(surface)
        yield Token(number + unit, match.start(), match.end(), part=doubtful)
        yield Token(number, match.start(), match.end("number"), part=not doubtful)
        if re.match(_HAN_RUN, surface):
            yield from self._han(surface.replace("/", ""), place, part=not doubtful)
        else:
            yield Token(surface.replace("/", ""), place, match.end(), part=not doubtful)


def _number(text: str) -> str:
    text = text.replace(",", "")[: MAX_WORD // 2]
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(run: str, start: int) -> Iterable[Token]:
    """A Latin word, number or model number; every chain of a model number's pieces is a part."""
    pieces = [(m.group(), start + m.start(), start + m.end()) for m in _PIECE.finditer(run)]
    pieces = [(_number(text) if text[0].isdigit() else text, begin, end) for text, begin, end in pieces]
    yield Token("".join(piece[0] for piece in pieces)[:MAX_WORD], start, start + len(run))
    if len(pieces) == 1:
        return
    longest = len(pieces) if len(pieces) <= MAX_PIECES else 1
    for size in range(1, longest + 1):
        for first in range(len(pieces) - size + 1 - (size == len(pieces))):
            chain = pieces[first : first + size]
            yield Token("".join(p[0] for p in chain)[:MAX_WORD], chain[0][1], chain[-1][2], part=True)


def plain_runs(text: str) -> list[str]:
    """The Latin words, numbers and model numbers of a normalised text, as they are written."""
    return re.findall(_PLAIN_RUN, text)


def compact(run: str) -> str:
    """A model number without its separators: mj-pw-50 = mjpw50."""
    return re.sub(r"[-./_·]", "", run)


def plain_words(text: str) -> list[tuple[str, str]]:
    """The Latin words of a normalised text: without separators, and as they are written."""
    return [(compact(run), run) for run in plain_runs(text)]


def bigrams(text: str) -> list[str]:
    """Every pair of neighbouring Chinese characters of a normalised text, each once."""
    pairs = (run[i : i + 2] for run in re.findall(_HAN_RUN, text) for i in range(len(run) - 1))
    return list(dict.fromkeys(pairs))


def characters(text: str) -> list[str]:
    """Every Chinese character of a normalised text, each once."""
    return list(dict.fromkeys("".join(re.findall(_HAN_RUN, text))))


def last_han(text: str) -> int:
    """Where the last Chinese character of a text ends; 0 without one."""
    return max((match.end() for match in re.finditer(_HAN_RUN, text)), default=0)


def syllables(text: str) -> list[str]:
    """The toneless syllables of a normalised text's Chinese characters; others are passed over."""
    from pypinyin import Style, lazy_pinyin  # a quarter of a second to load, needed by few processes

    said = (lazy_pinyin(run, style=Style.NORMAL, errors="ignore") for run in re.findall(_HAN_RUN, text))
    return [syllable.replace("ü", "v") for run in said for syllable in run]


def pinyin_tokens(name: str, joined: tuple[int, int] = (1, 6), initials: tuple[int, int] = (2, 8)) -> list[str]:
    """What a name is found by when typed as pinyin: paishuiche, psc. Bounds are numbers of syllables."""
    said = syllables(normalise(name).text)
    whole = _ngrams(said, *joined)
    return list(dict.fromkeys([*whole, *_ngrams([one[0] for one in said], *initials)]))


def _ngrams(items: Sequence[str], least: int, most: int) -> list[str]:
    sizes = range(least, min(most, len(items)) + 1)
    return ["".join(items[i : i + n]) for n in sizes for i in range(len(items) - n + 1)]
