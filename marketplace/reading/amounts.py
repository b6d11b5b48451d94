"""Amounts in running text: number, unit, and whether at least, at most or exactly that much is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from marketplace.kit import quantities
from marketplace.kit.quantities import Unit

AT_LEAST, AT_MOST, EQUAL = ">=", "<=", "="

_HAN_DIGITS = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_NUMBER = re.compile(
    rf"(?P<sign>零下|(?<!正)负|(?<![\dA-Za-z~～至到.)-])[-−])?(?:(?P<percent>百分之)?(?P<han>[{_HAN_DIGITS}半]+(?:点[零〇一二三四五六七八九]+)?)|"
    r"(?<![A-Za-z\d])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?))(?P<about>[来几多余]|把)?"
    r"(?P<mult>万亿|万(?!像素)|亿|千(?![瓦米克伏牛帕焦卡赫安流字兆])|百(?![帕分]|万像素))?"
)
_TO = re.compile(r"\s*(?:~|～|—+|–|-|至|到|−)\s*\+?")
_UNIT_MAX = 14
_REACH = 40
"""How far before a number the words for its direction and rate stand; what is read stays linear in the text."""
_NUMBER_MAX = 24
"""A longer numeral is a serial number or nonsense."""
_HALF = re.compile("半(?![天日月年夜小个])")
_NOT_AMOUNTS = frozenset({"3C", "4G", "5G", "2G", "3G", "3D", "2D"})
_SHARED = re.compile(r"\s*[×xX*]\s*(?=\d)|[、和][长宽高深厚]度?")
_LIST_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,5}[.、))]\s*(?=[^\d\s])|[一二三四五六七八九十]{1,3}、")
_NOT_LESS = re.compile(
    r"(?:不|别|未|勿)(?:得|能|可|宜|应|准|会|要|许)?(?:低|小|少|短|弱|薄|矮|窄|慢|次)[于过]?了?$|(?:大于|高于)或?等于$|不下$|(?:≥|>=|≧|>)$"
)
_NOT_MORE = re.compile(
    r"(?:不|别|未|勿)(?:得|能|可|宜|应|准|会|要|许)?(?:高|大|多|长|重|超过|超出|超|突破|迟|晚|宽|厚|响)[于过出]?了?$|(?:小于|低于)或?等于$|(?:≤|<=|≦|<)$"
)
_LEAST = re.compile(
    r"(?:至少|起码|最少|最低|超过|大于|高于|多于|达到|达|要能?|能|(?<!不)(?:得|须|需)(?:有|够|到)?|保证|满|够)(?:要|得|能|达到|有|在)*$|"
    r"(?:至少|起码|最少)[^,。;]{0,6}$"
)
_MOST = re.compile(
    r"(?:最多|至多|顶多|限高|限重|控制在|低于|小于|少于|短于|轻于|小过)$|(?:最多|至多|顶多)[^,。;]{0,6}$"
)
_FLEX = r"(?:[了的为是约:: ]|(?<!控制)在|每\S{1,2}|单[台套只件]){0,3}$"
_AFTER_LEAST = re.compile(
    r"[左右]{0,2}[的]?(?:及|或|和|\(含\)|（含）)?(?:其)?(?:以上|往上|起步?(?![吊重升飞])|之上|朝上|打底|开外|级(?:以上|别以上)|向上|以外|外(?=[即就可能都也]))"
)
_AFTER_MOST = re.compile(
    r"[左右]{0,2}[的]?(?:及|或|和|\(含\)|（含）)?(?:以[内下]|之[内下]|封顶|上限|为限|内(?![部外河容燃涝胎衬存地装置径])|往下|打住)"
)
_RATE = re.compile(r"(?:每|单|一)(?P<per>小时|个?钟头|分钟|秒钟?|天|日|昼夜|年)[^,。;，每]{0,16}$")
_RATE_SIGN = {
    "小时": "h",
    "钟头": "h",
    "个钟头": "h",
    "分钟": "min",
    "秒": "s",
    "秒钟": "s",
    "天": "d",
    "日": "d",
    "昼夜": "d",
    "年": "年",
}
_IN_ONE = re.compile(r"一(?P<per>小时|分钟|秒钟?|天)[^,。;，]{0,6}$")
_YEARLY = re.compile(r"一年(?:内|里)?[^,。;]{0,8}$")
_DAILY = re.compile(r"日(?:产|供|均|处理|制)[^,。;，]{0,12}$")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit where it stands. `high` ends a range; `op` is "" when the text gives no direction.

    `unit` is None when no unit stands there; `per` the time of a rate told before the number (每小时 … 500方).
    `about` marks numbers such as 三十来.
    """

    start: int
    end: int
    low: Decimal
    high: Decimal | None
    unit: Unit | None
    unit_text: str
    op: str
    per: str = ""
    about: bool = False

    @property
    def dimension(self) -> str:
        """What is measured; "" without a unit."""
        return self.unit.dimension if self.unit else ""

    def measured_as(self, dimension: str) -> Unit | None:
        """The unit when this dimension is measured: 公斤 is a pressure, 度 is ℃ or kWh; None when it cannot be."""
        if self.unit is not None and self.unit.dimension == dimension:
            return self.unit
        unit = quantities.parse_unit(self.unit_text, dimension) if self.unit_text else None
        return unit if unit is not None and unit.dimension == dimension else None

    def in_base(self, dimension: str) -> tuple[float, float] | None:
        """Both ends in the base unit of a dimension; None when the unit does not measure it."""
        unit = self.measured_as(dimension)
        if unit is None:
            return None
        low = quantities.canonical_number(self.low, unit.symbol)
        high = low if self.high is None else quantities.canonical_number(self.high, unit.symbol)
        return None if low is None or high is None else (low, high)


