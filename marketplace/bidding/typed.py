"""A quote as it is typed: flat names to text, and the way between that and what is sealed.

`lot-1` says that lot 1 is offered; its main arrangement's terms stand under `lot-1-main.…`, a part that comes with it under
`lot-1-service.…` and `lot-1-insurance.…`, item 0 under `lot-1-item-0-…`, its requirement 2 under `…-req-2`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation
from marketplace.arrangements import rules as arrangement_rules
from marketplace.arrangements import schemas as arrangements
from marketplace.arrangements.schemas import TermField
from marketplace.arrangements.terms import MAX_MONTHS
from marketplace.bidding import content, rules
from marketplace.bidding.content import QuoteContent
from marketplace.bidding.queries import Asked
from marketplace.kit import clock
from marketplace.kit.forms import Filled, sentence, yuan_text
from marketplace.kit.money import NotMoney, parse_yuan
from marketplace.kit.permissions import Actor
from marketplace.procurement.models import Lot

VALID_DAYS = 90
FIELDS_MOST, LONGEST = 8000, 4000
PARTIES, DELIVERIES = 10, 30
_KNOWN = re.compile(
    r"(lot-\d{1,2}(-[a-z0-9._-]{1,60})?|party-\d{1,2}-[a-z]{1,8}|delivery-\d{1,2}-[a-z]{1,8}"
    r"|valid_until|tax_included|tax_rate|small_enterprise|note)"
)


def gather(sent: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, under the names a quote has; everything else is passed over."""
    pairs = ((name, str(value)) for name, value in sent.items() if _KNOWN.fullmatch(name))
    return {name: text[:LONGEST].replace("\x00", "") for name, text in list(pairs)[:FIELDS_MOST] if text.strip()}


def fresh(asked: Asked) -> dict[str, str]:
    """What a form shows before anything is typed: the only lot offered, usual tax, and a validity past the evaluation."""
    until = clock.local(asked.round.quotes_until).date() + timedelta(days=VALID_DAYS)
    typed = {"valid_until": until.isoformat(), "tax_included": "1", "tax_rate": "13"}
    return typed | ({f"lot-{asked.lots[0].number}": "1"} if len(asked.lots) == 1 else {})


def main_kind(typed: Mapping[str, str], lot: int, asked: Asked) -> str:
    """The chosen arrangement of a lot; the first that is allowed until one is chosen."""
    chosen = typed.get(f"lot-{lot}-kind", "")
    return chosen if chosen in asked.procurement.arrangements else asked.procurement.arrangements[0]


def terms_fields(typed: Mapping[str, str], code: str, prefix: str, asked: Asked) -> list[TermField]:
    """The inputs for a part's terms, without what the request fixes: periods are those asked for."""
    return [one for one in arrangements.fields(code, typed, prefix) if not _is_fixed(one)]


def priced_per(typed: Mapping[str, str], code: str, prefix: str, asked: Asked) -> str:
    """What a unit price is for, as far as the terms typed so far tell."""
    kind = arrangement_rules.kind(code)
    terms = arrangements.read_terms(code, {**typed, **_fixed(typed, code, prefix, asked)}, prefix).data
    return kind.unit_of(terms) if terms else kind.priced_per


def read(
    typed: Mapping[str, str],
    files: Sequence[Mapping[str, Any]],
    asked: Asked,
    by: Actor,
    supplier: Organisation | None = None,
) -> Filled[QuoteContent]:
    """Judge what is typed for a supplier, by default the one acted for. Faults stand under the names of the fields."""
    return _Reading(typed, asked).whole(files, by, supplier or accounts.organisation(by.organisation_id))


def typed_of(said: QuoteContent) -> dict[str, str]:
    """A content as it stands in the form again."""
    typed = {
        "valid_until": said.valid_until.isoformat(), "tax_included": "1" if said.tax_included else "0",
        "tax_rate": str(said.tax_rate), "note": said.note, "small_enterprise": "1" if said.small_enterprise else "",
    }  # fmt: skip
    for lot in said.lots:
        typed |= _typed_lot(lot)
    for n, party in enumerate(said.consortium):
        told = party.model_dump(mode="json", include={"role", "name", "uscc", "duties", "share"})
        typed |= {f"party-{n}-{name}": str(value) for name, value in told.items() if value is not None}
    for n, step in enumerate(said.deliveries):
        typed |= {f"delivery-{n}-days": str(step.after_days), f"delivery-{n}-what": step.what}
    return {name: text for name, text in typed.items() if text != ""}


def rows(typed: Mapping[str, str], kind: str, most: int, blank: int = 1) -> list[int]:
    """The rows of a kind ("party", "delivery") that are typed, and `blank` empty ones after them."""
    used = {int(name.split("-")[1]) for name in typed if name.startswith(f"{kind}-")}
    last = max(used, default=-1) + 1
    return [n for n in [*sorted(used), *range(last, last + blank)] if n < most]


