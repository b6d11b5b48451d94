"""What suppliers are told about opportunities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from marketplace.accounts import actions
from marketplace.accounts import queries as accounts
from marketplace.kit.i18n import told as _
from marketplace.matching.models import Opportunity
from marketplace.matching.scoring import Standing
from marketplace.needs.models import Need

NAMED_IN_DIGEST = 8


def opportunity(row: Opportunity, need: Need, at: datetime) -> None:
    """Into the inbox of a supplier's people: a need fits one of its listings."""
    subject = _("新商机:%(title)s", title=need.title)
    body = _("%(province)s的一项需求与贵单位的供给匹配:%(standing)s。", province=need.province, standing=_standing(row))
    people = accounts.people_of(row.supplier_id)
    actions.tell(
        people, subject, body, f"/my/opportunities/{row.id}", key=f"opportunity-{row.id}", at=at, by_mail=False
    )


def digest(supplier_id: int, rows: Sequence[Opportunity], needs: Mapping[int, Need], at: datetime) -> None:
    """One mail a day with what is new."""
    lines = [
        f"· {needs[row.need_id].title}({needs[row.need_id].province}){_standing(row)}" for row in rows[:NAMED_IN_DIGEST]
    ]
    if len(rows) > NAMED_IN_DIGEST:
        lines.append(_("另有 %(n)s 条,请登录查看。", n=len(rows) - NAMED_IN_DIGEST))
    subject = _("今日商机 %(n)s 条", n=len(rows))
    people = accounts.people_of(supplier_id)
    actions.tell(
        people, subject, "\n".join(lines), "/my/opportunities", key=f"opportunities-{supplier_id}-{rows[-1].id}", at=at
    )


def _standing(row: Opportunity) -> str:
    return {
        Standing.ELIGIBLE: _("要求全部满足"),
        Standing.OPEN: _("有要点需要补充说明"),
        Standing.NEAR: _("差一点即可满足"),
    }.get(row.standing, "")
