"""Mail through an outbox: written with the deed, sent by a job, so a mail server's bad day never fails a page."""

import logging
import smtplib
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app
from sqlmodel import Field, SQLModel, select

from marketplace.kit import clock, db
from marketplace.kit.columns import choice

log = logging.getLogger(__name__)
MAX_TRIES = 8


class MailStatus(StrEnum):
    """Where a mail is."""

    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept"  # no mail server is configured: the mail stays readable in the outbox
    FAILED = "failed"


class OutboxMail(SQLModel, table=True):
    """One mail to one recipient (发件箱). `key` is unique: the same event tells the same person once."""

    __tablename__ = "outbox_mail"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=160)
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    body: str
    status: MailStatus = choice(MailStatus, default=MailStatus.WAITING, index=True)
    tries: int = 0
    next_try_at: datetime = Field(index=True)
    created_at: datetime
    sent_at: datetime | None = None
    fault: str = Field(default="", max_length=300)


def post(recipient: str, subject: str, body: str, *, key: str, at: datetime) -> None:
    """Put a mail into the outbox within the current transaction; a key already used is passed over."""
    if db.session().exec(select(OutboxMail.id).where(OutboxMail.key == key)).first():
        return
    subject = " ".join(subject.split())[:200]
    row = OutboxMail(key=key, recipient=recipient, subject=subject, body=body, next_try_at=at, created_at=at)
    db.add_once(row)


def send_waiting(limit: int = 50) -> int:
    """Send what is due; returns how many were dealt with.

    No transaction is open while the server is asked: on SQLite it would hold up every page for as long as the server
    hesitates. The try is noted before, so a crash in between means that the mail is tried again later.
    """
    for dealt in range(limit):
        mail_id = _claim()
        if mail_id is None:
            return dealt
        with db.reading() as session:
            mail = session.get(OutboxMail, mail_id)
        fault = _deliver(mail)
        with db.transaction() as session:
            _note(session.get(OutboxMail, mail_id), fault)
    return limit


def resend(mail_id: int) -> None:
    """Put a failed mail back in line, at an operator's wish."""
    row = db.session().get(OutboxMail, mail_id)
    if row:
        row.status, row.tries, row.next_try_at, row.fault = MailStatus.WAITING, 0, clock.now(), ""


def counts() -> dict[str, int]:
    """How many mails are in each state."""
    rows = db.session().exec(select(OutboxMail.status, sa.func.count()).group_by(OutboxMail.status))
    return {str(status): number for status, number in rows}


def _claim() -> int | None:
    """The next mail due, put off so that no other process takes it meanwhile; None when there is none."""
    now = clock.now()
    with db.transaction() as session:
        due = (OutboxMail.status == MailStatus.WAITING, OutboxMail.next_try_at <= now)
        query = select(OutboxMail).where(*due).order_by(OutboxMail.id).limit(1)
        mail = session.exec(query.with_for_update(skip_locked=True)).first()
        if mail is None:
            return None
        mail.tries += 1
        mail.next_try_at = now + timedelta(minutes=2**mail.tries)
        return mail.id


def _deliver(mail: OutboxMail) -> str | None:
    """Why the mail could not be sent; "" when it was, None when no server is configured."""
    server = current_app.config["SMTP_URL"]
    if not server:
        return None
    try:
        _send(server, mail)
    except Exception as fault:  # a malformed address makes the standard library raise almost anything
        log.warning("mail %s not sent: %s", mail.id, fault)
        return str(fault)[:300] or type(fault).__name__
    return ""


def _note(mail: OutboxMail, fault: str | None) -> None:
    if fault is None:
        mail.status = MailStatus.KEPT
    elif fault:
        mail.fault = fault
        mail.status = MailStatus.FAILED if mail.tries >= MAX_TRIES else MailStatus.WAITING
    else:
        mail.status, mail.sent_at, mail.fault = MailStatus.SENT, clock.now(), ""


def _send(server: str, mail: OutboxMail) -> None:
    message = EmailMessage()
    message["From"], message["To"] = current_app.config["MAIL_FROM"], mail.recipient
    message["Subject"] = mail.subject
    message.set_content(mail.body)
    address = urlsplit(server)
    kind = smtplib.SMTP_SSL if address.scheme == "smtps" else smtplib.SMTP
    with kind(address.hostname or "localhost", address.port or 25, timeout=10) as smtp:
        if address.username:
            smtp.login(unquote(address.username), unquote(address.password or ""))
        smtp.send_message(message)