def amounts(text: str) -> list[Amount]:
    """Every amount of one clause or sentence (already made plain), in order."""
    found: list[Amount] = []
    place = 0
    while match := _NUMBER.search(text, place):
        amount = _read(text, match, found[-1].end if found else 0)
        if amount is None:
            place = match.end()
            continue
        found.append(amount)
        place = max(amount.end, match.end())
    return found


def _read(text: str, match: re.Match[str], floor: int) -> Amount | None:
    if text[match.start() - 1 : match.start()] == "第" or _LIST_NUMBER.match(text, match.start()):
        return None
    number = _number(text, match)
    if number is None:
        return None
    low, high, about, end = number
    span = _unit_at(text, end)
    joined = _TO.match(text, span[1] if span else end)
    other = _NUMBER.match(text, joined.end()) if joined and high is None else None
    upper = _number(text, other) if other and other.group("digits") else None
    if upper is not None and upper[0] >= low:
        tail = _unit_at(text, upper[3])
        if tail or span:
            high, span, end = upper[0], tail or span, upper[3]
    if span is None and (shared := _SHARED.match(text, end)):
        span = _unit_behind(text, shared.end())
    if match.group("percent"):
        span = (quantities.parse_unit("%"), end, "%")
    if (
        span is None
        and match.group("han")
        and low < 10_000
        and not (_AFTER_LEAST.match(text, end) or _AFTER_MOST.match(text, end))
    ):
        return None
    if span and text[match.start() : span[1]].upper() in _NOT_AMOUNTS:
        return None
    half = _HALF.match(text, span[1]) if span and high is None else None
    if span and half:
        low, span = low + Decimal("0.5"), (span[0], half.end(), span[2])
    unit, end, unit_text = (
        span if span and span[1] >= end else (span[0] if span else None, end, span[2] if span else "")
    )
    reach = max(0, match.start() - _REACH)
    before = text[max(floor, reach) : match.start()]
    per = _per(before, text[reach : match.start()])
    rate = quantities.parse_unit(f"{unit.symbol}/{per}") if per and unit else None
    op = _op(re.sub(_FLEX, "", before), text[end : end + _REACH])
    return Amount(
        match.start(),
        end,
        low,
        high,
        rate or unit,
        f"{unit_text}/{per}" if rate else unit_text,
        op,
        per if rate else "",
        about,
    )


def _op(before: str, after: str) -> str:
    if _AFTER_MOST.match(after):
        return AT_MOST
    if _AFTER_LEAST.match(after):
        return AT_LEAST
    for cue, op in ((_NOT_LESS, AT_LEAST), (_NOT_MORE, AT_MOST), (_MOST, AT_MOST), (_LEAST, AT_LEAST)):
        if cue.search(before):
            return op
    return ""


def _number(text: str, match: re.Match[str]) -> tuple[Decimal, Decimal | None, bool, int] | None:
    """Low, high (for 两三 or 四五十), whether it is only about so much, and the place behind it."""
    if len(match.group("digits") or match.group("han")) > _NUMBER_MAX:
        return None
    about, high, end = bool(match.group("about")), None, match.end()
    if match.group("digits"):
        low: Decimal | None = Decimal(match.group("digits").replace(",", ""))
    else:
        read = _han(text, match)
        if read is None:
            return None
        low, high, end = read
        about = about or high is not None
    if match.group("mult") and end == match.end():
        factor = {"万亿": 10**12, "万": 10**4, "亿": 10**8, "千": 1000, "百": 100}[match.group("mult")]
        low, high = low * factor, None if high is None else high * factor
    if match.group("sign"):
        low, high = (-low, None) if high is None else (-high, -low)
    return low, high, about, end


