"""A small catalogue that can be searched."""

import pytest

from marketplace.accounts.models import OrganisationKind
from marketplace.catalog.models import PriceKind
from marketplace.kit import db
from marketplace.search.mirror import mirrors
from marketplace.searching import learn_vocabulary
from marketplace.taxonomy import queries as taxonomy
from tests.factories.accounts import LONG_AGO, make_member, make_organisation
from tests.quoting.worlds import make_listing


def spec(name, value, unit, key):
    """A number as a listing keeps it."""
    return {"name": name, "value": value, "unit": unit, "key": key}


@pytest.fixture
def catalogue(app):
    """Four listings of two suppliers, in the index; returns their ids by a short name."""
    with app.app_context():
        truck, detector, aed = (
            taxonomy.class_by_name(n) for n in ("大流量排水抢险车", "雷达生命探测仪", "自动体外除颤器AED")
        )
        with db.transaction():
            first = make_organisation(OrganisationKind.SUPPLIER, "徐州试水装备有限公司")
            second = make_organisation(
                OrganisationKind.SUPPLIER, "江门试光电子有限公司", province="广东省", city="江门市"
            )
            make_member(first, email="first@test.example")
            common = {"confirmed_at": LONG_AGO, "published_at": LONG_AGO, "price_kind": PriceKind.FIXED}
            ids = {
                "big": make_listing(
                    first, "大流量排水抢险车", class_code=truck.code, emergency_categories=["natural_disaster"],
                    field_codes=["urban_safety"], specs=[spec("额定排水流量", 3000, "m³/h", "flow")], stock=2,
                    price_min_fen=146_000_000, price_max_fen=146_000_000, lead_time_days=40,
                    service_regions=["全国"], arrangements=["purchase", "operating_lease"], **common).id,
                "small": make_listing(
                    first, "小型排水抢险车", class_code=truck.code, emergency_categories=["natural_disaster"],
                    field_codes=["urban_safety"], specs=[spec("流量", 139, "L/s", "flow")], stock=0,
                    price_min_fen=62_800_000, price_max_fen=62_800_000, lead_time_days=90,
                    service_regions=["江苏省"], arrangements=["purchase"], **common).id,
                "radar": make_listing(
                    second, "手持雷达生命探测仪", class_code=detector.code, emergency_categories=["accident_disaster"],
                    field_codes=["emergency_rescue"], specs=[], service_regions=["全国"], price_min_fen=24_600_000,
                    price_max_fen=24_600_000, lead_time_days=20, summary="<b>穿墙</b>三十米", **common).id,
                "aed": make_listing(
                    second, "自动体外除颤器", model="AED-Q8", class_code=aed.code, emergency_categories=["public_health"],
                    field_codes=["urban_safety"], specs=[], service_regions=["广东省"], price_min_fen=None,
                    lead_time_days=None, **{**common, "price_kind": PriceKind.REQUEST}).id,
            }  # fmt: skip
            make_listing(second, "尚未发布的探测仪", status="draft", version=0)
        mirrors()["products"].rebuild()
        learn_vocabulary(app)
    return ids
