"""Who may see which page of the catalog, and what stands on it."""

import io
import re
from dataclasses import dataclass
from threading import Barrier, Thread

import pytest
from sqlmodel import select

from marketplace.accounts.models import Organisation, OrganisationKind, OrganisationStatus, Role
from marketplace.catalog import actions, attachments, certificates, queries
from marketplace.catalog.models import ImportRun, Listing, ListingStatus
from marketplace.catalog.schemas import CertificateForm
from marketplace.kit import db, files
from tests.catalog.worlds import COMPLETE, demo_operator, form, make_published, picture, upload
from tests.conftest import NOON
from tests.factories.accounts import make_actor, make_member, make_organisation


@dataclass
class Shop:
    """Two suppliers with a draft and a published listing each, an operator and a buyer; ids and people."""

    mine: int
    draft: int
    theirs: int
    their_draft: int
    user: object
    viewer: object
    other: object
    operator: object
    buyer: object


@pytest.fixture
def shop(app, at_noon):
    """A small committed world."""
    app.config["DEMO"] = True
    with app.app_context(), db.transaction():
        operating, operator = demo_operator()
        acts = make_actor(operating, user=operator)
        buyer = make_member(make_organisation(OrganisationKind.BUYER))
        sides = []
        for _side in range(2):
            owner = make_organisation()
            user = make_member(owner)
            by = make_actor(owner, user=user)
            public = make_published(owner, by, acts, NOON, external_ref="A-1")
            sides.append(
                (owner, user, public.id, actions.create_listing(owner, form(name="草稿一台"), by=by, at=NOON).id)
            )
        viewer = make_member(sides[0][0], Role.VIEWER)
        return Shop(
            sides[0][2], sides[0][3], sides[1][2], sides[1][3], sides[0][1], viewer, sides[1][1], operator, buyer
        )


def sent(**more) -> dict:
    """The edit form as the browser sends it."""
    values = COMPLETE | {"price_min_fen": "1280000", "price_kind": "fixed"}
    rows = values.pop("specs")
    values["spec_name"] = [row["name"] for row in rows]
    values["spec_value"] = [str(row.get("value", row.get("text"))) for row in rows]
    values["spec_unit"] = [row.get("unit", "") for row in rows]
    return {name: str(v) if isinstance(v, int) else v for name, v in {**values, **more}.items()}


def revision(answer) -> str:
    """The revision the edit form carries."""
    return re.search(r'name="revision" value="(\d+)"', answer.text)[1]


OTHERS = [
    ("get", "/listings/{draft}"),
    ("get", "/listings/{draft}/versions"),
    ("get", "/listings/{draft}/versions/1"),
    ("get", "/listings/{draft}?as_of=2026-11-23"),
    ("get", "/desk/listings/{any}"),
    ("post", "/desk/listings/{any}"),
    ("get", "/desk/listings/{any}/preview"),
    ("post", "/desk/listings/{any}/submit"),
    ("post", "/desk/listings/{any}/withdraw"),
    ("post", "/desk/listings/{any}/copy"),
    ("post", "/desk/listings/{any}/images"),
    ("post", "/desk/listings/{any}/images/1"),
    ("post", "/desk/listings/{any}/documents"),
    ("post", "/desk/listings/{any}/documents/1/remove"),
]


@pytest.mark.parametrize(("method", "address"), OTHERS)
def test_anothers_listing_answers_exactly_as_one_that_does_not_exist(shop, browser, method, address):
    visitor = browser(shop.user)
    for listing_id in (shop.their_draft, shop.theirs) if "any" in address else (shop.their_draft,):
        answers = [
            getattr(visitor, method)(address.format(any=number, draft=number)) for number in (listing_id, 999_999)
        ]
        bodies = [re.sub(r"[0-9a-f]{64}|nonce-\S+|\"[\w-]{22}\"|999999|/\d+", "", a.text) for a in answers]
        assert [a.status_code for a in answers] == [404, 404]
        assert bodies[0] == bodies[1]