def _han(text: str, match: re.Match[str]) -> tuple[Decimal, Decimal | None, int] | None:
    """The longest part of a Chinese numeral that is a number: 十千瓦 is 十 and 千瓦."""
    numeral = match.group("han")
    if match.group("percent") and numeral == "百":
        return Decimal(100), None, match.end()
    for size in range(len(numeral), 0, -1):
        part = numeral[:size]
        end = match.end() if size == len(numeral) else match.start("han") + size
        if loose := _loose(part):
            return *loose, end
        number = Decimal("0.5") if part == "半" else quantities.chinese_number(part.rstrip("半"))
        if number is not None and part.count("半") <= 1:
            return number + Decimal("0.5") if part.endswith("半") and part != "半" else number, None, end
    return None


_LOOSE = re.compile(r"^(?P<a>[一二两三四五六七八九])(?P<b>[二三四五六七八九])(?P<tail>[十百千万]*)$")
_TENS = re.compile(r"^十(?P<a>[一二三四五六七八])(?P<b>[二三四五六七八九])$")


def _loose(han: str) -> tuple[Decimal, Decimal] | None:
    """两三 is 2 to 3, 四五十 is 40 to 50, 十七八 is 17 to 18: neighbours, small first."""
    if match := _LOOSE.match(han):
        first, second = (quantities.chinese_number(match[part] + match["tail"]) for part in "ab")
    elif match := _TENS.match(han):
        first, second = (quantities.chinese_number("十" + match[part]) for part in "ab")
    else:
        return None
    if first is None or second is None or not 0 < second - first <= max(first, 1):
        return None
    one, two = (quantities.chinese_number(match[part]) for part in "ab")
    return (first, second) if one is not None and two == one + 1 else None


@lru_cache
def _unit_words() -> frozenset[str]:
    table = quantities.unit_table()
    return frozenset([*table._exact, *(text for _dimension, text in table._slang)])


def _unit_at(text: str, place: int) -> tuple[Unit, int, str] | None:
    """The longest unit that stands at this place, blanks and 个 passed over, the place behind it, and its words."""
    start = place
    while start < len(text) and text[start] == " ":
        start += 1
    if text[start : start + 1] == "个" and not text.startswith(
        ("个月", "个小时", "个钟头", "个星期", "个工作日"), start
    ):
        inner = _unit_at(text, start + 1)
        if inner is not None and not inner[0].dimension.startswith("count"):
            return inner
    for size in range(min(_UNIT_MAX, len(text) - start), 0, -1):
        word = text[start : start + size]
        if word not in _unit_words() or _goes_on(text, start, start + size):
            continue
        unit = quantities.parse_unit(word) or _slang(word)
        if unit is not None:
            return unit, start + size, word
    return None


def _unit_behind(text: str, place: int) -> tuple[Unit, int, str] | None:
    """The unit that both sides of 65×50公分 or of 宽六百、高五百毫米 share; it belongs to the first number without being read twice."""
    other = _NUMBER.match(text, place)
    found = _number(text, other) if other else None
    if found is None:
        return None
    unit = _unit_at(text, found[3])
    return (unit[0], place, unit[2]) if unit else None


def _slang(word: str) -> Unit | None:
    table = quantities.unit_table()
    return next((unit for (_dimension, text), unit in table._slang.items() if text == word), None)


_NOT_UNITS = re.compile(
    r"^(?:[级度分线种类点口路门面片头本](?=[联型车合部])|人(?=[机员防])|里(?=[面头边])|年(?=级)|月(?=份)|天(?=[通线然气])|名(?=称)|家(?=[庭具里])|位(?=[置于])|"
    r"节(?=[能约点])|组(?=[网合成])|头(?=[盔部灯])|口(?=[罩径])|面(?=[罩具])|件(?=套)|台(?=风)|包(?=[装括含])|期(?=[满间])|单(?=[位兵])|"
    r"时(?=[间候])|点(?=[位火])|道|具(?=[有备])|分(?=[钟别贝期之])|对(?=[讲接])|本(?=[安])|卷(?=帘)|张(?=力)|匹(?=配)|次(?=[性日数])|块(?=[钱])|条(?=[件款])|"
    r"号|楼|层|院|区|代|岁|维|轮|等|倍(?=感)|度(?=[假]))"
)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether the sign is part of a longer word: 4G, 三人间, 一体机."""
    if _NOT_UNITS.match(text[start:]) and end - start == 1:
        return True
    last, after = text[end - 1], text[end : end + 1]
    if last in "×xX" and after.isdigit():
        return True
    return last.isascii() and last.isalpha() and after.isascii() and (after.isalpha() or after.isdigit())


def _per(before: str, all_before: str) -> str:
    """The time of a rate told before the number: 每小时 … 500方, 一秒打十升, 日产100吨, 一年上门3次; "" when none is."""
    if rate := _RATE.search(before) or _IN_ONE.search(all_before):
        return _RATE_SIGN[rate["per"]]
    if _DAILY.search(before):
        return "d"
    return "年" if _YEARLY.search(all_before) else ""
