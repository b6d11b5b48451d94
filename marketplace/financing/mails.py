"""What applicants, institutions and members are told, in the inbox and by mail."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.accounts import actions
from marketplace.accounts import queries as accounts
from marketplace.financing.models import FinanceApplication, FinanceOffer, FinanceSubmission
from marketplace.financing.models_consortium import Consortium
from marketplace.kit.i18n import told as _
from marketplace.kit.web import show_time


def _tell(organisation_id: int, subject: str, body: str, link: str, key: str, at: datetime) -> None:
    actions.tell(accounts.people_of(organisation_id), subject, body, link, key=key, at=at)


def _institution(row: FinanceSubmission, subject: str, body: str, key: str, at: datetime) -> None:
    _tell(row.institution_id, subject, body, f"/financing/inbox/{row.id}", f"finance-{row.id}-{key}", at)


def _applicant(
    row: FinanceSubmission, asked: FinanceApplication, subject: str, body: str, key: str, at: datetime
) -> None:
    link = f"/financing/applications/{asked.id}#s{row.id}"
    _tell(asked.owner_id, subject, body, link, f"finance-{row.id}-{key}", at)


def arrived(row: FinanceSubmission, asked: FinanceApplication, applicant: str, at: datetime) -> None:
    """To the institution: an application."""
    body = _(
        "%(who)s 就“%(product)s”提交申请 %(number)s。请在 %(until)s 前答复。",
        who=applicant, product=row.product["name"], number=asked.number, until=show_time(row.answer_by),
    )  # fmt: skip
    _institution(row, _("收到金融保险申请:%(title)s", title=asked.title), body, "sent", at)


def due_soon(row: FinanceSubmission, asked: FinanceApplication, at: datetime) -> None:
    """To the institution: the day it promised is near or past."""
    body = _("申请 %(number)s 应在 %(until)s 前答复。", number=asked.number, until=show_time(row.answer_by))
    _institution(row, _("申请待答复:%(title)s", title=asked.title), body, "due", at)


def asks_more(row: FinanceSubmission, asked: FinanceApplication, text: str, message_id: int, at: datetime) -> None:
    """To the applicant: something is missing."""
    body = _("%(product)s:%(text)s", product=row.product["name"], text=text)
    _applicant(row, asked, _("机构请补充材料:%(title)s", title=asked.title), body, f"ask-{message_id}", at)


def replied(row: FinanceSubmission, asked: FinanceApplication, message_id: int, at: datetime) -> None:
    """To the institution: here it is."""
    body = _("申请 %(number)s 已补充说明或材料,请继续审核。", number=asked.number)
    _institution(row, _("申请单位已补充:%(title)s", title=asked.title), body, f"reply-{message_id}", at)


def offered(row: FinanceSubmission, asked: FinanceApplication, offer: FinanceOffer, at: datetime) -> None:
    """To the applicant: an offer, and until when it stands."""
    body = _(
        "“%(product)s”已出具方案,有效期至 %(until)s。", product=row.product["name"], until=show_time(offer.valid_until)
    )
    _applicant(row, asked, _("收到金融保险方案:%(title)s", title=asked.title), body, f"offer-{offer.number}", at)


def offer_ends(row: FinanceSubmission, asked: FinanceApplication, offer: FinanceOffer, at: datetime) -> None:
    """To the applicant: two days are left."""
    body = _(
        "“%(product)s”的方案将于 %(until)s 失效。", product=row.product["name"], until=show_time(offer.valid_until)
    )
    _applicant(row, asked, _("方案即将失效:%(title)s", title=asked.title), body, f"ends-{offer.number}", at)


def lapsed(row: FinanceSubmission, asked: FinanceApplication, offer: FinanceOffer, at: datetime) -> None:
    """To both: the offer's time is over."""
    body = _("申请 %(number)s 的方案已于 %(until)s 失效。", number=asked.number, until=show_time(offer.valid_until))
    subject = _("方案已失效:%(title)s", title=asked.title)
    _applicant(row, asked, subject, body, f"lapsed-{offer.number}", at)
    _institution(row, subject, body, f"lapsed-{offer.number}-i", at)