def test_anothers_certificate_and_import_answer_as_absent(app, shop, browser):
    with app.app_context(), db.transaction():
        other = db.session().get(Listing, shop.theirs).owner_id
        by = make_actor(db.session().get(Organisation, other), user=shop.other)
        org = db.session().get(Organisation, other)
        certificate = certificates.add_certificate(org, CertificateForm(kind="3C"), by=by, at=NOON).id
        run = ImportRun(owner_id=other, user_id=shop.other.id, file_name="a.csv", created_at=NOON, updated_at=NOON)
        db.session().add(run)
        db.session().flush()
        run_id = run.id
    visitor = browser(shop.user)
    for method, address in [
        ("get", f"/desk/certificates/{certificate}"), ("post", f"/desk/certificates/{certificate}"),
        ("post", f"/desk/certificates/{certificate}/remove"), ("get", f"/desk/listings/import/{run_id}"),
        ("post", f"/desk/listings/import/{run_id}"),
    ]:  # fmt: skip
        assert getattr(visitor, method)(address).status_code == 404, address


def test_bulk_verbs_pass_anothers_listings_over(app, shop, browser):
    visitor = browser(shop.user)
    for act in ("withdraw", "submit", "confirm"):
        visitor.post("/desk/listings/bulk", act=act, id=[str(shop.theirs), str(shop.their_draft)])
    with app.app_context():
        assert queries.listing(shop.theirs).status == ListingStatus.PUBLISHED
        assert queries.listing(shop.their_draft).status == ListingStatus.DRAFT


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("nobody", "/listings/{mine}", 200), ("nobody", "/listings/{draft}", 404), ("nobody", "/desk/listings", 303),
        ("nobody", "/operations/listings", 303), ("buyer", "/desk/listings", 403), ("buyer", "/listings/{draft}", 404),
        ("buyer", "/operations/listings/{mine}", 403), ("viewer", "/desk/listings", 200),
        ("viewer", "/desk/listings/{draft}", 200), ("viewer", "/desk/listings/new", 403), ("user", "/desk/listings", 200),
        ("user", "/listings/{draft}", 200), ("user", "/desk/listings/new", 200), ("user", "/operations/listings", 403),
        ("operator", "/operations/listings", 200), ("operator", "/listings/{draft}", 200),
        ("operator", "/operations/listings/{mine}", 200), ("operator", "/desk/listings", 403),
        ("nobody", "/listings/99999999999999999999", 404), ("nobody", "/listings/{mine}?as_of=yesterday", 404),
    ],
)  # fmt: skip
def test_a_page_opens_to_whom_it_is_for(shop, browser, who, address, status):
    visitor = browser(None if who == "nobody" else getattr(shop, who))
    answer = visitor.get(address.format(mine=shop.mine, draft=shop.draft))
    assert answer.status_code in ((303, 401) if status == 303 else (status,))


def test_a_viewer_changes_nothing(shop, browser):
    visitor = browser(shop.viewer)
    for address in ("", "/submit", "/withdraw", "/copy", "/images"):
        assert visitor.post(f"/desk/listings/{shop.draft}{address}").status_code == 403
    assert visitor.post("/desk/listings/bulk", act="confirm_all").status_code == 403
    assert '<fieldset class="bare" disabled' in visitor.get(f"/desk/listings/{shop.draft}").text


def test_from_an_empty_form_to_a_public_page(app, shop, browser):
    visitor = browser(shop.user)
    found = visitor.get("/desk/listings/new?kind=product&q=排水抢险车").text
    assert "class_code=3.4.6.01" in found
    fresh = visitor.get("/desk/listings/new?kind=product&class_code=3.4.6.01").text
    assert "额定" in fresh or "流量" in fresh
    made = visitor.post("/desk/listings", **sent(name="全新排水车", external_ref="N-1"))
    assert made.status_code == 303
    place = made.headers["Location"]
    listing_id = int(place.rsplit("/", 1)[1])
    answer = visitor.post(f"{place}/images", files={"image": (io.BytesIO(picture()), "车.png")})
    assert answer.status_code == 303
    assert "全新排水车" in visitor.get(f"{place}/preview").text
    assert visitor.post(f"{place}/submit").status_code == 303
    operator = browser(shop.operator)
    assert "全新排水车" in operator.get("/operations/listings").text
    review = operator.get(f"/operations/listings/{listing_id}")
    decided = operator.post(f"/operations/listings/{listing_id}", decision="approve", revision=revision(review))
    assert decided.status_code == 303
    page = browser().get(f"/listings/{listing_id}")
    assert page.status_code == 200
    for text in ("全新排水车", "¥1,280,000 / 辆", "3,000 m³/h", "IP55", "全国", "采购", "/files/"):
        assert text in page.text, text


