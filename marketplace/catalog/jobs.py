"""What the catalog does by the clock: certificates about to end, prices nobody has confirmed for long."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from marketplace.accounts import actions as accounts
from marketplace.accounts import queries as people
from marketplace.accounts.models import Organisation, OrganisationStatus
from marketplace.catalog import rules
from marketplace.catalog.models import Certificate, Listing, ListingStatus
from marketplace.kit import clock, db
from marketplace.kit.i18n import told as _
from marketplace.kit.jobs import job

STALE_DAYS = 90


@job("catalog.certificates", "10 8 * * *")
def remind_certificates(slot: datetime) -> str:
    """Tell suppliers 60, 30 and 7 days before a certificate ends and when it has, each once, however late we run."""
    today = clock.local(slot).date()
    horizon = today + timedelta(days=max(rules.REMINDER_DAYS))
    waiting = sa.or_(col(Certificate.told_days).is_(None), col(Certificate.told_days) > 0)
    query = select(Certificate).where(col(Certificate.valid_until) <= horizon, waiting).order_by(Certificate.id)
    told = 0
    for row in db.session().exec(query).all():
        days = rules.reminder_due(row.valid_until, today, row.told_days)
        if days is None:
            continue
        _remind(row, days, slot)
        told += 1
    return f"{told} reminders"


@job("catalog.stale", "20 8 * * *")
def remind_stale(slot: datetime) -> str:
    """Ask each supplier once per STALE_DAYS whether listings nobody confirmed for so long still hold."""
    before = slot - timedelta(days=STALE_DAYS)
    stale = (
        Listing.status == ListingStatus.PUBLISHED,
        col(Listing.confirmed_at) < before,
        sa.or_(col(Listing.stale_told_at).is_(None), col(Listing.stale_told_at) < before),
    )
    counts = (
        select(Listing.owner_id, sa.func.count())
        .join(Organisation, Organisation.id == Listing.owner_id)
        .where(*stale, Organisation.status == OrganisationStatus.APPROVED)
        .group_by(Listing.owner_id)
    )
    owners = db.session().exec(counts).all()
    for owner_id, number in owners:
        subject = _("%(n)s 条供给超过 %(days)s 天未确认价格与库存", n=number, days=STALE_DAYS)
        body = _("信息仍准确的,可一键确认;有变化的请更新。长期未确认的信息会向采购方标明日期。")
        key = f"stale-{slot:%Y%m%d}"
        accounts.tell(people.people_of(owner_id), subject, body, "/desk/listings?stale=1", key=key, at=slot)
        note = sa.update(Listing).where(Listing.owner_id == owner_id, *stale)
        note = note.values(stale_told_at=slot, revision=Listing.revision + 1)
        db.session().exec(note.execution_options(synchronize_session=False))
    return f"{len(owners)} suppliers"


def _remind(row: Certificate, days: int, slot: datetime) -> None:
    row.told_days = days
    db.session().flush()
    until = row.valid_until.isoformat()
    if days == 0:
        subject = _("证书已到期:%(kind)s", kind=row.kind)
    else:
        subject = _("证书将在 %(n)s 天内到期:%(kind)s", n=days, kind=row.kind)
    body = _(
        "证书编号 %(number)s,有效期至 %(until)s。请在到期前更新,过期证书会向采购方标明。",
        number=row.number or "—",
        until=until,
    )
    key = f"certificate-{row.id}-{until}-{days}"
    accounts.tell(people.people_of(row.owner_id), subject, body, "/desk/certificates", key=key, at=slot)
