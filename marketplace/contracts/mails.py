"""What the two sides are told about a contract, in the inbox and by mail; always each side about what the other did."""

from datetime import datetime

from marketplace.accounts import actions
from marketplace.accounts import queries as accounts
from marketplace.contracts.models import Contract, ContractChange, Milestone
from marketplace.contracts.models_performance import Delivery, Dispute, Rating
from marketplace.kit.i18n import told as _
from marketplace.kit.web import show_day, show_time


def tell(
    row: Contract, organisation_ids: list[int], subject: str, body: str, key: str, at: datetime, part: str = ""
) -> None:
    """Tell these organisations once per key."""
    link = f"/contracts/{row.id}" + (f"#{part}" if part else "")
    for organisation_id in dict.fromkeys(organisation_ids):
        people = accounts.people_of(organisation_id)
        actions.tell(people, subject, body, link, key=f"contract-{row.id}-{key}", at=at)


def both(row: Contract) -> list[int]:
    """Buyer and supplier."""
    return [row.owner_id, row.supplier_id]


def other_side(row: Contract, organisation_id: int | None) -> list[int]:
    """Whom a deed of this organisation concerns."""
    return [row.supplier_id] if organisation_id == row.owner_id else [row.owner_id]


def offered(row: Contract, at: datetime) -> None:
    """To the supplier: the text is ready to be signed."""
    body = _("合同 %(number)s 已由采购单位签署,请核对文本后签署;如有不符,可退回并说明。", number=row.number)
    tell(row, [row.supplier_id], _("请签署合同:%(title)s", title=row.title), body, f"offered-{row.version}", at, "sign")


def sent_back(row: Contract, at: datetime) -> None:
    """To the buyer: the text is not what was agreed."""
    body = _("供应商退回了合同 %(number)s。说明:%(why)s", number=row.number, why=row.returned_why)
    tell(row, [row.owner_id], _("合同被退回:%(title)s", title=row.title), body, f"returned-{row.version}", at)


def taken_back(row: Contract, at: datetime) -> None:
    """To the supplier: the buyer rewrites it."""
    body = _("采购单位撤回了合同 %(number)s 的文本,修改后会重新发给贵单位。", number=row.number)
    tell(row, [row.supplier_id], _("合同文本已撤回:%(title)s", title=row.title), body, f"taken-{row.version}", at)


def signed(row: Contract, at: datetime) -> None:
    """To both: the contract is in force."""
    body = _("合同 %(number)s 已由双方签署,自 %(time)s 起生效。", number=row.number, time=show_time(at))
    tell(row, both(row), _("合同已生效:%(title)s", title=row.title), body, "signed", at)


def ended(row: Contract, at: datetime) -> None:
    """To both: it is over, one way or the other."""
    if row.end_reason:
        body = _("合同 %(number)s 已终止。原因:%(why)s", number=row.number, why=row.end_reason)
        subject = _("合同已终止:%(title)s", title=row.title)
    else:
        body = _("合同 %(number)s 已履行完毕。请在 14 天内评价对方,双方评价后同时公开。", number=row.number)
        subject = _("合同履行完毕:%(title)s", title=row.title)
    tell(row, both(row), subject, body, "ended", at, "ratings")


def order_sent(row: Contract, at: datetime) -> None:
    """To the supplier: something is called off."""
    until = show_time(row.answer_by) if row.answer_by else _("尽快")
    body = _("订单 %(number)s,送达 %(place)s。请在 %(until)s 前确认。", number=row.number, place=row.place, until=until)
    tell(row, [row.supplier_id], _("协议下单:%(title)s", title=row.title), body, "order", at, "sign")


def delivery_announced(row: Contract, delivery: Delivery, at: datetime) -> None:
    """To the buyer: goods are on their way, for the first time or again."""
    what = [
        _(
            "第 %(n)s 次交付预计 %(day)s 到达,收到后请签收并验收。",
            n=delivery.number,
            day=show_day(delivery.arrives_on),
        ),
        delivery.note,
    ]
    subject = (
        _("已发货:%(title)s", title=row.title)
        if delivery.round == 1
        else _("整改后重新交付:%(title)s", title=row.title)
    )
    tell(
        row,
        [row.owner_id],
        subject,
        "\n".join(filter(None, what)),
        f"d{delivery.number}-{delivery.round}-sent",
        at,
        "deliveries",
    )


def delivery_received(row: Contract, delivery: Delivery, by_id: int | None, at: datetime) -> None:
    """To the other side: handed over, and until when silence does not count yet."""
    body = _(
        "第 %(n)s 次交付已于 %(day)s 签收。请在 %(until)s 前验收;到期未作结论的,按合同约定视为验收合格。",
        n=delivery.number, day=show_day(delivery.received_on), until=show_time(delivery.accept_by),
    )  # fmt: skip
    tell(row, other_side(row, by_id), _("已签收,等待验收:%(title)s", title=row.title), body,
         f"d{delivery.number}-{delivery.round}-received", at, "deliveries")  # fmt: skip


def clock_ends(row: Contract, delivery: Delivery, at: datetime) -> None:
    """To both: two days are left."""
    body = _(
        "第 %(n)s 次交付的验收期限为 %(until)s。到期未作结论的,按合同约定视为验收合格。",
        n=delivery.number, until=show_time(delivery.accept_by),
    )  # fmt: skip
    tell(
        row,
        both(row),
        _("验收期限将至:%(title)s", title=row.title),
        body,
        f"d{delivery.number}-{delivery.round}-warn",
        at,
        "deliveries",
    )


