"""From a row of a file to a listing's form, with every fault named by row and column."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

from marketplace.arrangements import rules as arrangements
from marketplace.catalog import columns, specs
from marketplace.catalog.models import ListingKind
from marketplace.catalog.schemas import CODES_CHECKED, NATIONWIDE, CertificateForm, ListingForm
from marketplace.kit import forms
from marketplace.kit.money import NotMoney, fen_from_yuan, parse_yuan
from marketplace.reading import library
from marketplace.taxonomy import queries as taxonomy

SEPARATORS = re.compile("[\u3001,\uff0c;\uff1b|\n]+")
ITEMS = re.compile("[;\uff1b\n]+")
ON_REQUEST = ("", "面议", "询价", "价格面议", "电议", "按需报价")
KIND_NAMES = {
    "产品": "product", "装备": "product", "服务": "service", "科技成果": "technology", "技术": "technology",
    "金融保险": "finance", "金融": "finance", "保险": "finance", "product": "product", "service": "service", "technology": "technology",
    "finance": "finance", "finance & insurance": "finance",
}  # fmt: skip
_DAMAGED = re.compile(r"^\d(\.\d+)?E\+?\d{2}$", re.IGNORECASE)
_EXACT_FLOAT = 10**15
CODED = (
    ("emergency_categories",), ("field_codes", "industry_fields"), ("event_codes",), ("service_regions",),
    ("arrangements", "offers"),
)  # fmt: skip
_DIGITS = re.compile(r"[\d.]+")
_EQUALS = str.maketrans({":": "=", "\uff1a": "=", "\uff1d": "="})
_WIDE_BRACKETS = str.maketrans({"\uff08": "(", "\uff09": ")"})


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell; `column` is its header."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return _("第 %(row)s 行“%(column)s”:%(message)s", row=self.row, column=self.column, message=self.message)


@dataclass
class Row:
    """A row that was read: its form if nothing is wrong, what is wrong otherwise.

    Fields the row says nothing about are not among the form's `model_fields_set`. `guess` is a class for a row that names
    none; it never replaces one that a person chose.
    """

    number: int
    form: ListingForm | None = None
    guess: str | None = None
    certificates: list[CertificateForm] = field(default_factory=list)
    supplier: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class Unfit(ValueError):
    """A cell that cannot be meant."""


class Words:
    """What the words in coded cells mean, looked up once for a whole file."""

    def __init__(self) -> None:
        self._coded = {
            "emergency_categories": _by_name(taxonomy.categories()),
            "field_codes": _by_name(taxonomy.fields()),
            "event_codes": _by_name((term.code, term.name, term.name_en) for term in taxonomy.events()),
            "service_regions": _regions(taxonomy.provinces()),
            "arrangements": {name: kind.code for name, kind in arrangements.names().items()},
        }
        kinds = taxonomy.certificate_kinds()
        self._certificates = {_key(alias): name for name, aliases in reversed(kinds) for alias in (*aliases, name)}
        self._guesses: dict[tuple[str, str], str | None] = {}
        self.certificate_named = cache(lambda name: _certificate({"kind": name}, self))

    def codes(self, key: str, cell: Any) -> list[str]:
        """The codes a cell with several values names. Raises: Unfit."""
        known = self._coded[key]
        try:
            return [known[part.lower()] for part in parts_of(cell)]
        except KeyError as unknown:
            raise Unfit(_("没有“%(name)s”这一选项。", name=str(unknown.args[0])[:40])) from None

    def certificate_kind(self, name: str) -> str:
        """The usual name of a kind of certificate, so that 3C, CCC and 3C认证 are found together; else as written."""
        return self._certificates.get(_key(name), name.strip())

    def guess(self, name: str, summary: str) -> str | None:
        """The class a name points at. A firm's series of models asks once: digits are left out."""
        asked = (_DIGITS.sub("", name), _DIGITS.sub("", summary))
        if asked not in self._guesses:
            self._guesses[asked] = library.class_of(*asked) or None
        return self._guesses[asked]


def read_row(number: int, raw: Mapping[str, Any], words: Words, *, is_json: bool) -> Row:
    """Judge one row of a table, or one object of a JSON Lines file."""
    row = Row(number)
    if "fault" in raw:
        row.faults.append(Fault(number, _("整行"), str(raw["fault"])))
        return row
    values = _Values(row, raw, words)
    (_read_object if is_json else _read_cells)(values)
    found = {k: v for k, v in values.found.items() if v is not None and v != ""}
    if "class_code" not in found and "name" in found:
        row.guess = words.guess(found["name"], found.get("summary", ""))
    try:
        form = ListingForm.model_validate(found, context=CODES_CHECKED)
    except ValidationError as broken:
        for name, message in forms.faults(broken).items():
            key = "price" if name.startswith("price") or not name else name
            row.faults.append(Fault(number, columns.header_of(key), message))
    else:
        row.form = None if row.faults else form
    return row


