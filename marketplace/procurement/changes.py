"""What an amendment changed, in words, and whether quotes sealed before must be confirmed again. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from marketplace.kit.money import format_fen
from marketplace.needs import labels as needs_labels
from marketplace.procurement import labels

Change = dict[str, str]
Told = Mapping[str, Any]

# Whoever changes one of these changes what is quoted for, or to whom it is sealed.
SUBSTANTIVE = (
    "lots", "arrangements", "period_months", "criteria", "payment_terms", "acceptance_terms", "officers", "files",
    "budget_fen", "province", "city", "place", "wanted_on",
)  # fmt: skip


def asks_reconfirmation(before: Told, after: Told) -> bool:
    """Whether quotes sealed before must be confirmed again; words, questions and more time do not ask for it."""
    return any(before.get(name) != after.get(name) for name in SUBSTANTIVE)


def differences(before: Told, after: Told) -> list[Change]:
    """What reads differently in two contents (`snapshots.content_of`), in the reader's language."""
    found = [_change(name, words(before), words(after)) for name, words in _words().items()]
    found += _lots(before, after)
    found += _listed(_("评审因素"), before["criteria"], after["criteria"], lambda row: row["name"], _criterion)
    by_token, by_key = (lambda row: row["token"]), (lambda row: row["fingerprint"])
    found += _listed(_("附件"), before["files"], after["files"], by_token, lambda row: row["title"], named=False)
    found += _listed(_("开启人"), before["officers"], after["officers"], by_key, _officer, named=False)
    return [one for one in found if one["before"] != one["after"]]


def _words() -> dict[str, Callable[[Told], str]]:
    """The plain fields: their names, and how their values read."""
    return {
        _("项目名称"): lambda c: c["title"],
        _("项目说明"): lambda c: c["text"],
        _("突发事件类别"): lambda c: needs_labels.value("category", c["category"]),
        _("应用领域"): lambda c: needs_labels.value("field_code", c.get("field_code", "")),
        _("地点"): lambda c: " ".join(filter(None, (c["province"], c["city"], c["place"]))),
        _("需要日期"): lambda c: labels.day(c["wanted_on"]),
        _("紧急理由"): lambda c: c["incident_reason"],
        _("交易方式"): lambda c: "、".join(map(labels.arrangement, c["arrangements"])),
        _("比较期限"): lambda c: _("%(n)s 个月", n=c["period_months"]),
        _("最高限价"): lambda c: _fen(c["budget_fen"]),
        _("付款条件"): lambda c: c["payment_terms"],
        _("验收方案"): lambda c: c["acceptance_terms"],
        _("提问截止"): lambda c: labels.moment(c["questions_until"]),
        _("报价截止"): lambda c: labels.moment(c["quotes_until"]),
        _("开启时间"): lambda c: labels.moment(c["opens_at"]),
    }


def _lots(before: Told, after: Told) -> Iterator[Change]:
    old, new = ({lot["number"]: lot for lot in content["lots"]} for content in (before, after))
    for number in sorted({*old, *new}):
        name = _("第 %(n)s 包", n=number)
        was, now = old.get(number), new.get(number)
        yield _change(name, was["title"] if was else "", now["title"] if now else "")
        yield _change(_("%(lot)s限价", lot=name), _fen(was and was["budget_fen"]), _fen(now and now["budget_fen"]))
        was_items, now_items = (was["items"] if was else []), (now["items"] if now else [])
        for place in range(max(len(was_items), len(now_items))):
            one = was_items[place] if place < len(was_items) else None
            other = now_items[place] if place < len(now_items) else None
            yield from _item(_("%(lot)s第 %(n)s 项", lot=name, n=place + 1), one, other)


def _item(name: str, was: Told | None, now: Told | None) -> Iterator[Change]:
    yield _change(name, needs_labels.item(was) if was else "", needs_labels.item(now) if now else "")
    asked = _("%(item)s要求", item=name)
    yield from _listed(
        asked, was["requirements"] if was else [], now["requirements"] if now else [], lambda row: row["name"],
        needs_labels.requirement,
    )  # fmt: skip


def _listed(
    name: str, before: list[Any], after: list[Any], key: Callable[[Any], str], words: Callable[[Any], str],
    *, named: bool = True,
) -> list[Change]:  # fmt: skip
    """Rows compared one by one, found again by their key and by how many of the same key stand before them."""
    old, new = _numbered(before, key), _numbered(after, key)
    found = []
    for one in dict.fromkeys([*old, *new]):
        title = f"{name}:{one[0]}" if named else name
        found.append(_change(title, words(old[one]) if one in old else "", words(new[one]) if one in new else ""))
    return found


def _numbered(rows: list[Any], key: Callable[[Any], str]) -> dict[tuple[str, int], Any]:
    found: dict[tuple[str, int], Any] = {}
    for row in rows:
        number = sum(1 for known in found if known[0] == key(row))
        found[key(row), number] = row
    return found


def _change(what: str, before: str, after: str) -> Change:
    return {"what": what, "before": before, "after": after}


def _fen(amount: int | None) -> str:
    return "" if amount is None else format_fen(amount)


def _criterion(row: Told) -> str:
    return _("%(n)s 分;%(how)s", n=row["points"], how=row["how"])


def _officer(row: Told) -> str:
    return " ".join(filter(None, (row["name"], row["organisation"])))