def declined(row: FinanceSubmission, asked: FinanceApplication, at: datetime) -> None:
    """To the applicant: no, and why."""
    body = _("“%(product)s”未能受理。理由:%(why)s", product=row.product["name"], why=row.end_reason)
    _applicant(row, asked, _("机构未予受理:%(title)s", title=asked.title), body, "declined", at)


def accepted(row: FinanceSubmission, asked: FinanceApplication, at: datetime) -> None:
    """To the institution: its offer was accepted."""
    body = _("申请单位接受了贵机构就申请 %(number)s 出具的方案,请联系办理签约。", number=asked.number)
    _institution(row, _("方案已被接受:%(title)s", title=asked.title), body, "accepted", at)


def not_chosen(row: FinanceSubmission, asked: FinanceApplication, at: datetime) -> None:
    """To the other institutions: nothing of who was chosen, or how."""
    body = _("申请单位就申请 %(number)s 选择了其他方案,感谢贵机构的答复。", number=asked.number)
    _institution(row, _("申请已选定其他方案:%(title)s", title=asked.title), body, "not-chosen", at)


def withdrawn(row: FinanceSubmission, asked: FinanceApplication, at: datetime) -> None:
    """To the institution: nothing has to be done any more."""
    body = _("申请 %(number)s 已撤回。理由:%(why)s", number=asked.number, why=row.end_reason or asked.end_reason)
    _institution(row, _("申请已撤回:%(title)s", title=asked.title), body, "withdrawn", at)


def _members(row: Consortium, whom: Sequence[int], subject: str, body: str, key: str, at: datetime) -> None:
    for organisation_id in whom:
        _tell(organisation_id, subject, body, f"/consortia/{row.id}", f"consortium-{row.id}-{key}", at)


def consortium_offered(row: Consortium, whom: Sequence[int], at: datetime) -> None:
    """To the other members: please read and accept."""
    body = _("联合体协议 %(number)s 请贵单位阅读并确认,全体成员接受后生效。", number=row.number)
    _members(row, whom, _("请确认联合体协议:%(title)s", title=row.title), body, f"offered-{row.version}", at)


def consortium_refused(row: Consortium, who: str, whom: Sequence[int], at: datetime) -> None:
    """To all others: somebody does not accept it so."""
    body = _("%(who)s 未接受联合体协议 %(number)s。理由:%(why)s", who=who, number=row.number, why=row.returned_why)
    _members(row, whom, _("联合体协议被退回:%(title)s", title=row.title), body, f"refused-{row.version}", at)


def consortium_taken_back(row: Consortium, whom: Sequence[int], at: datetime) -> None:
    """To the other members: the leader rewrites it."""
    body = _("牵头单位撤回了联合体协议 %(number)s 的文本,修改后会重新发出。", number=row.number)
    _members(row, whom, _("联合体协议已撤回:%(title)s", title=row.title), body, f"taken-{row.version}", at)


def consortium_valid(row: Consortium, whom: Sequence[int], at: datetime) -> None:
    """To all: everybody has accepted."""
    body = _("联合体协议 %(number)s 已由全体成员接受,自 %(time)s 起生效。", number=row.number, time=show_time(at))
    _members(row, whom, _("联合体协议已生效:%(title)s", title=row.title), body, "valid", at)


def consortium_ended(row: Consortium, whom: Sequence[int], at: datetime) -> None:
    """To all others: it is over."""
    body = _("联合体协议 %(number)s 已终止。理由:%(why)s", number=row.number, why=row.end_reason)
    _members(row, whom, _("联合体协议已终止:%(title)s", title=row.title), body, "ended", at)
