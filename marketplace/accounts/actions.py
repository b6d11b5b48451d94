"""Verbs about people: registering, signing in, passwords, links by mail, notices."""

import secrets
from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts import keys, mails, passwords, queries, rules
from marketplace.accounts.errors import DeadLink, EmailTaken, WeakPassword
from marketplace.accounts.models import MailedToken, Notice, TokenPurpose, User
from marketplace.accounts.schemas import NewPerson
from marketplace.kit import audit, db, sessions

LINK_HOURS = {TokenPurpose.VERIFY_EMAIL: 72, TokenPurpose.RESET_PASSWORD: 1, TokenPurpose.INVITATION: 24 * 7}


def register_person(new: NewPerson, *, at: datetime, verified: bool = False, demo: bool = False) -> User:
    """Make an account with its key and mail a link that proves the address; `verified` is for invitations and seeding.

    Raises: EmailTaken.
    """
    if queries.user_by_email(new.email):
        raise EmailTaken()
    person = User(
        email=new.email,
        name=new.name,
        phone=new.phone,
        password_hash=passwords.hash_password(new.password),
        email_verified_at=at if verified else None,
        demo=demo,
        created_at=at,
        updated_at=at,
    )
    db.session().add(person)
    db.flush_or(EmailTaken)
    audit.record(None, "person.register", person, at)
    keys.ensure_key(person, new.password, at)
    if not verified:
        send_verification(person, at=at)
    return person


def send_verification(person: User, *, at: datetime) -> None:
    """Mail a fresh link that proves the address."""
    mails.verify_email(person, make_token(TokenPurpose.VERIFY_EMAIL, person, at=at), at)


def verify_email(token: str, *, at: datetime) -> User:
    """The address is the person's. Raises: DeadLink."""
    person = use_token(token, TokenPurpose.VERIFY_EMAIL, at=at)
    person.email_verified_at = person.email_verified_at or at
    audit.record(None, "person.verify_email", person, at)
    return person


def check_sign_in(email: str, password: str) -> User | None:
    """The person if the password is right and the account is in use; equally slow for unknown addresses."""
    person = queries.user_by_email(email)
    if not passwords.is_right(password, person.password_hash if person else None):
        return None
    if person is None or person.disabled_at is not None:
        return None
    if passwords.needs_rehash(person.password_hash):
        person.password_hash = passwords.hash_password(password)
    return person


def is_right_code(person: User, code: str, *, at: datetime) -> bool:
    """Whether a one-time code fits now, give or take one step, and was not used before."""
    totp = pyotp.TOTP(person.totp_secret)
    now, typed = int(at.timestamp()) // 30, rules.digits(code).encode()
    for step in (now - 1, now, now + 1):
        if secrets.compare_digest(totp.at(step * 30).encode(), typed):
            unused = sa.update(User).where(User.id == person.id, User.totp_last_step < step)
            return db.session().exec(unused.values(totp_last_step=step)).rowcount == 1
    return False


def turn_on_totp(person: User, secret: str, code: str, *, at: datetime) -> bool:
    """Ask for one-time codes from now on; False when the first code does not fit."""
    person.totp_secret = secret
    if not is_right_code(person, code, at=at):
        person.totp_secret = ""
        return False
    audit.record(None, "person.totp_on", person, at)
    return True


def turn_off_totp(person: User, *, at: datetime) -> None:
    """Ask for the password only."""
    person.totp_secret, person.totp_last_step = "", 0
    audit.record(None, "person.totp_off", person, at)


def ask_reset(email: str, *, at: datetime) -> None:
    """Mail a link to choose a new password, if there is such a person; the caller answers the same either way."""
    person = queries.user_by_email(email)
    if person and person.disabled_at is None:
        mails.reset_password(person, make_token(TokenPurpose.RESET_PASSWORD, person, at=at), at)


def reset_password(token: str, password: str, *, at: datetime) -> User:
    """Choose a new password by a mailed link; ends every session of the person, and the use of the old key.

    Raises: DeadLink; WeakPassword.
    """
    person = use_token(token, TokenPurpose.RESET_PASSWORD, at=at)
    person.email_verified_at = person.email_verified_at or at  # whoever has the link reads that mailbox
    change_password(person, password, at=at)
    return person


def change_password(
    person: User, password: str, *, at: datetime, old_password: str | None = None, keep_session: str = ""
) -> None:
    """Store a new password and end the person's other sessions; without the old password the key is a new one too.

    Raises: WeakPassword; WrongPassword when the old one does not open the key.
    """
    if rules.is_weak_password(password, person.email, person.name):
        raise WeakPassword()
    if old_password is None:
        keys.replace_key(person, password, at)
    else:
        keys.relock(person, old_password, password, at)
    person.password_hash = passwords.hash_password(password)
    person.updated_at = at
    sessions.end_sessions_of(db.session(), person.id, but=keep_session)
    audit.record(None, "person.change_password", person, at)


def make_token(purpose: TokenPurpose, person: User | None, *, at: datetime, **detail: object) -> str:
    """A fresh secret for a mailed link; older ones of the same purpose and person die."""
    token = secrets.token_urlsafe(32)
    if person is not None:
        older = sa.update(MailedToken).where(
            MailedToken.user_id == person.id, MailedToken.purpose == purpose, MailedToken.used_at.is_(None)
        )
        db.session().exec(older.values(used_at=at))
    row = MailedToken(
        hash=rules.token_hash(token),
        purpose=purpose,
        user_id=person.id if person else None,
        detail=detail,
        expires_at=at + timedelta(hours=LINK_HOURS[purpose]),
    )
    db.session().add(row)
    return token


def use_token(token: str, purpose: TokenPurpose, *, at: datetime) -> User:
    """Use a mailed link up and return whose it is. Raises: DeadLink."""
    row = queries.live_token(token, purpose, at)
    use_up(row, at=at)
    return queries.user(row.user_id)


def use_up(row: MailedToken, *, at: datetime) -> None:
    """Use a mailed link up; of two uses at once one wins. Raises: DeadLink."""
    unused = sa.update(MailedToken).where(MailedToken.id == row.id, MailedToken.used_at.is_(None))
    if db.session().exec(unused.values(used_at=at)).rowcount != 1:
        raise DeadLink()


def tell(
    people: list[User], subject: str, body: str, link: str, *, key: str, at: datetime, by_mail: bool = True
) -> None:
    """Put a notice into each person's inbox and outbox; the same key tells the same person once."""
    for person in people:
        if db.session().exec(select(Notice.id).where(Notice.user_id == person.id, Notice.key == key)).first():
            continue
        notice = Notice(user_id=person.id, key=key, subject=subject[:200], body=body[:2000], link=link, created_at=at)
        if db.add_once(notice) and by_mail:
            mails.notice(person, subject, body, link, key, at)


def read_notices(user_id: int, notice_id: int | None, *, at: datetime) -> None:
    """Mark one notice of this person, or all, as read."""
    wanted = [Notice.user_id == user_id, Notice.read_at.is_(None)]
    if notice_id is not None:
        wanted.append(Notice.id == notice_id)
    db.session().exec(sa.update(Notice).where(*wanted).values(read_at=at))
