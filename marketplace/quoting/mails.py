"""What people are told about requests and answers, in the inbox and by mail; suppliers are told one by one."""

from datetime import datetime

from marketplace.accounts import actions
from marketplace.accounts import queries as accounts
from marketplace.kit.i18n import told as _
from marketplace.kit.web import show_time
from marketplace.quoting import queries
from marketplace.quoting.models import Invitation, Question, Quote, Request


def request_sent(row: Request, buyer: str, at: datetime) -> None:
    """To every asked supplier: somebody asks for prices."""
    subject = _("%(buyer)s 向贵单位询价:%(title)s", buyer=buyer, title=row.title)
    body = _(
        "询价编号 %(number)s,请在 %(time)s(北京时间)前答复。\n"
        "本次为市场询价,用于了解市场与需求调查,不是法定的询价采购,报价不构成合同。",
        number=row.number, time=show_time(row.answer_by),
    )  # fmt: skip
    _tell_suppliers(row, subject, body, f"inquiry-{row.id}", at)


def request_extended(row: Request, at: datetime) -> None:
    """To every asked supplier: there is more time."""
    subject = _("询价延期:%(title)s", title=row.title)
    until = show_time(row.answer_by)
    body = _("询价 %(number)s 的答复截止时间延至 %(time)s(北京时间)。", number=row.number, time=until)
    _tell_suppliers(row, subject, body, f"inquiry-{row.id}-until-{row.answer_by:%Y%m%d%H%M}", at)


def request_closed(row: Request, at: datetime) -> None:
    """To every asked supplier: no more answers are taken."""
    subject = _("询价提前截止:%(title)s", title=row.title)
    body = _("采购单位已提前结束询价 %(number)s。已提交的报价保留,不再接受新的答复。", number=row.number)
    _tell_suppliers(row, subject, body, f"inquiry-{row.id}-closed", at)


def request_cancelled(row: Request, at: datetime) -> None:
    """To every asked supplier: it is called off, and why."""
    subject = _("询价已取消:%(title)s", title=row.title)
    body = _("询价 %(number)s 已取消。原因:%(reason)s", number=row.number, reason=row.cancel_reason)
    _tell_suppliers(row, subject, body, f"inquiry-{row.id}-cancelled", at)


def reminder(row: Request, invitation: Invitation, at: datetime) -> None:
    """To one supplier: a day is left."""
    subject = _("询价即将截止:%(title)s", title=row.title)
    body = _(
        "询价 %(number)s 将于 %(time)s(北京时间)截止,贵单位尚未答复。可提交报价,也可谢绝并说明原因。",
        number=row.number, time=show_time(row.answer_by),
    )  # fmt: skip
    _tell_supplier(row, invitation.supplier_id, subject, body, f"inquiry-{row.id}-reminder", at)


def question_answered(row: Request, question: Question, at: datetime) -> None:
    """To every asked supplier: a question and its answer, not who asked."""
    subject = _("询价答疑:%(title)s", title=row.title)
    body = _("问:%(text)s\n答:%(answer)s", text=question.public_text, answer=question.answer)
    _tell_suppliers(row, subject, body, f"inquiry-{row.id}-question-{question.id}", at)


def quote_submitted(row: Request, quote: Quote, supplier: str, at: datetime) -> None:
    """To the buyer: an answer came or was replaced. Prices stay on the page, not in mailboxes."""
    if quote.sequence == 1:
        subject = _("%(supplier)s 已报价:%(title)s", supplier=supplier, title=row.title)
    else:
        subject = _("%(supplier)s 更新了报价:%(title)s", supplier=supplier, title=row.title)
    _tell_buyer(row, subject, f"quote-{quote.id}-{quote.sequence}", at)


def quote_withdrawn(row: Request, quote: Quote, supplier: str, at: datetime) -> None:
    """To the buyer: an answer was taken back."""
    subject = _("%(supplier)s 撤回了报价:%(title)s", supplier=supplier, title=row.title)
    _tell_buyer(row, subject, f"quote-{quote.id}-{quote.sequence}-withdrawn", at)


def quote_declined(row: Request, quote: Quote, supplier: str, reason: str, at: datetime) -> None:
    """To the buyer: the supplier will not quote."""
    subject = _("%(supplier)s 谢绝报价:%(title)s", supplier=supplier, title=row.title)
    _tell_buyer(row, subject, f"quote-{quote.id}-declined-{quote.revision}", at, _("原因:%(reason)s", reason=reason))


def question_asked(row: Request, question: Question, at: datetime) -> None:
    """To the buyer: a question waits."""
    subject = _("询价有新的提问:%(title)s", title=row.title)
    _tell_buyer(row, subject, f"question-{question.id}", at, question.text)


def _tell_suppliers(row: Request, subject: str, body: str, key: str, at: datetime) -> None:
    for invitation, _org in queries.invitations_of(row.id):
        _tell_supplier(row, invitation.supplier_id, subject, body, key, at)


def _tell_supplier(row: Request, supplier_id: int, subject: str, body: str, key: str, at: datetime) -> None:
    actions.tell(accounts.people_of(supplier_id), subject, body, f"/desk/inquiries/{row.id}", key=key, at=at)


def _tell_buyer(row: Request, subject: str, key: str, at: datetime, body: str = "") -> None:
    body = body or _("询价编号 %(number)s。", number=row.number)
    actions.tell(accounts.people_of(row.owner_id), subject, body, f"/requests/{row.id}", key=key, at=at)
