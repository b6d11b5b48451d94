from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from marketplace.accounts.models import Notice, Organisation, OrganisationStatus
from marketplace.bidding import drafts, queries, quotes, receipts, rules, seal
from marketplace.bidding.errors import (
    AlreadyClosed,
    NothingToSubmit,
    NotRegistered,
    NotSealed,
    RequestChanged,
    SupplierNotApproved,
    TooLate,
)
from marketplace.bidding.models import ClosingManifest, OpenedStatus, SealedQuote, SealedStatus
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from marketplace.kit.errors import Stale
from marketplace.kit.mail import OutboxMail
from marketplace.procurement.models import Participant, ProcurementStatus, Round
from tests.bidding.tenders import amend, content, make_tender, save_draft, seal_and_submit

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def tender(context, at_noon):
    with db.transaction():
        return make_tender(at_noon, suppliers=2)


def deadline(tender):
    return db.session().get(Round, tender.round_id).quotes_until


def standing(tender, place=0):
    return queries.own_standing(db.session().get(Round, tender.round_id), tender.tag(place))


def test_a_quote_is_not_kept_sealed_with_a_receipt(tender, at_noon):
    with db.transaction():
        quote = seal_and_submit(tender, at_noon)
        facts = receipts.facts_of(quote.receipt)
        assert quote.status == SealedStatus.SUBMITTED and quote.sequence == 1 and len(quote.id) == 32
        assert facts["arrived"] == "2026-11-23T04:00:00.000000Z"
        assert facts["arrived-shanghai"] == "2026-11-23 12:00:00.000000+08:00"
        assert facts["envelope-sha256"] == quote.envelope_hash and facts["content-sha256"] == quote.content_hash
        assert receipts.check(receipts.as_text(quote), None).genuine
        assert receipts.check(receipts.as_json(quote), tender.suppliers[0][0].id).stored is True


def test_the_last_microsecond_is_not_in_time_or_the_deadline_itself_is(tender):
    with db.transaction():
        quote = seal_and_submit(tender, deadline(tender) - MICROSECOND)
        assert quote.status == SealedStatus.SUBMITTED
        for late in (timedelta(0), MICROSECOND):
            with pytest.raises(TooLate) as refused:
                seal_and_submit(tender, deadline(tender) + late, place=1)
        assert "12:00:00.000" in refused.value.message()
        with pytest.raises(TooLate):
            quotes.withdraw(tender.id, by=tender.actor(), arrived=deadline(tender), at=deadline(tender))


def test_a_double_click_makes_two_quotes(tender, at_noon):
    with db.transaction():
        first = seal_and_submit(tender, at_noon, key="k" * 20)
        again = seal_and_submit(tender, at_noon + timedelta(seconds=1), key="k" * 20)
        assert again.id == first.id and again.receipt == first.receipt
        assert len(queries.own_quotes(tender.id, tender.suppliers[0][0].id)) == 1


def test_a_lost_response_after_the_deadline_loses_the_receipt(tender):
    with db.transaction():
        first = seal_and_submit(tender, deadline(tender) - MICROSECOND, key="k" * 20)
        assert seal_and_submit(tender, deadline(tender) + timedelta(minutes=5), key="k" * 20).id == first.id


def test_a_later_submission_does_not_replace_the_earlier(tender, at_noon):
    with db.transaction():
        first = seal_and_submit(tender, at_noon)
        second = seal_and_submit(tender, at_noon, price="110万")
        assert (first.status, second.status, second.sequence) == (SealedStatus.REPLACED, SealedStatus.SUBMITTED, 2)
        seal_and_submit(tender, at_noon, place=1)
        assert [q.sequence for q in queries.own_quotes(tender.id, tender.suppliers[1][0].id)] == [1]


def test_a_withdrawn_quote_still_stands_or_cannot_come_again(tender, at_noon):
    with db.transaction():
        seal_and_submit(tender, at_noon)
        gone = quotes.withdraw(tender.id, by=tender.actor(), arrived=at_noon, at=at_noon)
        assert gone.status == SealedStatus.WITHDRAWN and standing(tender) is None
        with pytest.raises(NothingToSubmit):
            quotes.withdraw(tender.id, by=tender.actor(), arrived=at_noon, at=at_noon)
        assert seal_and_submit(tender, at_noon).sequence == 2


def test_an_amended_request_takes_what_was_sealed_for_the_old_one(tender, at_noon):
    with db.transaction():
        ready = quotes.seal_content(content(tender), "k" * 20, tender.asked(), by=tender.actor())
        amend(tender, at_noon, reconfirm=True)
        with pytest.raises(RequestChanged) as refused:
            quotes.submit(ready, by=tender.actor(), arrived=at_noon, at=at_noon)
        assert "数量" in refused.value.message()


def test_reconfirming_changes_what_is_offered_or_leaves_the_old_version(tender, at_noon):
    with db.transaction():
        first = seal_and_submit(tender, at_noon)
        amend(tender, at_noon, reconfirm=True)
        row = tender.asked().procurement
        assert rules.stand(first, False, None, row.reconfirm_from) == rules.Stand.RECONFIRM
        ready = quotes.seal_again(tender.private(), "r" * 20, tender.asked(), by=tender.actor())
        again = quotes.submit(ready, by=tender.actor(), arrived=at_noon, at=at_noon)
        told = [seal.read_own(quote.envelope, tender.private()) for quote in (first, again)]
        assert [one.pop("version") for one in told] == [1, 2] and told[0] == told[1]
        assert again.version == 2 and standing(tender).id == again.id