def test_a_form_with_faults_comes_back_as_typed(shop, browser):
    answer = browser(shop.user).post("/desk/listings", **sent(name="x", stock="很多", summary="留下我"))
    assert answer.status_code == 422
    assert "留下我" in answer.text and "请填写整数" in answer.text and "3000" in answer.text


def test_a_number_of_ones_own_used_twice_comes_back_as_a_fault_of_the_field(shop, browser):
    visitor = browser(shop.user)
    for address in ("/desk/listings", f"/desk/listings/{shop.draft}"):
        answer = visitor.post(address, **sent(external_ref="A-1", summary="留下我"))
        assert answer.status_code == 422 and "货号已用于" in answer.text and "留下我" in answer.text


def test_what_cannot_be_submitted_yet_is_saved_and_says_what_is_missing(app, shop, browser):
    visitor = browser(shop.user)
    answer = visitor.post(f"/desk/listings/{shop.draft}", **sent(summary="", name="改过的名称", then="submit"))
    assert answer.status_code == 303
    page = visitor.get(answer.headers["Location"]).text
    assert "改过的名称" in page and "一句话简介" in page
    with app.app_context():
        assert queries.listing(shop.draft).status == ListingStatus.DRAFT


def test_the_second_of_two_editors_keeps_what_they_typed_and_overwrites_nothing(app, shop, browser):
    first, second = browser(shop.user), browser(shop.user)
    seen = revision(second.get(f"/desk/listings/{shop.draft}"))
    assert first.post(f"/desk/listings/{shop.draft}", **sent(name="甲改的", revision=seen)).status_code == 303
    answer = second.post(f"/desk/listings/{shop.draft}", **sent(name="乙改的", revision=seen))
    assert answer.status_code == 409 and "乙改的" in answer.text
    with app.app_context():
        assert queries.listing(shop.draft).name == "甲改的"


def test_an_organisation_in_review_is_shown_its_next_step(app, shop, browser):
    with app.app_context(), db.transaction():
        owner = queries.owner_of(queries.listing(shop.draft))
        owner.status = OrganisationStatus.IN_REVIEW
    visitor = browser(shop.user)
    assert "/organisation" in visitor.get("/desk/listings").text
    visitor.post(f"/desk/listings/{shop.draft}/submit")
    with app.app_context():
        assert queries.listing(shop.draft).status == ListingStatus.DRAFT


def test_old_versions_are_found_by_number_and_day_and_say_what_they_are(shop, browser):
    visitor = browser(shop.user)
    seen = revision(visitor.get(f"/desk/listings/{shop.mine}"))
    visitor.post(f"/desk/listings/{shop.mine}", **sent(external_ref="A-1", summary="第二种说法", revision=seen))
    anybody = browser()
    assert "第二种说法" in anybody.get(f"/listings/{shop.mine}").text
    old = anybody.get(f"/listings/{shop.mine}/versions/1").text
    assert "第二种说法" not in old and "第 1 版" in old
    assert "第二种说法" in anybody.get(f"/listings/{shop.mine}?as_of=2026-11-23").text
    assert anybody.get(f"/listings/{shop.mine}?as_of=2026-11-22").status_code == 404
    history = anybody.get(f"/listings/{shop.mine}/versions").text
    assert "第二种说法" in history and "<del>" in history