class _Reading:
    """One pass over what is typed; collects the faults."""

    def __init__(self, typed: Mapping[str, str], asked: Asked) -> None:
        self.typed, self.asked, self.errors = typed, asked, dict[str, str]()

    def whole(self, files: Sequence[Mapping[str, Any]], by: Actor, supplier: Organisation) -> Filled[QuoteContent]:
        procurement, typed = self.asked.procurement, self.typed
        offered = [lot for lot in self.asked.lots if typed.get(f"lot-{lot.number}")]
        if not offered:
            self.errors[f"lot-{self.asked.lots[0].number}"] = _("请至少选择一个包报价。")
        plain = {
            "procurement": procurement.number, "version": procurement.version, "round": self.asked.round.number,
            "supplier_id": supplier.id, "supplier_name": supplier.name, "uscc": supplier.uscc,
            "user_id": by.user_id, "user_name": by.name,
            "lots": [self._lot(lot) for lot in offered], "consortium": self._consortium(), "deliveries": self._deliveries(),
            "valid_until": self._valid_until(), "tax_included": typed.get("tax_included", "1") == "1",
            "tax_rate": self._number("tax_rate", 0, 100, required=True),
            "small_enterprise": bool(typed.get("small_enterprise")), "note": typed.get("note", ""),
            "files": [dict(one) for one in files],
        }  # fmt: skip
        data = None
        if not self.errors:
            try:
                data = QuoteContent.model_validate(plain)
            except ValidationError as fault:
                self.errors[""] = sentence(fault.errors()[0])
        return Filled(values=dict(typed), errors=self.errors, data=data)

    def _lot(self, lot: Lot) -> dict[str, Any]:
        name = f"lot-{lot.number}"
        code = main_kind(self.typed, lot.number, self.asked)
        parts = [{"kind": code, "terms": self._terms(code, f"{name}-main.")}]
        for added in rules.addable(code, self.asked.procurement.arrangements):
            if self.typed.get(f"{name}-with-{added}"):
                price = self._yuan(f"{name}-{added}-price")
                if price is None and f"{name}-{added}-price" not in self.errors:
                    self.errors[f"{name}-{added}-price"] = _("请填写价格;含在主报价内请填 0。")
                parts.append({"kind": added, "terms": self._terms(added, f"{name}-{added}."), "price_fen": price})
        lines = [self._line(lot, place) for place in range(len(lot.items))]
        if not any(f"{name}-item-{place}-price" in self.typed for place in range(len(lot.items))):
            self.errors.setdefault(f"{name}-item-0-price", _("请至少为一项填写单价;整包不报请取消勾选。"))
        return {"lot": lot.number, "parts": parts, "lines": lines}

    def _terms(self, code: str, prefix: str) -> dict[str, Any]:
        filled = arrangements.read_terms(code, {**self.typed, **_fixed(self.typed, code, prefix, self.asked)}, prefix)
        self.errors |= filled.errors
        return arrangements.stored_terms(filled.data) if filled.data else {}

    def _line(self, lot: Lot, place: int) -> dict[str, Any]:
        name = f"lot-{lot.number}-item-{place}"
        price, typed = self._yuan(f"{name}-price"), self.typed
        listing = typed.get(f"{name}-listing", "")
        line = {
            "item": place, "unit_price_fen": price, "product": typed.get(f"{name}-product", "").strip(),
            "listing_id": int(listing) if listing.isdecimal() and len(listing) < 12 else None,
            "delivery_days": self._number(f"{name}-days", 0, 3650), "note": typed.get(f"{name}-note", ""),
            "answers": [],
        }  # fmt: skip
        self._not_longer(f"{name}-product", 160)
        self._not_longer(f"{name}-note", 500)
        if not typed.get(f"{name}-price", "").strip():
            return line
        if not line["product"]:
            self.errors[f"{name}-product"] = _("请写明所报的产品或服务(品牌、型号)。")
        for n, requirement in enumerate(lot.items[place].get("requirements") or []):
            line["answers"] += self._answer(f"{name}-req-{n}", n, requirement)
        return line

    def _answer(self, name: str, n: int, requirement: Mapping[str, Any]) -> list[dict[str, Any]]:
        meets = self.typed.get(name, "")
        self._not_longer(f"{name}-offered", 300)
        if meets in list(content.Meets):
            return [{"requirement": n, "meets": meets, "offered": self.typed.get(f"{name}-offered", "")}]
        if requirement.get("level") == "hard":
            self.errors[name] = _("★ 要求必须逐条应答:%(name)s", name=requirement.get("name", ""))
        return []

    def _consortium(self) -> list[dict[str, Any]]:
        typed = rows(self.typed, "party", PARTIES, blank=0)
        if not typed or not self.asked.consortium:
            return []
        found = [self._party(n) for n in typed]
        if sum(party["share"] or 0 for party in found) > 100:
            self.errors["party-0-share"] = _("各成员份额合计不能超过 100%%。")
        return found

    def _party(self, n: int) -> dict[str, Any]:
        name, uscc = (
            self.typed.get(f"party-{n}-name", "").strip(),
            self.typed.get(f"party-{n}-uscc", "").strip().upper(),
        )
        known = accounts.organisation_by_uscc(uscc) if uscc else None
        name = name or (known.name if known else "")
        if len(name) < 2:
            self.errors[f"party-{n}-name"] = _("请填写成员单位名称。")
        if uscc and len(uscc) != 18:
            self.errors[f"party-{n}-uscc"] = _("统一社会信用代码为 18 位。")
        role = self.typed.get(f"party-{n}-role", "")
        if role not in list(content.PartyRole):
            self.errors[f"party-{n}-role"] = _("请选择成员的角色。")
        self._not_longer(f"party-{n}-name", 120)
        self._not_longer(f"party-{n}-duties", 500)
        return {
            "role": role, "name": name, "uscc": uscc, "organisation_id": known.id if known else None,
            "duties": self.typed.get(f"party-{n}-duties", ""), "share": self._number(f"party-{n}-share", 0, 100),
        }  # fmt: skip

    def _deliveries(self) -> list[dict[str, Any]]:
        found = []
        for n in rows(self.typed, "delivery", DELIVERIES, blank=0):
            days = self._number(f"delivery-{n}-days", 0, 3650, required=True)
            if not (what := self.typed.get(f"delivery-{n}-what", "").strip()):
                self.errors[f"delivery-{n}-what"] = _("请写明这一步交付什么。")
            self._not_longer(f"delivery-{n}-what", 200)
            found.append({"after_days": days, "what": what})
        return sorted(found, key=lambda step: step["after_days"] or 0)

    def _valid_until(self) -> date | None:
        deadline = clock.local(self.asked.round.quotes_until).date()
        try:
            until = date.fromisoformat(self.typed.get("valid_until", ""))
        except ValueError:
            self.errors["valid_until"] = _("日期格式应为 2026-01-31。")
            return None
        if until <= deadline:
            self.errors["valid_until"] = _("报价有效期必须晚于报价截止日。")
        return until

    def _yuan(self, name: str) -> int | None:
        text = self.typed.get(name, "").strip()
        try:
            fen = parse_yuan(text) if text else None
        except NotMoney:
            fen = 10**15
        if fen is not None and fen > 10**13:
            self.errors[name] = _("请填写金额(元),如 1200 或 3.5万,最多两位小数。")
            return None
        return fen

    def _number(self, name: str, least: int, most: int, *, required: bool = False) -> int | None:
        text = self.typed.get(name, "").strip()
        if not text and not required:
            return None
        if not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
            self.errors[name] = _("请填写 %(a)s 到 %(b)s 之间的整数。", a=least, b=most)
            return None
        return int(text)

    def _not_longer(self, name: str, most: int) -> None:
        if len(self.typed.get(name, "")) > most:
            self.errors[name] = _("最多 %(n)s 个字符。", n=most)


