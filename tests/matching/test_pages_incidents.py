"""The operators' list of incidents: everybody's, with how many needs each has and how many somebody can supply."""

import pytest

from marketplace.accounts.models import OrganisationKind, User
from marketplace.kit import db
from marketplace.matching import queries
from marketplace.needs import incidents
from marketplace.needs.schemas import IncidentForm
from tests.conftest import NOON
from tests.factories.accounts import make_member, make_organisation
from tests.matching.worlds import make_world, matched, opened
from tests.needs.worlds import stored

pytestmark = pytest.mark.usefixtures("context", "at_noon")
FLOOD = {"name": "7·20 城区内涝", "level": 2, "province": "河南省"}


@pytest.fixture
def flood():
    """A world with an incident of three open needs: one covered, one that nothing fits, one never matched."""
    world = make_world(1)
    with db.transaction():
        row, _new = incidents.declare_incident(IncidentForm(**FLOOD), by=world.by, at=NOON)
    covered, bare, unmatched = opened(world), opened(world, form_key="bare"), opened(world, form_key="late")
    with db.transaction():
        for need in (covered, bare, unmatched):
            incidents.attach_to_incident(stored(need), row, by=world.by, at=NOON)
    matched(covered)
    for run in matched(bare):
        with db.transaction() as session:
            session.get(type(run), run.id).counts = {"excluded": 2}
    return row


def test_a_need_that_nothing_fits_counts_as_covered(flood):
    told = queries.coverage([flood.id, 999])
    assert (told[flood.id].needs, told[flood.id].covered, told[flood.id].unmatched) == (3, 1, 1) and 999 not in told


def test_an_operator_does_not_see_everybodys_incidents(flood, browser):
    with db.transaction():
        operator = make_member(make_organisation(OrganisationKind.OPERATOR))
    visitor = browser(operator)
    with db.transaction() as session:  # operators work with one-time codes set up
        session.get(User, operator.id).totp_secret = "SECRET"
    page = visitor.get("/operations/incidents")
    assert page.status_code == 200
    assert FLOOD["name"] in page.text and f"/incidents/{flood.id}" in page.text and "1 份未匹配" in page.text
    assert FLOOD["name"] not in visitor.get("/operations/incidents?status=ended").text
    assert FLOOD["name"] in visitor.get("/operations/incidents?status=declared").text


def test_a_buyer_sees_everybodys_incidents(flood, browser):
    with db.transaction():
        somebody = make_member(make_organisation(OrganisationKind.BUYER))
    assert browser(somebody).get("/operations/incidents").status_code in (403, 404)
