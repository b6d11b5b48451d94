"""What the accounts room writes to people."""

from datetime import datetime

from flask import current_app

from marketplace.accounts.models import User
from marketplace.kit import mail
from marketplace.kit.i18n import told as _


def _link(path: str) -> str:
    return current_app.config["PUBLIC_URL"].rstrip("/") + path


def verify_email(person: User, token: str, at: datetime) -> None:
    """Prove the address."""
    body = _("您好 %(name)s:\n\n请打开以下链接完成邮箱验证(72 小时内有效):\n%(link)s\n\n如非本人操作,请忽略。",
             name=person.name, link=_link(f"/verify/{token}"))  # fmt: skip
    mail.post(person.email, _("请验证您的邮箱"), body, key=f"verify-{person.id}-{at:%Y%m%d%H%M%S%f}", at=at)


def reset_password(person: User, token: str, at: datetime) -> None:
    """Choose a new password."""
    body = _(
        "您好 %(name)s:\n\n请打开以下链接设置新密码(1 小时内有效,仅可使用一次):\n%(link)s\n\n如非本人操作,请忽略。",
        name=person.name,
        link=_link(f"/reset/{token}"),
    )
    mail.post(person.email, _("设置新密码"), body, key=f"reset-{person.id}-{at:%Y%m%d%H%M%S%f}", at=at)


def invitation(email: str, organisation: str, token: str, at: datetime) -> None:
    """Join an organisation."""
    body = _("%(org)s 邀请您加入其在安全应急产业供需平台的工作台。请打开以下链接(7 天内有效):\n%(link)s",
             org=organisation, link=_link(f"/invitation/{token}"))  # fmt: skip
    subject = _("%(org)s 邀请您加入", org=organisation)
    mail.post(email, subject, body, key=f"invite-{email[:80]}-{at:%Y%m%d%H%M%S%f}", at=at)


def notice(person: User, subject: str, body: str, link: str, key: str, at: datetime) -> None:
    """What the inbox says, by mail."""
    text = f"{body}\n\n{_link(link)}".strip() if link else body
    mail.post(person.email, subject, text, key=f"notice-{person.id}-{key}"[:160], at=at)