def _is_fixed(one: TermField) -> bool:
    return one.by == "buyer" and one.name.rpartition(".")[2] == "months"


def _fixed(typed: Mapping[str, str], code: str, prefix: str, asked: Asked) -> dict[str, str]:
    period = str(min(asked.procurement.period_months, MAX_MONTHS))
    return {one.name: period for one in arrangements.fields(code, typed, prefix) if _is_fixed(one)}


def _typed_lot(lot: content.LotQuote) -> dict[str, str]:
    name = f"lot-{lot.lot}"
    main, *others = lot.parts
    typed = {name: "1", f"{name}-kind": main.kind}
    typed |= arrangements.typed_terms(arrangements.terms_of(main.kind, main.terms), f"{name}-main.")
    for part in others:
        typed |= {f"{name}-with-{part.kind}": "1", f"{name}-{part.kind}-price": yuan_text(part.price_fen)}
        typed |= arrangements.typed_terms(arrangements.terms_of(part.kind, part.terms), f"{name}-{part.kind}.")
    for line in lot.lines:
        typed |= _typed_line(f"{name}-item-{line.item}", line)
    return typed


def _typed_line(name: str, line: content.Line) -> dict[str, str]:
    typed = {
        f"{name}-price": yuan_text(line.unit_price_fen), f"{name}-product": line.product, f"{name}-note": line.note,
        f"{name}-listing": str(line.listing_id or ""),
        f"{name}-days": "" if line.delivery_days is None else str(line.delivery_days),
    }  # fmt: skip
    for answer in line.answers:
        typed |= {f"{name}-req-{answer.requirement}": answer.meets.value}
        typed |= {f"{name}-req-{answer.requirement}-offered": answer.offered}
    return typed
