"""Pictures, papers and certificates: what is kept of uploads, who may read them, what strangers try."""

import io
import zipfile
import zlib
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlmodel import select

from marketplace.accounts.models import Notice
from marketplace.catalog import actions, attachments, certificates, jobs, queries
from marketplace.catalog.errors import TooManyImages
from marketplace.catalog.models import Listing
from marketplace.catalog.schemas import CertificateForm
from marketplace.kit import clock, db, files, uploads
from marketplace.kit.errors import NotFound
from marketplace.kit.uploads import BadUpload
from tests.catalog.worlds import form, make_operator, make_published, make_supplier, picture, upload


@pytest.fixture
def trade(context, at_noon):
    """A supplier with a published listing, an operator, a transaction."""
    with db.transaction():
        owner, by = make_supplier()
        yield owner, by, make_published(owner, by, make_operator(), at_noon), at_noon


def huge_png() -> bytes:
    """A file of a few hundred bytes that claims 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4)
        return len(content).to_bytes(4) + kind + content + check

    head = (60_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def zip_of(**entries: bytes) -> bytes:
    """An archive of these entries; "__" in names stands for "/"."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize("content", [SVG, b"GIF89a" + b"\0" * 40, b"not a picture", huge_png(), picture()[:60], b""])
def test_only_real_pictures_are_taken(trade, content):
    _owner, by, row, at = trade
    with pytest.raises(BadUpload):
        attachments.add_image(row, upload(content, "a.png"), "", by=by, at=at)
    assert queries.images(row.id) == [] and row.version == 1


def test_nothing_but_pixels_survives_of_a_picture(trade):
    _owner, by, row, at = trade
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (2000, 1500), "red").save(out, "JPEG", exif=exif)
    polyglot = out.getvalue() + b"<script>alert(1)</script>"
    attachments.add_image(row, upload(polyglot, "../../x.html.jpg"), "车", by=by, at=at)
    image, large, _small = queries.images(row.id)[0]
    kept = files.read(queries.file(large))
    assert Image.open(io.BytesIO(kept)).format == "WEBP" and (image.width, image.height) == (2000, 1500)
    assert b"script" not in kept and b"secret" not in kept
    assert queries.file(large).media_type == "image/webp" and "/" not in queries.file(large).name


def test_every_change_of_the_gallery_of_a_published_listing_is_a_version(trade):
    _owner, by, row, at = trade
    first = attachments.add_image(row, upload(picture(), "a.png"), "甲", by=by, at=at)
    second = attachments.add_image(row, upload(picture((80, 60)), "b.png"), "乙", by=by, at=at)
    attachments.put_image_first(row, second.id, by=by, at=at)
    assert [image.id for image, _l, _s in queries.images(row.id)] == [second.id, first.id]
    attachments.remove_image(row, first.id, by=by, at=at)
    alts = [[i["alt"] for i in queries.version(row.id, n).content["images"]] for n in range(1, 6)]
    assert alts == [[], ["甲"], ["甲", "乙"], ["乙", "甲"], ["乙"]]


def test_a_full_gallery_takes_no_more(trade):
    _owner, by, row, at = trade
    for n in range(attachments.MAX_IMAGES):
        attachments.add_image(row, upload(picture(), f"{n}.png"), "", by=by, at=at)
    with pytest.raises(TooManyImages):
        attachments.add_image(row, upload(picture(), "z.png"), "", by=by, at=at)


def test_a_picture_of_another_listing_cannot_be_touched(trade):
    owner, by, row, at = trade
    other = actions.create_listing(owner, form(), by=by, at=at)
    image = attachments.add_image(other, upload(picture(), "a.png"), "", by=by, at=at)
    for verb in (attachments.remove_image, attachments.put_image_first):
        with pytest.raises(NotFound):
            verb(row, image.id, by=by, at=at)


