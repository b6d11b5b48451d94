"""How, where, when and for how much something is wanted, as a text tells it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from marketplace.kit import money
from marketplace.reading.amounts import AT_MOST, Amount, amounts
from marketplace.reading.clauses import Clause
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import Reference

_MODES = (
    ("finance_lease", re.compile(r"融资租赁|直租|售后回租|分期[^,。;]{0,12}(?:归|取得所有权|过户)|先用后付")),
    ("operating_lease", re.compile(r"租赁|租用|出租|承租|租期|短租|湿租|租(?=[一二两三四五六七八九十\d几]+[个天月年台辆套])|想租|要租|雇(?=一)")),
    ("reserve_agreement", re.compile(r"协议储备|代储|协议代储|产能储备|实物储备协议|储备协议")),
    ("financing", re.compile(r"贷款|融资需求|授信|搬迁改造资金|流动资金|担保融资")),
    ("technology", re.compile(r"技术攻关|联合攻关|揭榜|技术合作|技术改造|技改|委托研发|技术需求")),
    ("service", re.compile(r"采购[^,。;]{0,12}服务|购买[^,。;]{0,12}服务|服务(?:采购|外包|项目)|维保|托管|参保|投保|统保|驻点服务|驻防|演练服务|培训服务|委托第三方")),
    ("purchase", re.compile(r"采购|购置|购买|添置|配备|配置|更新|要买|想买|急购|购\d")),
)  # fmt: skip
_MODE_NAMES = {
    "purchase": "采购", "operating_lease": "经营租赁", "finance_lease": "融资租赁", "service": "服务", "reserve_agreement": "协议储备",
    "technology": "技术合作", "financing": "融资",
}  # fmt: skip
_DAY = re.compile(
    r"(?:(?P<y>20\d\d)\s*[年./-]\s*)?(?P<m>1[0-2]|0?[1-9])\s*[月./-]\s*(?P<d>3[01]|[12]\d|0?[1-9])\s*[日号]?(?=前|之前|以前|内|到|交|送|完成|供|底|止|,|。|$)"
)
_MONTH_END = re.compile(r"(?:(?P<m>1[0-2]|[1-9])月|(?P<this>本月|这个月|月))底(?:前|之前|以前)?")
_DELIVERY = re.compile(
    r"到货|交货|交付|送到|送达|到位|供货|完工|上线|提车|发货|内|delivery|工期|到场|到$|前$", re.IGNORECASE
)
_TO_PLACE = re.compile(
    r"(?:送|运|发|配送|交付|供货|交货|运输|供应|投放|调运)(?:达|往|至|到|抵|给|于|在)[^,。;]{0,8}$|"
    r"(?:交货|交付|到货|收货|供货|送货|使用|项目|实施|服务|安装)(?:地点|地址|地|所在地|现场)(?:为|是|在|:|：|位于)*[^,。;]{0,6}$"
)
_AT_PLACE = re.compile(r"[^,。;]{0,10}(?:交货|到货|交付|收货|提货|使用地)")
_NOT_DELIVERY = re.compile(r"质保|保修|培训|留存|近[一二三\d]|试运行|租期|逾期|有效期")
_AFTER_CONTRACT = re.compile(r"签订|签约|合同|中标|下单|订单")
_DAYS = {"d": 1, "周": 7, "月": 30, "年": 365, "工作日": Decimal("1.4")}
_BUDGET = re.compile(
    r"预算|融资|贷款|授信|控制价|限价|最高价|总价|总投资|资金|经费|采购金额|不超过|封顶|以内|顶天|价格|账上|单价"
)
_EACH = re.compile(r"每[台套只件顶辆艘部份个条具人]|单[价台套件]|一[台套只件顶辆艘部份个条](?!.*总)")


@dataclass(frozen=True, slots=True)
class Told:
    """One condition with the words it came from."""

    field: str
    value: Any
    shown: str
    start: int
    end: int
    sure: bool = True
    note: str = ""


def mode(read: Iterable[Clause]) -> Told | None:
    """How it is to be acquired; the first kind in the order from the rarest to plain purchase."""
    read = list(read)
    for code, pattern in _MODES:
        for clause in read:
            if match := pattern.search(clause.text):
                return Told("mode", code, _MODE_NAMES[code], clause.start + match.start(), clause.start + match.end())
    return None


def place(read: Iterable[Clause]) -> Told | None:
    """Province and city where it is to be delivered or used; when no word tells that, those of the first place named.

    A city that follows its province belongs to it; a city alone tells its province.
    """
    read = list(read)
    named = _joined(list(_named_places(read)))
    if not named:
        return None
    return next((told for told in named if _told_for_delivery(told, read)), named[0])


def _joined(found: list[tuple[int, int, str, str]]) -> list[Told]:
    """The places named, a province and the city right behind it as one."""
    told: list[Told] = []
    for start, end, province, city in found:
        last = told[-1] if told else None
        near = last is not None and start - last.end < 12 and last.value["province"] == province
        if last is not None and near and city and not last.value["city"]:
            told[-1] = _place(province, city, last.start, end)
        else:
            told.append(_place(province, city, start, end))
    return told


def _told_for_delivery(told: Told, read: Iterable[Clause]) -> bool:
    """Whether words right before or behind a place say that there it is to be: 送到新乡市, 交货地点:荆州, 荆州交货."""
    for clause in read:
        if clause.start <= told.start < clause.end:
            before = clause.text[: told.start - clause.start]
            behind = clause.text[told.end - clause.start :]
            return bool(_TO_PLACE.search(before) or _AT_PLACE.match(behind))
    return False


def _place(province: str, city: str, start: int, end: int) -> Told:
    shown = province if city in ("", province) else province + city
    return Told("place", {"province": province, "city": city}, shown, start, end)


def _named_places(read: Iterable[Clause]) -> Iterator[tuple[int, int, str, str]]:
    """Every place named, the longest name at each point: start, end, province, city or ""."""
    names = _places(taxonomy.reference())
    for clause in read:
        start = 0
        while start < len(clause.text):
            sizes = range(min(12, len(clause.text) - start), 1, -1)
            size = next((n for n in sizes if clause.text[start : start + n] in names), 0)
            if size:
                begin = clause.start + start
                yield begin, begin + size, *names[clause.text[start : start + size]]
            start += size or 1


@lru_cache(maxsize=2)
def _places(reference: Reference) -> dict[str, tuple[str, str]]:
    """Every name of a province or city, long and short, with the province and city it stands for."""
    names: dict[str, tuple[str, str]] = {}
    for term in reference.regions.values():
        if term.parent:
            parent = reference.regions.get(term.parent)
            if parent is None or parent.parent:
                continue
            found = (parent.name, term.name)
            short = re.sub(r"(?:市|地区|盟|(?:[\u4e00-\u9fff]族)*自治州)$", "", term.name)
        else:
            found = (term.name, "")
            short = re.sub(r"(?:省|市|(?:回族|壮族|维吾尔)?自治区|特别行政区)$", "", term.name)
        names.setdefault(term.name, found)
        if len(short) > 1:
            names.setdefault(short, found)
    return names


def day(read: Iterable[Clause], today: date) -> Told | None:
    """When it is wanted: a day, or so many days after the contract or from now. A day that is past is not sure."""
    for clause in read:
        if told := _date(clause, today):
            return told
        if _NOT_DELIVERY.search(clause.text):
            continue
        for amount in amounts(clause.text):
            if amount.dimension not in ("time", "working_time") or not _says_delivery(clause.text, amount):
                continue
            factor = _DAYS.get(amount.unit.symbol if amount.unit else "")
            if factor is None:
                continue
            days = int(amount.low * factor)
            note = "自合同签订起算" if _AFTER_CONTRACT.search(clause.text) else ""
            start = clause.start + amount.start
            return Told("within_days", days, f"{days} 天内", start, clause.start + amount.end, note=note)
    return None


def _says_delivery(text: str, amount: Amount) -> bool:
    if amount.unit is not None and amount.unit.symbol in ("h", "min", "s"):
        return False
    around = text[max(0, amount.start - 12) : amount.end + 8]
    return amount.op == AT_MOST and bool(_DELIVERY.search(around)) or bool(re.search(r"供货期|交货期|工期", around))


def _date(clause: Clause, today: date) -> Told | None:
    match, guessed = _DAY.search(clause.text), False
    wanted = None
    if match:
        guessed = match["y"] is None
        wanted = _calendar(int(match["y"] or today.year), int(match["m"]), int(match["d"]))
    elif match := _MONTH_END.search(clause.text):
        month = int(match["m"]) if match["m"] else today.month
        guessed = True
        wanted = _month_end(today.year, month)
    if wanted is None or match is None:
        return None
    if guessed and wanted < today:
        wanted = _calendar(wanted.year + 1, wanted.month, wanted.day) or _month_end(wanted.year + 1, wanted.month)
    past = wanted < today
    note = "这一天已经过去" if past else ""
    start = clause.start + match.start()
    return Told("wanted_on", wanted, wanted.isoformat(), start, clause.start + match.end(), sure=not past, note=note)


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _calendar(year: int, month: int, day_of_month: int) -> date | None:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None


def budget(read: Iterable[Clause], quantity: int | None) -> Told | None:
    """The money there is, in fen; a price for each becomes the sum when the quantity is known."""
    for clause in read:
        if not _BUDGET.search(clause.text):
            continue
        for amount in amounts(clause.text):
            yuan = _yuan(amount)
            if yuan is None:
                continue
            each = bool(_EACH.search(clause.text[: amount.start]))
            fen = money.fen_from_yuan(yuan)
            start, end = clause.start + amount.start, clause.start + amount.end
            if each and quantity:
                note = f"{money.format_fen(fen)} × {quantity}"
                return Told("budget_fen", fen * quantity, money.format_fen(fen * quantity), start, end, note=note)
            return Told(
                "budget_fen", fen, money.format_fen(fen), start, end, sure=not each, note="单价" if each else ""
            )
    return None


def _yuan(amount: Amount) -> Decimal | None:
    if amount.dimension == "money":
        base = amount.in_base("money")
        return None if base is None else Decimal(str(base[0]))
    bare = amount.unit is None and not amount.unit_text and amount.low >= 10_000
    return amount.low if bare else None