class _Values:
    """The form's values as they are found, one fault per column at most."""

    def __init__(self, row: Row, raw: Mapping[str, Any], words: Words) -> None:
        self.row, self.raw, self.words, self.found = row, raw, words, {}

    def take(self, key: str, read: Callable[[Any], Any], *names: str) -> None:
        """Read the first of these source names that is there into `key`."""
        for name in names or (key,):
            value = self.raw.get(name)
            if value is not None and value != "":
                try:
                    self.found[key] = read(value)
                except Unfit as unfit:
                    self.row.faults.append(Fault(self.row.number, columns.header_of(key), str(unfit)))
                return


def _read_cells(values: _Values) -> None:
    for key in ("external_ref", "name", "name_en", "model", "summary", "description", "unit"):
        values.take(key, text_of)
    for key in ("min_order", "stock", "monthly_capacity", "lead_time_days"):
        values.take(key, count_of)
    _read_codes(values)
    values.take("price", lambda cell: values.found.update(price_of(cell)))
    values.found.pop("price", None)
    values.take("specs", specs_of)
    _read_spec_columns(values)
    values.take(
        "certificates", lambda cell: values.row.certificates.extend(certificates_of(text_of(cell), values.words))
    )
    values.found.pop("certificates", None)
    for part in ("name", "uscc", "province", "city", "base"):
        values.take(f"supplier_{part}", text_of)
        values.row.supplier[part] = values.found.pop(f"supplier_{part}", "")


def _read_codes(values: _Values) -> None:
    values.take("kind", kind_of)
    values.take("class_code", class_of, "class_code", "class", "class_name")
    for key, *others in CODED:
        values.take(key, partial(values.words.codes, key), key, *others)


def _read_spec_columns(values: _Values) -> None:
    for key, cell in values.raw.items():
        if key.startswith("spec:") and cell not in (None, ""):
            found = re.match(r"^(.*?)\s*\((.*)\)$", key.removeprefix("spec:").translate(_WIDE_BRACKETS))
            name, unit = (found[1], found[2]) if found else (key.removeprefix("spec:"), "")
            values.found.setdefault("specs", []).append(specs.read_spec(name[:60], text_of(cell)[:300], unit[:20]))


def _read_object(values: _Values) -> None:
    raw = values.raw
    values.take("external_ref", text_of, "external_ref", "id")
    for key in ("name", "name_en", "model", "summary", "description", "unit"):
        values.take(key, text_of)
    for key in ("min_order", "stock", "monthly_capacity", "lead_time_days"):
        values.take(key, count_of)
    _read_codes(values)
    values.take("specs", objects_as_specs)
    values.take("price", lambda _cell: values.found.update(json_price(raw)), "price_yuan", "price_min_yuan")
    values.found.pop("price", None)
    values.take(
        "certificates",
        lambda cell: values.row.certificates.extend(json_certificate(item, values.words) for item in list_of(cell)),
    )
    values.found.pop("certificates", None)
    supplier = raw.get("supplier")
    if isinstance(supplier, dict):
        values.row.supplier = {
            p: str(supplier.get(p) or "").strip() for p in ("name", "uscc", "province", "city", "base")
        }


def text_of(cell: Any) -> str:
    """A cell as text; numbers without ".0". Raises: Unfit when a spreadsheet has eaten digits."""
    if isinstance(cell, bool) or isinstance(cell, list | dict):
        raise Unfit(_("应填写文字。"))
    if isinstance(cell, float):
        if abs(cell) >= _EXACT_FLOAT:
            raise Unfit(_("长数字已被表格软件截断(15 位之后变成 0),请把该列设为“文本”后重新填写。"))
        return specs.plain_number(cell)
    if isinstance(cell, int) and abs(cell) >= _EXACT_FLOAT:
        raise Unfit(_("长数字已被表格软件截断(15 位之后变成 0),请把该列设为“文本”后重新填写。"))
    text = str(cell).strip()
    if _DAMAGED.match(text):
        raise Unfit(_("“%(text)s” 是被转成科学计数法的长数字,请把该列设为“文本”后重新填写。", text=text))
    return text


def count_of(cell: Any) -> int:
    """A whole number, not negative. Raises: Unfit."""
    if isinstance(cell, str):
        cell = cell.replace(",", "").strip()
        cell = int(cell) if re.fullmatch(r"\d{1,12}", cell) else cell
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell) or cell != int(cell):
        raise Unfit(_("请填写整数。"))
    if cell < 0:
        raise Unfit(_("不能是负数。"))
    return int(cell)


def price_of(cell: Any) -> dict[str, Any]:
    """A price cell: a number, "1000-2000", "3.5万", or on request. Raises: Unfit."""
    text = specs.plain_number(cell) if isinstance(cell, float) else str(cell).strip()
    if text in ON_REQUEST:
        return {"price_kind": "request"}
    low, dash, high = text.replace("~", "-").replace("至", "-").replace("—", "-").replace("–", "-").partition("-")
    try:
        fen = parse_yuan(low.strip())
        top = parse_yuan(high.strip()) if dash else fen
    except NotMoney:
        raise Unfit(_("请填写金额(元),如 1200、1000-2000 或 面议,最多两位小数。")) from None
    return {"price_kind": "band" if dash else "fixed", "price_min_fen": fen, "price_max_fen": top}