def judged(row: Contract, delivery: Delivery, reason: str, automatic: bool, at: datetime) -> None:
    """What was found: to the supplier; what the clock found to both."""
    told = {
        "accepted": _("验收合格:%(title)s", title=row.title),
        "rework": _("要求整改:%(title)s", title=row.title),
        "rejected": _("拒收:%(title)s", title=row.title),
    }
    body = [_("第 %(n)s 次交付。", n=delivery.number)]
    if automatic:
        body.append(_("验收期限届满,按合同约定视为验收合格。"))
    if reason:
        body.append(_("原因:%(why)s", why=reason))
    if delivery.redo_by and delivery.status == "rework":
        body.append(_("请在 %(day)s 前完成整改并重新交付。", day=show_day(delivery.redo_by)))
    whom = both(row) if automatic else [row.supplier_id]
    tell(
        row,
        whom,
        told[delivery.status.value],
        "".join(body),
        f"d{delivery.number}-{delivery.round}-{delivery.status}",
        at,
        "deliveries",
    )


def delivery_cancelled(row: Contract, delivery: Delivery, at: datetime) -> None:
    """To the buyer: it does not come."""
    subject, body = _("交付已取消:%(title)s", title=row.title), _("供应商取消了第 %(n)s 次交付。", n=delivery.number)
    tell(row, [row.owner_id], subject, body, f"d{delivery.number}-cancelled", at, "deliveries")


def step_due(row: Contract, step: Milestone, at: datetime) -> None:
    """To the supplier: a step of the plan is due in three days."""
    body = _("“%(what)s”应在 %(day)s 前完成。", what=step.what, day=show_day(step.due_on))
    tell(
        row,
        [row.supplier_id],
        _("交付节点将到期:%(title)s", title=row.title),
        body,
        f"step-{step.id}-{step.due_on}",
        at,
        "plan",
    )


def change_proposed(row: Contract, change: ContractChange, at: datetime) -> None:
    """To the other side: please answer."""
    body = _("对方提出第 %(n)s 号变更,请答复。理由:%(why)s", n=change.number, why=change.why)
    tell(
        row,
        other_side(row, change.proposer_id),
        _("合同变更待答复:%(title)s", title=row.title),
        body,
        f"c{change.number}",
        at,
        "changes",
    )


def change_answered(row: Contract, change: ContractChange, at: datetime) -> None:
    """To the proposer: how it was answered; taken back: to the other side."""
    words = {"agreed": _("已同意"), "declined": _("未同意"), "withdrawn": _("对方已撤回")}
    withdrawn = change.status.value == "withdrawn"
    body = _("第 %(n)s 号变更:%(how)s。%(why)s", n=change.number, how=words[change.status.value], why=change.answer)
    whom = other_side(row, change.proposer_id) if withdrawn else [change.proposer_id]
    tell(
        row,
        whom,
        _("合同变更有答复:%(title)s", title=row.title),
        body,
        f"c{change.number}-{change.status}",
        at,
        "changes",
    )


def dispute_opened(row: Contract, dispute: Dispute, text: str, at: datetime) -> None:
    """To the other side, and to the operators by their own page."""
    subject = _("对方提出争议:%(title)s", title=row.title)
    tell(row, other_side(row, dispute.opener_id), subject, text[:500], f"x{dispute.id}", at, "disputes")
    body = _("合同 %(number)s 的一方提出争议,请关注。", number=row.number)
    link = f"/operations/disputes/{dispute.id}"
    actions.tell(accounts.operators(), _("新的合同争议"), body, link, key=f"dispute-{dispute.id}", at=at)


def dispute_said(row: Contract, dispute: Dispute, statement_id: int, by_id: int | None, at: datetime) -> None:
    """To whoever else takes part: there is something to read."""
    whom = [i for i in both(row) if i != by_id]
    body = _("争议中有新的陈述,请查看。")
    tell(
        row, whom, _("争议有新陈述:%(title)s", title=row.title), body, f"x{dispute.id}-s{statement_id}", at, "disputes"
    )


def dispute_ended(row: Contract, dispute: Dispute, at: datetime) -> None:
    """To both: how it ended."""
    body = dispute.outcome_text or _("提出方已撤回争议。")
    tell(row, both(row), _("争议已结束:%(title)s", title=row.title), body[:1000], f"x{dispute.id}-end", at, "disputes")


def rated(row: Contract, rating: Rating, at: datetime) -> None:
    """To the other side: it has rated; what it said shows when both have."""
    body = _("对方已完成评价。贵单位评价后,或 14 天期满后,双方评价同时公开。")
    tell(row, [rating.ratee_id], _("对方已评价:%(title)s", title=row.title), body, f"r{rating.id}", at, "ratings")


def rating_hidden(row: Contract, rating: Rating, at: datetime) -> None:
    """To both: a rating was taken down, and why."""
    body = _("一条评价经举报核查后不再公开。理由:%(why)s", why=rating.hidden_reason)
    tell(row, both(row), _("评价已隐藏:%(title)s", title=row.title), body, f"r{rating.id}-hidden", at, "ratings")