BOMB = zip_of(xl__workbook=b"<workbook/>", xl__sheet=b"0" * 30_000_000)
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<html>", "a.html"),
        (b"<html>", "a.pdf"),
        (b"MZ", "a.exe"),
        (b"PK\x03\x04broken", "a.xlsx"),
        (zip_of(word__document=b"<x/>"), "a.xlsx"),
        (BOMB, "a.xlsx"),
        (zip_of(xl__workbook=ENTITY), "a.xlsx"),
        (b"", "a.pdf"),
    ],
)
def test_only_honest_papers_are_taken(trade, content, name):
    _owner, by, row, at = trade
    with pytest.raises(BadUpload):
        attachments.add_document(row, upload(content, name), "", by=by, at=at)


def test_a_paper_too_big_is_refused_without_reading_it_all(trade):
    _owner, by, row, at = trade
    with pytest.raises(BadUpload):
        attachments.add_document(row, upload(b"%PDF-" + b"0" * uploads.MAX_DOCUMENT_BYTES, "a.pdf"), "", by=by, at=at)


def test_a_listings_certificate_is_kept_in_its_versions(trade):
    owner, by, row, at = trade
    told = CertificateForm(kind="3C", number="A1", valid_until=date(2027, 1, 1))
    certificate = certificates.add_certificate(owner, told, by=by, at=at, listing=row)
    certificates.remove_certificate(certificate, by=by, at=at)
    held = [[c["number"] for c in queries.version(row.id, n).content["certificates"]] for n in (1, 2, 3)]
    assert held == [[], ["A1"], []]


def test_the_organisations_certificates_show_without_a_version_of_every_listing(trade):
    owner, by, row, at = trade
    certificates.add_certificate(owner, CertificateForm(kind="ISO 9001"), by=by, at=at)
    assert row.version == 1 and [c.kind for c, _f in queries.certificates(owner.id, row.id)] == ["ISO 9001"]


def subjects(user_id: int) -> list[str]:
    """What an inbox says about certificates and stale listings."""
    wanted = (Notice.user_id == user_id, Notice.key.startswith("certificate") | Notice.key.startswith("stale"))
    return list(db.session().exec(select(Notice.subject).where(*wanted).order_by(Notice.id)))


def test_a_certificate_is_reminded_of_four_times_however_often_and_late_the_job_runs(trade):
    owner, by, _row, at = trade
    until = clock.local(at).date() + timedelta(days=60)
    certificates.add_certificate(owner, CertificateForm(kind="3C", valid_until=until), by=by, at=at)
    for day in (0, 0, 1, 29, 30, 31, 52, 53, 54, 59, 60, 61, 61, 62, 90):
        jobs.remind_certificates(at + timedelta(days=day))
    assert len(subjects(by.user_id)) == 4
    assert "到期" in subjects(by.user_id)[-1]


def test_after_a_long_pause_only_the_most_urgent_reminder_is_sent(trade):
    owner, by, _row, at = trade
    until = clock.local(at).date() + timedelta(days=60)
    certificates.add_certificate(owner, CertificateForm(kind="3C", valid_until=until), by=by, at=at)
    jobs.remind_certificates(at + timedelta(days=70))
    assert len(subjects(by.user_id)) == 1


def test_a_renewed_certificate_is_reminded_of_anew(trade):
    owner, by, _row, at = trade
    until = clock.local(at).date() + timedelta(days=5)
    row = certificates.add_certificate(owner, CertificateForm(kind="3C", valid_until=until), by=by, at=at)
    jobs.remind_certificates(at)
    renewed = CertificateForm(kind="3C", valid_until=until + timedelta(days=365))
    certificates.edit_certificate(row, renewed, by=by, at=at)
    jobs.remind_certificates(at)
    assert len(subjects(by.user_id)) == 1
    jobs.remind_certificates(at + timedelta(days=365))
    assert len(subjects(by.user_id)) == 2


def test_stale_listings_are_asked_about_once_per_period_and_not_after_confirming(trade):
    owner, by, row, at = trade
    told = []
    for day in (89, 91, 92, 120, 181, 182, 183):
        jobs.remind_stale(at + timedelta(days=day))
        told.append(len(subjects(by.user_id)))
    assert told == [0, 1, 1, 1, 1, 2, 2]
    actions.confirm_listings(owner, None, by=by, at=at + timedelta(days=200))
    assert db.session().get(Listing, row.id).confirmed_at == at + timedelta(days=200)
    jobs.remind_stale(at + timedelta(days=280))
    assert len(subjects(by.user_id)) == 2
