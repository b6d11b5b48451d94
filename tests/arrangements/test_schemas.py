"""Terms as forms draw them, store them and show them."""

import pytest

from marketplace.arrangements import rules, schemas
from tests.arrangements.samples import SENT, terms

CODES = [kind.code for kind in rules.KINDS]


@pytest.mark.parametrize("code", CODES)
def test_an_input_has_no_label_or_an_unknown_shape(context, code):
    for field in schemas.fields(code, SENT[code]):
        assert field.label and field.shape in ("number", "yuan", "percent", "date", "choice")
        assert field.by in ("buyer", "supplier")
        assert bool(field.options) == (field.shape == "choice")
        assert field.shape != "choice" or field.default in dict(field.options)


@pytest.mark.parametrize("code", CODES)
def test_what_is_stored_or_typed_again_means_something_else(code):
    own = terms(code)
    assert schemas.terms_of(code, schemas.stored_terms(own)) == own
    assert schemas.read_terms(code, schemas.typed_terms(own)).data == own


@pytest.mark.parametrize("code", CODES)
def test_a_defaulted_form_sent_back_untouched_is_refused(context, code):
    asked = schemas.fields(code, SENT[code])
    sent = {field.name: field.default for field in asked} | SENT[code]
    assert schemas.read_terms(code, sent), schemas.read_terms(code, sent).errors


def test_another_way_of_having_the_product_asks_the_same(context):
    bought = [f.name for f in schemas.fields("product_service")]
    leased = [f.name for f in schemas.fields("product_service", {"product.kind": "operating_lease"})]
    assert "product.warranty_months" in bought and "product.deposit_months" not in bought
    assert "product.deposit_months" in leased
    assert [f.name for f in schemas.fields("product_service", {"product.kind": "theft"})] == bought


def test_two_kinds_on_one_page_share_names(context):
    sent = {"a.months": "24", "b.months": "12", "b.insured_fen": "1万"}
    assert schemas.read_terms("operating_lease", sent, "a.").data.months == 24
    faulty = schemas.read_terms("insurance", sent | {"b.months": "0"}, "b.")
    assert list(faulty.errors) == ["b.months"] and faulty.get("b.insured_fen") == "1万"


def test_a_document_shows_codes_or_fen(context):
    shown = {(group, label): text for group, label, text in schemas.shown_terms(terms("product_insurance"))}
    assert shown["产品", "取得方式"] == "经营租赁"
    assert shown["产品", "租期"] == "36 个月"
    assert shown["产品", "付租时点"] == "期初支付"
    assert shown["保险", "险种"] == "安全生产责任保险"
    assert shown["", "每年保费"] == "¥5,000"


def test_what_the_buyer_must_fix_is_left_to_each_supplier(context):
    by = {f.name: f.by for f in schemas.fields("equipment_as_a_service")}
    assert by["expected_monthly"] == "buyer" and by["minimum_monthly"] == "supplier"
    assert {f.name: f.by for f in schemas.fields("reserve_agreement")}["called_percent"] == "buyer"