def json_price(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`price_yuan`, or `price_min_yuan` with `price_max_yuan`, as numbers. Raises: Unfit."""
    low = raw.get("price_yuan") if raw.get("price_yuan") is not None else raw.get("price_min_yuan")
    high = raw.get("price_max_yuan")
    try:
        if isinstance(low, bool) or isinstance(high, bool):
            raise NotMoney(low)
        fen = fen_from_yuan(low)
        top = fen if high is None else fen_from_yuan(high)
    except (NotMoney, TypeError):
        raise Unfit(_("价格应是不小于 0 的数字(元),最多两位小数。")) from None
    return {"price_kind": "fixed" if top == fen else "band", "price_min_fen": fen, "price_max_fen": top}


def parts_of(cell: Any) -> list[str]:
    """The parts of a cell with several values, or of a JSON list. Raises: Unfit."""
    if isinstance(cell, list):
        return [text_of(part) for part in cell]
    return [part.strip() for part in SEPARATORS.split(text_of(cell)) if part.strip()]


def list_of(cell: Any) -> list[Any]:
    """A JSON list. Raises: Unfit."""
    if not isinstance(cell, list):
        raise Unfit(_("应是列表。"))
    return cell


def specs_of(cell: Any) -> list[specs.Spec]:
    """ "流量=3000 m³/h;防护等级=IP55" as specs. Raises: Unfit."""
    found = []
    for part in ITEMS.split(text_of(cell)):
        if not part.strip():
            continue
        name, sign, value = part.translate(_EQUALS).partition("=")
        if not sign or not name.strip() or not value.strip():
            raise Unfit(_("“%(part)s” 应写成 名称=数值 单位。", part=part.strip()[:40]))
        found.append(specs.read_spec(name.strip()[:60], value.strip()[:300]))
    return found


def objects_as_specs(cell: Any) -> list[specs.Spec]:
    """JSON specs: name with value and unit, min or max and unit, or text. Raises: Unfit."""
    found = []
    for item in list_of(cell):
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name.strip():
            raise Unfit(_("每项参数应有 name。"))
        told = {side: item[side] for side in ("value", "min", "max") if item.get(side) is not None}
        if told and all(_is_number(value) for value in told.values()):
            found.append({"name": name.strip()[:60], **told, "unit": str(item.get("unit") or "")[:20]})
        elif item.get("text") or told:
            found.append({"name": name.strip()[:60], "text": str(item.get("text") or next(iter(told.values())))[:300]})
        else:
            raise Unfit(_("参数“%(name)s”没有数值。", name=name[:40]))
    return found


def certificates_of(text: str, words: Words) -> list[CertificateForm]:
    """ "检测报告,JC2026-118,2028-05-31;3C" as certificates. Raises: Unfit."""
    found = []
    for item in ITEMS.split(text):
        if not item.strip():
            continue
        name, number, until, *_rest = [part.strip() for part in re.split("[,\uff0c]", item)] + ["", "", ""]
        found.append(_certificate({"kind": name, "number": number, "valid_until": until}, words))
    return found


def json_certificate(item: Any, words: Words) -> CertificateForm:
    """A certificate as a name, or as an object with number, issuer and dates. Raises: Unfit."""
    if isinstance(item, str):
        return words.certificate_named(item)
    if not isinstance(item, dict):
        raise Unfit(_("证书应是名称或对象。"))
    return _certificate({**item, "kind": item.get("kind") or item.get("name")}, words)


def kind_of(cell: Any) -> str:
    """A listing's kind by code or name. Raises: Unfit."""
    text = text_of(cell)
    kind = KIND_NAMES.get(text.lower(), text)
    if kind not in set(ListingKind):
        raise Unfit(_("应为 产品、服务、科技成果 或 金融保险。"))
    return kind


def class_of(cell: Any) -> str:
    """A class code by code or name. Raises: Unfit."""
    text = text_of(cell)
    node = (
        taxonomy.class_(text) or taxonomy.class_by_name(text) or taxonomy.class_by_name(text.translate(_WIDE_BRACKETS))
    )
    if node is None:
        raise Unfit(_("没有“%(name)s”这一类别,可在模板的“类别”页查找。", name=text[:40]))
    return node.code


def _certificate(values: dict[str, Any], words: Words) -> CertificateForm:
    kept = {key: value for key, value in values.items() if value not in (None, "")}
    try:
        form = CertificateForm.model_validate(kept)
    except ValidationError as broken:
        raise Unfit("".join(forms.faults(broken).values())) from None
    form.kind = words.certificate_kind(form.kind)
    return form


def _key(text: str) -> str:
    return re.sub(r"\s", "", text).lower()


def _by_name(table: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    return {word.lower(): code for code, *names in table for word in (code, *names) if word}


def _regions(provinces: list[str]) -> dict[str, str]:
    # 江苏 and 内蒙古 are said for 江苏省 and 内蒙古自治区.
    short = {name[: 3 if name.startswith(("内蒙古", "黑龙江")) else 2]: name for name in provinces}
    return {**short, **{name: name for name in provinces}, NATIONWIDE: NATIONWIDE}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
