"""What search may show of a listing."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import OrganisationStatus
from marketplace.catalog import actions, certificates, indexing
from marketplace.catalog.models import ReviewDecision
from marketplace.catalog.schemas import CertificateForm
from marketplace.kit import clock, db
from tests.catalog.worlds import COMPLETE, form, make_operator, make_published, make_supplier


@pytest.fixture
def trade(context, at_noon):
    """A supplier, its published listing, an operator."""
    with db.transaction():
        owner, by = make_supplier(name="徐州示例装备有限公司")
        operator = make_operator()
        yield owner, by, operator, make_published(owner, by, operator, at_noon), at_noon


def test_a_document_says_what_the_page_says(trade):
    _owner, _by, _operator, row, at = trade
    document = indexing.product_document(row.id)
    assert document["id"] == row.id and document["version"] == row.revision
    assert document["texts"]["supplier"] == "徐州示例装备有限公司" and "排水" in document["texts"]["classes"]
    assert "3,000 m³/h" in document["texts"]["specs"]
    assert document["filters"]["class"] == ["3", "3.4", "3.4.6", "3.4.6.01"]
    assert document["filters"]["region"] == ["全国"] and document["filters"]["category"] == ["natural_disaster"]
    assert document["numbers"]["price_fen"] == [128_000_000.0] and document["numbers"]["spec_flow"] == [3000.0]
    assert document["numbers"]["published_at"] == at.timestamp()


def test_unknown_is_left_out_and_not_nought(trade):
    owner, by, operator, _row, at = trade
    vague = {"price_kind": "request", "price_min_fen": None, "stock": None, "lead_time_days": None}
    row = make_published(owner, by, operator, at, **vague)
    numbers = indexing.product_document(row.id)["numbers"]
    assert {"price_fen", "stock", "lead_time_days"} & numbers.keys() == set()


def test_a_range_gives_both_its_ends(trade):
    owner, by, operator, _row, at = trade
    specs = [s for s in COMPLETE["specs"] if s["name"] != "扬程"] + [
        {"name": "扬程", "min": 10, "max": 20, "unit": "m"}
    ]
    row = make_published(owner, by, operator, at, specs=specs)
    assert indexing.product_document(row.id)["numbers"]["spec_head"] == [10.0, 20.0]


@pytest.mark.parametrize("gone", ["draft", "withdrawn", "suspended", "owner"])
def test_what_is_not_public_has_no_document(trade, gone):
    owner, by, operator, row, at = trade
    if gone == "draft":
        row = actions.create_listing(owner, form(), by=by, at=at)
    elif gone == "withdrawn":
        actions.withdraw_listing(row, by=by, at=at)
    elif gone == "suspended":
        actions.decide_listing(row, ReviewDecision.SUSPEND, "存疑", by=operator, at=at)
    else:
        owner.status = OrganisationStatus.SUSPENDED
    db.session().flush()
    assert indexing.product_document(row.id) is None
    assert row.id not in indexing.public_versions()


def test_every_change_raises_the_version(trade):
    owner, by, _operator, row, at = trade
    before = indexing.public_versions()[row.id]
    actions.confirm_listings(owner, [row.id], by=by, at=at + timedelta(days=1))
    assert indexing.public_versions()[row.id] > before


def test_only_certificates_in_force_are_found_by(trade):
    owner, by, _operator, row, at = trade
    today = clock.local(at).date()
    for kind, days in (("旧证", -1), ("末日证", 0), ("新证", 9)):
        told = CertificateForm(kind=kind, valid_until=today + timedelta(days=days))
        certificates.add_certificate(owner, told, by=by, at=at)
    assert indexing.product_document(row.id)["filters"]["certificate"] == ["末日证", "新证"]
