"""A text as sentences and clauses, and what of it is wanted, refused, or only told as background."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

SENTENCE_END = "。;!?！？；\n"
_CLAUSE_END = SENTENCE_END + "，,"
_KEEPS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


class Sense(StrEnum):
    """How a clause is meant: asked for, refused by name, or told of what is there already or did not do."""

    WANTED = "wanted"
    REFUSED = "refused"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of text between commas; `start` is its place in the text it was cut from."""

    start: int
    text: str
    sense: Sense = Sense.WANTED

    @property
    def end(self) -> int:
        """The place behind its last character."""
        return self.start + len(self.text)


_NOT_SUPPLY = "采购|购买|购置|配置|接受|考虑|需要|要求|包含|包括|含|要|买|收|报|选|用|算|再买|再配"
_OTHERWISE = "(?:由|在)?(?:其他|其它|别的|另外的?|另一个?)(?:项目|包|标段|渠道)(?:解决|采购|负责)?"
_REFUSED_BEFORE = re.compile(
    r"(?<![一二三四五六七八九十两只])(?:也|亦|均|都|一律|坚决|绝对|千万|请){0,3}"
    r"(?:不要|不接受|不予接受|不得(?:采用|选用|以|用|为)|不采购|不购买|不买|不收|不考虑|不允许|不含|不包括|不包含|勿报|别报|别拿|别给|拒绝|谢绝|"
    r"区别于|有别于|不是|并非|不属于|而非|而不是|不含有|禁止(?:使用|采用))"
    r"(?!(?:低|小|少|大|高|超|多)[于过])"
)
_REFUSED_AFTER = re.compile(
    r"(?:(?:也|亦|均|都|一律|坚决|绝对|就|可|则|通通|统统){0,3}"
    r"(?:不要|不予接受|不接受|不收|不买|不考虑|不行|不算(?:数)?|不合适|不符合(?:要求)?|不满足(?:要求)?|别报|免谈|免报|勿报|不进校园|"
    r"不能(?:顶替|代替|替代|用|算)|不可(?:代替|替代)|除外|"
    r"不在(?:本次|本项目|本包|本标段|此次|这次)?(?:采购|购置|招标|需求)?的?(?:范围|之列)(?:内|之内)?|"
    r"不(?:属于?|列入|纳入|计入)(?:本次|本项目|本包)?(?:采购|购置|招标|报价)?(?:范围|内容)?))[了的吧。]*$"
)
_BACKGROUND = re.compile(
    r"已(?:经)?(?:有|配|建|买|采购|购置|落实|到位|备|另行|具备|安排)|(?:都|全|早就?|已)(?:有了|配齐|配好|搭好|备齐|买了|到位)|"
    r"另(?:行|外)?(?:单独)?(?:采购|购置|建设|配置|招标|解决|购)|配齐了|有了$|[^没要须得具只需应否]有$|有的是$|有[一二两三四五六七八九十几\d]+[台套个件辆条顶]了|"
    + _OTHERWISE
    + "|"
    r"不让|不许|不准|用不着|用不上|不需要|不用[^,。;]{0,6}的|"
    r"(?:进|咬|剪|够|抽|打|拉|顶|切|用|搬|装|开|跑|飞|照|点|塞|挡|吹)不(?:去|动|着|到|上|了|进|出)了?$|没用$|来不及|不让用|不够用|淘汰|报废"
)
_CONTRAST = re.compile(r"(?:与|和|跟|同)[^,。;]{1,14}(?:不同|有别|区别)|(?:不同|有别)于")


def _half(code: int) -> str:
    """The half-width sign for a full-width one, a blank or a number in a circle; itself when that is longer."""
    sign = chr(code)
    if 0xFF01 <= code <= 0xFF5E:
        return chr(code - 0xFEE0)
    folded = " " if sign in "\u3000\xa0\t" else unicodedata.normalize("NFKC", sign)
    return folded if len(folded) == 1 else sign


_WIDE = [0x3000, 0xA0, 0x09, *range(0xFF01, 0xFF5F), *range(0x2460, 0x249C)]
_HALF = {code: _half(code) for code in _WIDE if chr(code) not in "，。；！？、"}


def plain(text: str) -> str:
    """Full-width letters, digits and signs as half-width ones, one character for one, so that places stay."""
    return text.translate(_HALF)


def pieces(text: str, ends: str = _CLAUSE_END) -> Iterator[Clause]:
    """The text cut behind these signs, without them; a comma between digits of a number stays."""
    held = {match.start() for match in _KEEPS.finditer(text)}
    start = 0
    for place, sign in enumerate(text):
        if sign in ends and place not in held:
            if text[start:place].strip():
                yield Clause(start, text[start:place])
            start = place + 1
    if text[start:].strip():
        yield Clause(start, text[start:])


def clauses(text: str) -> list[Clause]:
    """The clauses of a text with how each is meant. A refusal within a clause cuts it in two.

    A list before its verdict (冲锋舟、救生衣去年都配齐了) is one clause; so is one behind it (不采购呼吸机、AED).
    """
    return [part for piece in pieces(plain(text)) for part in _judged(piece)]


def _judged(piece: Clause) -> Iterator[Clause]:
    text = piece.text
    if _REFUSED_AFTER.search(text.rstrip(" )）")) and not _REFUSED_BEFORE.match(text.strip()):
        yield from _after(piece)
        return
    if _CONTRAST.search(text):
        yield Clause(piece.start, text, Sense.REFUSED)
        return
    before = _REFUSED_BEFORE.search(text)
    if before:
        if text[: before.start()].strip():
            yield Clause(piece.start, text[: before.start()], _background_or_wanted(text[: before.start()]))
        if text[before.end() :].strip():
            yield Clause(piece.start + before.end(), text[before.end() :], Sense.REFUSED)
        return
    yield Clause(piece.start, text, _background_or_wanted(text))


def _after(piece: Clause) -> Iterator[Clause]:
    """What stands before a verdict; 只能…的不要 and the like refuse it all."""
    verdict = _REFUSED_AFTER.search(piece.text.rstrip(" )）"))
    body = piece.text[: verdict.start()] if verdict else piece.text
    if body.strip():
        yield Clause(piece.start, body, Sense.REFUSED)


def _background_or_wanted(text: str) -> Sense:
    return Sense.BACKGROUND if _BACKGROUND.search(text) else Sense.WANTED


def wanted(text: str) -> str:
    """What the text asks for or tells of itself, without what it refuses or has already."""
    return ",".join(clause.text for clause in clauses(text) if clause.sense is Sense.WANTED)


def refused(text: str) -> list[Clause]:
    """The things refused by name."""
    return [clause for clause in clauses(text) if clause.sense is Sense.REFUSED]
