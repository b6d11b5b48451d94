"""What people are told about procurements, in the platform's first language.

Who takes part is told alike whether it has quoted or not: nothing here is said to "bidders".
"""

from collections.abc import Iterable
from datetime import datetime

from marketplace.accounts import actions
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.kit.i18n import told as _
from marketplace.kit.web import show_time
from marketplace.procurement import queries
from marketplace.procurement.changes import Change
from marketplace.procurement.models import Procurement, ProcurementQuestion, Round

SHOWN_CHANGES, SHOWN_LETTERS = 20, 60


def link(procurement: Procurement) -> str:
    """The page suppliers read."""
    return f"/tenders/{procurement.id}"


def invited(procurement: Procurement, supplier_id: int, buyer: str, at: datetime) -> None:
    """To one supplier: please take part, until when."""
    current = queries.current_round(procurement.id)
    subject = _("%(buyer)s 邀请贵单位参加采购:%(title)s", buyer=buyer, title=procurement.title)
    body = _(
        "采购项目 %(number)s。请在页面上登记参与后密封报价,报价截止:%(until)s(北京时间)。",
        number=procurement.number, until=show_time(current.quotes_until),
    )  # fmt: skip
    _tell([supplier_id], procurement, subject, body, f"procurement-{procurement.id}-invited", at)


def published(procurement: Procurement, organisation_ids: Iterable[int], buyer: str, at: datetime) -> None:
    """To organisations that follow the need: quotes are asked for now."""
    current = queries.current_round(procurement.id)
    subject = _("您关注的需求开始采购:%(title)s", title=procurement.title)
    body = _(
        "%(buyer)s 发布了采购项目 %(number)s,报价截止:%(until)s(北京时间)。",
        buyer=buyer, number=procurement.number, until=show_time(current.quotes_until),
    )  # fmt: skip
    _tell(organisation_ids, procurement, subject, body, f"procurement-{procurement.id}-published", at)


def amended(procurement: Procurement, changes: list[Change], why: str, reconfirm: bool, at: datetime) -> None:
    """To all who may take part: what reads differently now, and why."""
    subject = _("采购文件变更:%(title)s", title=procurement.title)
    lines = [f"{row['what']}:{_short(row['before'])} → {_short(row['after'])}" for row in changes[:SHOWN_CHANGES]]
    if len(changes) > SHOWN_CHANGES:
        lines.append(_("另有 %(n)s 处变更,请打开页面查看。", n=len(changes) - SHOWN_CHANGES))
    if reconfirm:
        lines.append(_("变更前的报价须在截止前重新确认后才有效;尚未报价的不受影响。"))
    body = _("采购项目 %(number)s 已变更。原因:%(why)s", number=procurement.number, why=why)
    key = f"procurement-{procurement.id}-v{procurement.version}"
    _tell(_audience(procurement), procurement, subject, "\n".join([body, *lines]), key, at)


def ended(procurement: Procurement, at: datetime) -> None:
    """To all who may take part: it was called off, or failed, and why."""
    subject = _("采购终止:%(title)s", title=procurement.title)
    body = _("采购项目 %(number)s 已终止。原因:%(why)s", number=procurement.number, why=procurement.end_reason)
    _tell(_audience(procurement), procurement, subject, body, f"procurement-{procurement.id}-ended", at)


def question_asked(procurement: Procurement, question: ProcurementQuestion, at: datetime) -> None:
    """To the buyer: a question waits; not whose."""
    subject = _("采购项目有新的提问:%(title)s", title=procurement.title)
    people = accounts.people_of(procurement.owner_id)
    page = f"/procurements/{procurement.id}#questions"
    actions.tell(people, subject, question.text, page, key=f"procurement-question-{question.id}", at=at)


def question_answered(procurement: Procurement, question: ProcurementQuestion, at: datetime) -> None:
    """To all who may take part and the asker: the question as made public and its answer."""
    subject = _("采购答疑:%(title)s", title=procurement.title)
    body = _("问:%(text)s\n答:%(answer)s", text=question.public_text, answer=question.answer)
    ids = dict.fromkeys([*_audience(procurement), question.asker_id])
    _tell(ids, procurement, subject, body, f"procurement-answer-{question.id}", at)