def test_what_suppliers_write_is_never_run(app, shop, browser):
    evil = "<script>alert(1)</script>"
    with app.app_context(), db.transaction():
        owner = queries.owner_of(queries.listing(shop.mine))
        owner.about = evil
        row = queries.listing(shop.mine)
        changed = form(summary=evil, description=evil * 3, external_ref="A-1", unit=evil[:9])
        actions.edit_listing(row, changed, by=make_actor(owner, user=shop.user), at=NOON)
        owner_id = owner.id
    for address in (f"/listings/{shop.mine}", f"/listings/{shop.mine}/versions", f"/suppliers/{owner_id}"):
        assert evil not in browser().get(address).text
    assert evil not in browser(shop.user).get(f"/desk/listings/{shop.mine}").text
    assert evil not in browser(shop.operator).get(f"/operations/listings/{shop.mine}").text


def test_a_supplier_that_is_not_approved_has_no_public_page(app, shop, browser):
    with app.app_context(), db.transaction():
        owner = queries.owner_of(queries.listing(shop.mine))
        owner_id = owner.id
    assert browser().get(f"/suppliers/{owner_id}").status_code == 200
    with app.app_context(), db.transaction():
        queries.owner_of(queries.listing(shop.mine)).status = OrganisationStatus.SUSPENDED
    assert browser().get(f"/suppliers/{owner_id}").status_code == 404
    assert browser().get(f"/listings/{shop.mine}").status_code == 404


def test_an_operator_cannot_suspend_without_a_reason_nor_decide_about_an_older_state(app, shop, browser):
    operator = browser(shop.operator)
    seen = revision(operator.get(f"/operations/listings/{shop.mine}"))
    address = f"/operations/listings/{shop.mine}"
    assert operator.post(address, decision="suspend", revision=seen).status_code == 422
    assert operator.post(address, decision="explode", revision=seen).status_code == 422
    assert operator.post(address, decision="suspend", reason="存疑", revision="0").status_code == 409
    assert operator.post(address, decision="suspend", reason="存疑", revision=seen).status_code == 303
    assert browser().get(f"/listings/{shop.mine}").status_code == 404


def test_pictures_are_shown_and_papers_are_downloaded_in_a_sandbox(app, shop, browser):
    with app.app_context(), db.transaction():
        row = queries.listing(shop.mine)
        by = make_actor(queries.owner_of(row), user=shop.user)
        attachments.add_image(row, upload(picture(), "a.png"), "", by=by, at=NOON)
        attachments.add_document(row, upload(b"%PDF-1.4 <script>", "说明 书.pdf"), "说明书", by=by, at=NOON)
        image, paper = queries.images(row.id)[0][1], queries.documents(row.id)[0][1].token
    shown, downloaded = browser().get(f"/files/{image}"), browser().get(f"/files/{paper}")
    assert (shown.mimetype, downloaded.mimetype) == ("image/webp", "application/pdf")
    assert downloaded.headers["Content-Disposition"].startswith("attachment")
    for answer in (shown, downloaded):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert browser().get("/files/unknown").status_code == 404


def test_a_private_file_is_for_its_owner_and_the_operators(app, shop, browser):
    with app.app_context(), db.transaction():
        owner_id = queries.listing(shop.mine).owner_id
        kept = files.keep(
            b"%PDF-x", name="a.pdf", media_type="application/pdf", owner_id=owner_id, public=False, at=NOON
        )
        token = kept.token
    seen = [browser(who).get(f"/files/{token}") for who in (None, shop.other, shop.buyer, shop.user, shop.operator)]
    assert [answer.status_code for answer in seen] == [404, 404, 404, 200, 200]
    assert "no-store" in seen[3].headers["Cache-Control"]


def test_a_bad_picture_is_named_and_the_good_one_beside_it_is_kept(app, shop, browser):
    visitor = browser(shop.user)
    sent_files = {"image": [(io.BytesIO(b"<svg/>"), "坏.svg"), (io.BytesIO(picture()), "好.png")]}
    answer = visitor.post(f"/desk/listings/{shop.draft}/images", files=sent_files)
    assert "坏.svg" in visitor.get(answer.headers["Location"]).text
    with app.app_context():
        assert len(queries.images(shop.draft)) == 1


