"""The desk's list of what waits."""

from marketplace.kit import db
from marketplace.pages.todo import todo
from tests.bidding.opening_worlds import OPENS, make_tender, quote
from tests.conftest import NOON


def waits(actor, at):
    with db.transaction():
        return [(one.what, one.link) for one in todo(actor, at)]


def test_an_officer_is_not_told_that_the_quotes_may_be_opened_or_told_twice(app, context):
    tender = make_tender()
    link = f"/procurements/{tender.procurement_id}/opening"
    with app.test_request_context():
        assert all(one != link for _what, one in waits(tender.acting(0), NOON))
        assert [one for _what, one in waits(tender.acting(0), OPENS)].count(link) == 1


def test_a_supplier_learns_of_quotes_that_are_not_its_own(app, context):
    tender = make_tender()
    with app.test_request_context():
        before = waits(tender.suppliers[1][1], NOON)
        quote(tender, 0)
        assert waits(tender.suppliers[1][1], NOON) == before
        assert waits(tender.suppliers[0][1], NOON) == [], "who has quoted has nothing to do"