def deadline_near(procurement: Procurement, current: Round, at: datetime) -> None:
    """To all who may take part in the round, whether they have quoted or not."""
    subject = _("报价即将截止:%(title)s", title=procurement.title)
    body = _(
        "采购项目 %(number)s 的报价截止时间为 %(until)s(北京时间)。已经提交的无需再操作。",
        number=procurement.number, until=show_time(current.quotes_until),
    )  # fmt: skip
    ids = current.admitted if current.number > 1 else _audience(procurement)
    key = f"round-{current.id}-reminder-{current.quotes_until:%Y%m%d%H%M}"
    _tell(ids, procurement, subject, body, key, at)


def final_round(procurement: Procurement, current: Round, at: datetime) -> None:
    """To the admitted suppliers: give the final price."""
    subject = _("请提交最后报价:%(title)s", title=procurement.title)
    body = _(
        "采购项目 %(number)s 进入最后报价,截止时间 %(until)s(北京时间)。请重新密封提交报价。",
        number=procurement.number, until=show_time(current.quotes_until),
    )  # fmt: skip
    _tell(current.admitted, procurement, subject, body, f"round-{current.id}-final", at)


def appointed(procurement: Procurement, person: User, buyer: str, at: datetime) -> None:
    """To a named officer: please confirm with your password."""
    subject = _("请确认担任开启人:%(title)s", title=procurement.title)
    body = _(
        "%(buyer)s 指定您为采购项目 %(number)s 的开启人。请登录后输入密码确认,供应商的报价将密封给您的密钥。",
        buyer=buyer, number=procurement.number,
    )  # fmt: skip
    key = f"procurement-{procurement.id}-officer-{at:%Y%m%d%H%M%S%f}"
    actions.tell([person], subject, body, "/my/appointments", key=key, at=at)


def officer_confirmed(procurement: Procurement, name: str, at: datetime) -> None:
    """To the buyer: an officer has confirmed."""
    subject = _("开启人已确认:%(name)s", name=name)
    body = _("%(name)s 已确认担任采购项目 %(number)s 的开启人。", name=name, number=procurement.number)
    people = accounts.people_of(procurement.owner_id)
    key = f"procurement-{procurement.id}-confirmed-{at:%Y%m%d%H%M%S%f}"
    actions.tell(people, subject, body, f"/procurements/{procurement.id}", key=key, at=at, by_mail=False)


def may_open(procurement: Procurement, current: Round, at: datetime) -> None:
    """To the officers and the buyer: the opening time has come, whatever there is to open."""
    subject = _("已到开启时间:%(title)s", title=procurement.title)
    body = _(
        "采购项目 %(number)s 可以开启报价,需要 %(quorum)s 名开启人分别输入密码。",
        number=procurement.number, quorum=current.quorum,
    )  # fmt: skip
    people = {user.id: user for row, user in queries.officers_of(current.id) if row.confirmed_at is not None}
    people |= {user.id: user for user in accounts.people_of(procurement.owner_id)}
    page = f"/procurements/{procurement.id}/opening"
    actions.tell(list(people.values()), subject, body, page, key=f"round-{current.id}-may-open", at=at)


def _audience(procurement: Procurement) -> list[int]:
    return queries.audience_of(procurement.id)


def _tell(
    organisation_ids: Iterable[int], procurement: Procurement, subject: str, body: str, key: str, at: datetime
) -> None:
    for organisation_id in organisation_ids:
        actions.tell(accounts.people_of(organisation_id), subject, body, link(procurement), key=key, at=at)


def _short(text: str) -> str:
    one_line = " ".join(text.split()) or "—"
    return one_line if len(one_line) <= SHOWN_LETTERS else one_line[: SHOWN_LETTERS - 1] + "…"
