"""What each bidder is told when a lot is awarded: the winner its award, every other one its own reason only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale

from marketplace.awarding import labels, queries
from marketplace.awarding.models import Award, Ranking
from marketplace.kit.i18n import FIRST_LANGUAGE
from marketplace.kit.i18n import told as _
from marketplace.kit.money import format_fen
from marketplace.kit.web import show_time
from marketplace.procurement.models import Lot, Procurement


@dataclass(frozen=True)
class Letter:
    """One supplier's letter about one lot (成交通知书 or 未成交告知)."""

    supplier_id: int
    supplier: str
    won: bool
    subject: str
    body: str


def letters(
    procurement: Procurement,
    lot: Lot,
    ranking: Ranking,
    awards: Sequence[Award],
    objections_until: datetime,
    at: datetime,
) -> list[Letter]:
    """The letters of an announcement, winners first; as in 政府采购法实施条例第43条 the others learn name and amount of the winner."""
    names = {key: org.name for key, org in queries.names([row["supplier_id"] for row in ranking.rows]).items()}
    won = {award.supplier_id: award for award in awards}
    told = ";".join(f"{names[award.supplier_id]},{format_fen(award.amount_fen)}" for award in awards)
    found = [_to_winner(procurement, lot, names[key], award) for key, award in won.items()]
    place = {"place": min(award.place for award in awards)}
    with force_locale(FIRST_LANGUAGE):
        for row in ranking.rows:
            if row["supplier_id"] not in won:
                reason = labels.not_first(row, place)
                name = names[row["supplier_id"]]
                found.append(_to_other(procurement, lot, row["supplier_id"], name, told, reason, objections_until, at))
    return found


def _to_winner(procurement: Procurement, lot: Lot, name: str, award: Award) -> Letter:
    body = _(
        "%(supplier)s:\n\n贵单位为采购项目“%(title)s”(%(number)s)第 %(lot)s 包“%(lot_title)s”的成交供应商,成交金额 %(amount)s。"
        "请在平台确认接受或说明放弃的理由;自本通知发出之日起 30 日内签订合同(政府采购法第46条)。",
        supplier=name, title=procurement.title, number=procurement.number, lot=lot.number, lot_title=lot.title,
        amount=format_fen(award.amount_fen),
    )  # fmt: skip
    return Letter(award.supplier_id, name, True, _("成交通知书:%(title)s", title=procurement.title), body)


def _to_other(
    procurement: Procurement, lot: Lot, supplier_id: int, name: str, told: str, reason: str, until: datetime, at: datetime
) -> Letter:  # fmt: skip
    body = _(
        "%(supplier)s:\n\n感谢参加采购项目“%(title)s”(%(number)s)第 %(lot)s 包“%(lot_title)s”。成交结果:%(told)s。\n\n%(reason)s",
        supplier=name, title=procurement.title, number=procurement.number, lot=lot.number, lot_title=lot.title,
        told=told, reason=reason,
    )  # fmt: skip
    if until > at:
        body += _("\n\n如有异议,可在 %(time)s(北京时间)前在平台提出质疑。", time=show_time(until))
    return Letter(supplier_id, name, False, _("采购结果告知:%(title)s", title=procurement.title), body)