def test_a_file_is_previewed_and_a_double_click_imports_once(app, shop, browser):
    visitor = browser(shop.user)
    table = "名称,库存\n导入的水泵,5\n坏的,很多\n".encode()
    preview = visitor.post("/desk/listings/import", files={"file": (io.BytesIO(table), "a.csv")})
    assert preview.status_code == 303
    place = preview.headers["Location"]
    page = visitor.get(place).text
    assert "导入的水泵" in page and "现货库存" in page and "请填写整数" in page
    assert visitor.post(place, act="all").status_code == 422
    assert visitor.post(place, act="good").status_code == 303
    assert visitor.post(place, act="good").status_code == 409
    with app.app_context():
        rows = db.session().exec(select(Listing).where(Listing.name == "导入的水泵")).all()
        assert len(rows) == 1 and rows[0].status == ListingStatus.DRAFT


def test_an_upload_that_is_no_table_says_why(shop, browser):
    visitor = browser(shop.user)
    answer = visitor.post("/desk/listings/import", files={"file": (io.BytesIO(b"MZ"), "a.xlsx")})
    assert answer.status_code == 422 and "XLSX" in answer.text
    assert visitor.post("/desk/listings/import").status_code == 422


def test_certificates_are_added_renewed_and_removed_on_the_page(app, shop, browser):
    visitor = browser(shop.user)
    assert visitor.post("/desk/certificates", kind="").status_code == 422
    wrong = visitor.post("/desk/certificates", kind="3C", valid_from="2027-01-01", valid_until="2026-01-01")
    assert wrong.status_code == 422 and "不能早于" in wrong.text
    scan = {"file": (io.BytesIO(picture()), "scan.png")}
    assert visitor.post("/desk/certificates", files=scan, kind="3C", valid_until="2026-10-01").status_code == 303
    with app.app_context():
        owner_id = queries.listing(shop.mine).owner_id
        row, file = queries.all_certificates(owner_id)[0]
        certificate_id = row.id
        assert file.media_type == "image/webp"
    assert "已过期" in browser().get(f"/listings/{shop.mine}").text
    assert visitor.post(f"/desk/certificates/{certificate_id}", kind="3C", valid_until="2028-01-01").status_code == 303
    assert "已过期" not in browser().get(f"/listings/{shop.mine}").text
    assert visitor.post(f"/desk/certificates/{certificate_id}/remove").status_code == 303
    assert "还没有证书" in visitor.get("/desk/certificates").text


def test_an_export_holds_only_ones_own(shop, browser):
    answer = browser(shop.user).get("/desk/listings/export.xlsx")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"
    assert browser(shop.buyer).get("/desk/listings/export.xlsx").status_code == 403


def test_the_desk_finds_by_state_name_and_number(shop, browser):
    visitor = browser(shop.user)
    assert "草稿一台" in visitor.get("/desk/listings?status=draft").text
    assert "草稿一台" not in visitor.get("/desk/listings?status=published").text
    assert "草稿一台" in visitor.get("/desk/listings?q=草稿").text
    assert "没有符合条件" in visitor.get("/desk/listings?q=100%25").text
    assert visitor.get("/desk/listings?status=nonsense&page=x").status_code == 200


def test_two_confirmations_at_the_same_moment_import_once(app, shop, browser):
    table = "名称\n".encode() + "\n".join(f"水泵{n}" for n in range(50)).encode()
    first = browser(shop.user)
    place = first.post("/desk/listings/import", files={"file": (io.BytesIO(table), "a.csv")}).headers["Location"]
    second = browser(shop.user)
    first.refresh(), second.refresh()
    barrier, seen = Barrier(2), []

    def confirm(visitor):
        barrier.wait()
        seen.append(visitor.post(place, act="all").status_code)

    threads = [Thread(target=confirm, args=(visitor,)) for visitor in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [303, 409]
    with app.app_context():
        assert len(db.session().exec(select(Listing.id).where(Listing.name.startswith("水泵"))).all()) == 50
