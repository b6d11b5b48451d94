"""A consortium named in a sealed quote: in one's own draft, and nowhere else."""

import pytest
from sqlmodel import select

from marketplace.accounts.models import Notice, OrganisationKind
from marketplace.bidding import drafts, seal
from marketplace.financing import consortia
from marketplace.financing.schemas import ConsortiumForm, MemberForm
from marketplace.kit import db
from marketplace.kit.audit import AuditEntry
from tests.bidding.tenders import make_tender, save_draft
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_key, make_member, make_organisation
from tests.financing.worlds import key


@pytest.fixture
def tender(context, at_noon):
    with db.transaction():
        return make_tender(NOON)


def agreed(tender):
    """A valid agreement of the first supplier with an insurer."""
    leads = tender.actor(0)
    with db.transaction():
        insurer = make_organisation(OrganisationKind.INSTITUTION, "示例财产保险公司")
        insures = make_actor(insurer, user=make_member(insurer))
        members = [MemberForm(who=leads.organisation_name, role="maker", share=90),
                   MemberForm(who=insurer.uscc, role="insurer", share=10, duties="质量保证")]  # fmt: skip
        form = ConsortiumForm(
            form_key=key(), title="投标联合体", text="各方自愿组成联合体,由牵头单位代表报价和签约。", members=members
        )
        row, _new = consortia.begin(form, by=leads, at=NOON)
        version = consortia.offer(row, by=leads, at=NOON)
        consortia.accept(row, version.hash, by=insures, at=NOON)
    return row, insurer


def traces():
    with db.reading() as session:
        return len(session.exec(select(AuditEntry)).all()), len(session.exec(select(Notice)).all())


def test_members_are_typed_again_or_somebody_learns_of_the_quote(tender, browser):
    row, insurer = agreed(tender)
    with db.transaction():
        save_draft(
            tender,
            NOON,
            **{
                "party-0-role": "service",
                "party-0-name": "原成员",
                "party-1-role": "other",
                "party-1-name": "原成员二",
            },
        )
    user = tender.suppliers[0][1]
    supplier, before = browser(user), traces()
    page = supplier.get(f"/consortia/{row.id}").text
    assert f'value="quote-{tender.id}"' in page
    answer = supplier.post(f"/consortia/{row.id}/name", where=f"quote-{tender.id}")
    assert answer.headers["Location"].endswith(f"/tenders/{tender.id}/quote/edit#parties")
    with db.transaction():
        asked, private = tender.asked(), make_key(user)
        draft = drafts.read(asked.round, seal.bidder_tag(tender.id, tender.actor(0).organisation_id), private)
    parties = {name: text for name, text in draft.typed.items() if name.startswith("party-")}
    assert parties == {"party-0-role": "insurer", "party-0-name": insurer.name, "party-0-uscc": insurer.uscc,
                       "party-0-duties": "质量保证", "party-0-share": "10"}  # fmt: skip
    assert draft.typed["note"] == "含现场培训"
    assert traces() == before


def test_an_application_from_a_request_takes_the_sealed_price_along(tender, browser):
    with db.transaction():
        save_draft(tender, NOON)
    page = browser(tender.suppliers[0][1]).get(f"/financing/applications/new?origin=tender&id={tender.id}").text
    assert "不会带入您的报价" in page and "1200000" not in page and "120万" not in page
    with db.transaction():
        stranger = make_member(make_organisation())
    assert browser(stranger).get(f"/financing/applications/new?origin=tender&id={tender.id}").status_code == 404
