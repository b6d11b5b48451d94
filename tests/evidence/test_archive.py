"""The archive: whole after the opening, silent about quotes before it, and checkable by anybody."""

import io
import json
import subprocess
import zipfile
from hashlib import sha256

from sqlmodel import select

from marketplace.accounts.models import User
from marketplace.bidding.models import QuoteReading
from marketplace.evidence import archive
from marketplace.kit import db, signing
from marketplace.kit.audit import AuditEntry
from marketplace.procurement.models import Procurement
from tests.bidding.opening_worlds import OPENS, make_tender, quote
from tests.bidding.test_opening import act
from tests.factories.accounts import make_actor, make_organisation


def pack(tender, at=OPENS):
    """The archive of a tender as its buyer gets it: {path: bytes}."""
    with db.transaction():
        content = archive.pack(tender.row(Procurement), by=tender.buyer, at=at)
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        return {name: made.read(name) for name in made.namelist()}


def test_a_paper_is_not_in_the_sums_or_the_sums_are_not_signed(context):
    tender = make_tender()
    quote(tender, 0)
    act(tender, 0), act(tender, 1)
    found = pack(tender)
    sums = dict(reversed(line.split("  ", 1)) for line in found["SHA256SUMS"].decode().splitlines())
    assert sums.keys() | {"SHA256SUMS", "SHA256SUMS.sig", "platform-key.pem"} == found.keys()
    assert all(sha256(found[name]).hexdigest() == digest for name, digest in sums.items())
    assert signing.is_ours(found["SHA256SUMS"], found["SHA256SUMS.sig"].decode())


def test_sha256sum_cannot_check_the_archive(context, tmp_path):
    tender = make_tender()
    quote(tender, 0)
    act(tender, 0), act(tender, 1)
    for name, content in pack(tender).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    checked = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path, capture_output=True)
    assert checked.returncode == 0, checked.stdout


def test_the_archive_before_the_opening_tells_of_quotes(context):
    empty, full = make_tender(), None
    before = pack(empty)
    quote(empty, 0), quote(empty, 1)
    after = pack(empty)
    assert before == after and full is None
    assert not any(name.startswith(("05-", "06-", "07-")) for name in after)


def test_every_quote_is_there_with_receipt_envelope_and_content(context):
    tender = make_tender()
    rows = [quote(tender, place, price=1000 + place) for place in range(3)]
    act(tender, 0), act(tender, 1)
    found = pack(tender)
    opened = [json.loads(content) for name, content in found.items() if name.endswith("/opened.json")]
    assert {one["supplier_id"] for one in opened} == {org.id for org, _actor, _key in tender.suppliers}
    kept = {content for name, content in found.items() if name.endswith("/envelope.json")}
    assert kept == {row.envelope for row in rows}
    manifest = found["05-quotes/round-1/manifest.txt"]
    record = json.loads(found["05-quotes/round-1/record.json"])
    assert sha256(manifest).hexdigest() == record["record"]["manifest_root"]


def test_packing_leaves_no_trace_of_who_read(context):
    tender = make_tender()
    quote(tender, 0)
    act(tender, 0), act(tender, 1)
    pack(tender)
    with db.transaction() as session:
        assert [row.what for row in session.exec(select(QuoteReading))] == ["evidence"]


def test_somebody_else_gets_the_archive_or_the_export_is_not_on_record(app, browser, context):
    tender = make_tender()
    quote(tender, 0)
    act(tender, 0), act(tender, 1)
    with db.transaction() as session:
        owner = session.get(User, tender.buyer.user_id).email
        seller = session.get(User, tender.suppliers[0][1].user_id).email
        stranger = session.get(User, make_actor(make_organisation("buyer")).user_id).email
    url = f"/procurements/{tender.procurement_id}/evidence.zip"
    assert [browser(email).post(url).status_code for email in (stranger, seller)] == [404, 403]
    answer = browser(owner).post(url)
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    with db.transaction() as session:
        actions = session.exec(select(AuditEntry.action)).all()
    assert actions.count("procurement.evidence") == 1