def test_a_stranger_or_a_suspended_supplier_quotes(tender, at_noon):
    with db.transaction():
        db.session().exec(sa.delete(Participant).where(Participant.supplier_id == tender.suppliers[1][0].id))
        with pytest.raises(NotRegistered):
            seal_and_submit(tender, at_noon, place=1)
        org = db.session().get(Organisation, tender.suppliers[0][0].id)
        org.status = OrganisationStatus.SUSPENDED
        with pytest.raises(SupplierNotApproved):
            seal_and_submit(tender, at_noon)


def test_after_the_manifest_a_quote_is_taken(tender, at_noon):
    with db.transaction():
        db.session().add(
            ClosingManifest(round_id=tender.round_id, text="", root="0" * 64, size=0, signature="", made_at=at_noon)
        )
        db.session().flush()
        with pytest.raises(AlreadyClosed):
            seal_and_submit(tender, at_noon)


def test_a_second_standing_quote_of_one_bidder_gets_past_the_database(tender, at_noon):
    with db.transaction():
        quote = seal_and_submit(tender, at_noon)
        values = quote.model_dump() | {"id": "f" * 32, "sequence": 9, "submission_key": "other"}
        with pytest.raises(sa.exc.IntegrityError):
            with db.session().begin_nested():
                db.session().add(SealedQuote(**values))


def test_an_envelope_made_elsewhere_is_refused_or_its_content_taken_on_trust(tender, at_noon):
    with db.transaction():
        asked, by = tender.asked(), tender.actor()
        data = quotes.seal_content(content(tender), "e" * 20, asked, by=by).sealed.data
        ready = quotes.accept_sealed(data, "e" * 20, asked, by=by)
        quote = quotes.submit(ready, by=by, arrived=at_noon, at=at_noon)
        shares = [seal.shares_for([quote], private)[quote.id] for _user, private in tender.officers[:2]]
        assert seal.open_quote(quote, shares[:1]) is None
        assert seal.open_quote(quote, shares).status == OpenedStatus.OPENED
        wrong = content(tender, note="别人的").model_copy(update={"supplier_id": tender.suppliers[1][0].id})
        own = [seal.reader_of(seal.public_of(tender.private()))]
        head = seal.head_of(asked.procurement, asked.round, tender.tag(), "w" * 20)
        sealed = seal.seal_quote(wrong, head, officers=queries.officer_keys(asked.round.id), quorum=2, own=own)
        quote = quotes.submit(
            quotes.accept_sealed(sealed.data, "w" * 20, asked, by=by), by=by, arrived=at_noon, at=at_noon
        )
        shares = [seal.shares_for([quote], private)[quote.id] for _user, private in tender.officers[1:]]
        assert seal.open_quote(quote, shares).status == OpenedStatus.INVALID


@pytest.mark.parametrize("fault", ["another key", "another bidder", "plain", "pdf"])
def test_an_envelope_for_something_else_is_taken(tender, at_noon, fault):
    with db.transaction():
        asked, by = tender.asked(), tender.actor()
        data = quotes.seal_content(content(tender), "e" * 20, asked, by=by).sealed.data
        key = "x" * 20 if fault == "another key" else "e" * 20
        by = tender.actor(1) if fault == "another bidder" else by
        data = {"plain": content(tender).model_dump_json().encode(), "pdf": b"%PDF-1.7 ..."}.get(fault, data)
        with pytest.raises(NotSealed):
            quotes.accept_sealed(data, key, asked, by=by)


def test_a_colleagues_draft_is_overwritten_unseen(tender, at_noon):
    with db.transaction():
        save_draft(tender, at_noon)
        with pytest.raises(Stale):
            save_draft(tender, at_noon)
        save_draft(tender, at_noon, revision=1, note="改过")
        current = db.session().get(Round, tender.round_id)
        assert drafts.read(current, tender.tag(), tender.private()).typed["note"] == "改过"


def test_the_trail_or_the_mail_names_a_bidder(tender, at_noon):
    with db.transaction():
        before = [db.session().exec(select(sa.func.count()).select_from(t)).one() for t in (Notice, OutboxMail)]
        seal_and_submit(tender, at_noon)
        quotes.withdraw(tender.id, by=tender.actor(), arrived=at_noon, at=at_noon)
        entries = db.session().exec(select(AuditEntry).where(AuditEntry.action.startswith("sealed."))).all()
        assert len(entries) == 2
        assert all((e.actor_id, e.organisation_id, e.object_id, e.detail) == (None, None, None, {}) for e in entries)
        after = [db.session().exec(select(sa.func.count()).select_from(t)).one() for t in (Notice, OutboxMail)]
        assert after == before


def test_a_cancelled_procurement_takes_quotes(tender, at_noon):
    from marketplace.bidding.errors import NotAskedAnyMore

    with db.transaction():
        row = tender.asked().procurement
        row.status, row.end_reason = ProcurementStatus.CANCELLED, "预算取消"
        with pytest.raises(NotAskedAnyMore):
            seal_and_submit(tender, at_noon)
