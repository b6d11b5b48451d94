"""What strangers upload: a corpus of hostile files, and the honest ones that must pass."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from marketplace.kit import uploads
from marketplace.kit.uploads import MB, BadUpload, check_document, clean_image

PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<!-- made by hand --><document>text</document>'
DTD = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><document>&x;</document>'
PDF = b"%PDF-1.4\n%\xe2\xe3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _request(app):
    with app.test_request_context():
        yield


def picture(kind="JPEG", size=(60, 40), mode="RGB", **more):
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **more)
    return out.getvalue()


def office(ending="docx", extra=None, content=XML, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", XML)
        archive.writestr(PARTS[ending], content)
        for name, body in (extra or {}).items():
            archive.writestr(name, body)
    return out.getvalue()


def upload(content, name):
    return FileStorage(io.BytesIO(content), name)


def flat_png(width, height):
    """A PNG of one colour: a few bytes that unfold into as many pixels as the header says."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_honest_picture_is_refused_or_kept_as_it_came(kind):
    cleaned = clean_image(picture(kind, (2000, 1000)))
    for content, longest in ((cleaned.large, 1280), (cleaned.small, 360)):
        again = Image.open(io.BytesIO(content))
        assert again.format == "WEBP" and max(again.size) == longest


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "1"])
def test_a_picture_of_another_colour_mode_is_refused(mode):
    assert clean_image(picture("JPEG" if mode == "CMYK" else "PNG", mode=mode)).large


def test_where_a_photo_was_taken_is_kept():
    exif = Image.Exif()
    exif[0x0110] = "secret-camera"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    exif[0x0112] = 6  # turned by a quarter
    content = picture("JPEG", (80, 40), exif=exif, comment=b"secret-comment")
    assert b"secret-camera" in content
    cleaned = clean_image(content)
    for part in (cleaned.large, cleaned.small):
        again = Image.open(io.BytesIO(part))
        assert b"secret" not in part and not again.getexif() and b"EXIF" not in part
        assert again.size == (40, 80)


HOSTILE_PICTURES = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "truncated jpeg": picture("JPEG", (600, 400))[:400],
    "truncated png": picture("PNG", (600, 400))[:60],
    "html": b"<html><script>alert(1)</script></html>",
    "nothing": b"",
    "only a head": b"\xff\xd8\xff\xe0",
    "too many bytes": picture() + b"\0" * (10 * MB),
    "many pixels": flat_png(8000, 5001),
    "very many pixels": flat_png(20_000, 15_000),
    "impossible size": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x02\0\0\0\0\0\0\0",
    "zip": office(),
    "pdf": PDF,
}


@pytest.mark.parametrize("name", HOSTILE_PICTURES)
def test_a_file_that_is_no_good_picture_is_kept(name):
    with pytest.raises(BadUpload) as refused:
        clean_image(HOSTILE_PICTURES[name])
    assert refused.value.message()


def test_a_picture_with_a_tail_keeps_it():
    assert b"<script>" not in clean_image(picture() + b"<script>alert(1)</script>").large


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_picture_breaks_the_page(kind):
    dice, exif = random.Random(7), Image.Exif()
    exif[0x0112] = 6
    whole = picture(kind, (40, 30), exif=exif)
    for _n in range(150):
        damaged = bytearray(whole)
        for _m in range(dice.randint(1, 8)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            clean_image(bytes(damaged))
        except BadUpload:
            pass


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("A.PDF", PDF),
        ("a.docx", office()),
        ("a.xlsx", office("xlsx", {"xl/_rels/workbook.xml.rels": XML})),
        ("a.docx", office(extra={"word/media/a.jpg": picture(), "customXml/item1.xml": XML.decode().encode("utf-16")})),
        ("a.docx", office(extra={"empty.xml": b""})),
        ("a.docx", office(content=b"\xef\xbb\xbf" + XML)),
    ],
)
def test_an_honest_document_is_refused_or_changed(name, content):
    kept, media_type = check_document(upload(content, name))
    assert kept == content and media_type == uploads.DOCUMENT_TYPES[name.rsplit(".")[-1].lower()]


def lying(content, size):
    """The archive with every unpacked size in its central directory replaced."""
    at, out = content.index(b"PK\x01\x02"), bytearray(content)
    while at >= 0:
        out[at + 24 : at + 28] = struct.pack("<I", size)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(out)


def damaged(content):
    """The archive with a broken byte in the middle of its first packed part."""
    out = bytearray(content)
    out[70:90] = b"\xff" * 20
    return bytes(out)


HOSTILE_DOCUMENTS = {
    "svg": ("a.svg", HOSTILE_PICTURES["svg"]),
    "html": ("a.html", b"<script>"),
    "exe in pdf's clothes": ("a.pdf", b"MZ\x90\0"),
    "html in pdf's clothes": ("a.pdf", b"<html>%PDF-1.4"),
    "no ending": ("docx", office()),
    "two endings": ("a.docx.exe", office()),
    "docx called xlsx": ("a.xlsx", office("docx")),
    "pdf called docx": ("a.docx", PDF),
    "docx called pdf": ("a.pdf", office()),
    "pdf in front, docx behind, called docx": ("a.docx", PDF + office()),
    "pdf in front, docx behind, called pdf": ("a.pdf", PDF + office()),
    "picture in front, docx behind": ("a.docx", picture() + office()),
    "only a zip's head": ("a.docx", b"PK\x03\x04" + b"\0" * 100),
    "truncated zip": ("a.docx", office()[:-30]),
    "damaged zip": ("a.docx", damaged(office())),
    "bomb": ("a.docx", office(extra={"bomb.bin": bytes(30 * MB)})),
    "many small bombs": ("a.xlsx", office("xlsx", {f"{n}.bin": bytes(MB) for n in range(12)})),
    "too many entries": ("a.docx", office(extra={f"{n}": b"" for n in range(1000)})),
    "sizes that lie": ("a.docx", lying(office(), 2**31)),
    "doctype": ("a.docx", office(content=DTD)),
    "doctype in a relation": ("a.xlsx", office("xlsx", {"_rels/.rels": DTD})),
    "doctype in capitals' file": ("a.docx", office(extra={"WORD/EVIL.XML": DTD})),
    "doctype behind a long comment": ("a.docx", office(content=b"<!--" + b"x" * 4000 + b"-->" + DTD)),
    "doctype behind blanks": ("a.docx", office(content=b" " * 5000 + DTD)),
    "doctype in wide letters": ("a.docx", office(content=DTD.decode().encode("utf-16"))),
    "doctype in wide letters without a mark": ("a.docx", office(content=DTD.decode().encode("utf-16-le"))),
    "nothing": ("a.pdf", b""),
    "no name": ("", PDF),
    "too many bytes": ("a.pdf", PDF + b"\0" * (20 * MB)),
}


@pytest.mark.parametrize("case", HOSTILE_DOCUMENTS)
def test_a_file_that_is_no_good_document_is_kept(case):
    name, content = HOSTILE_DOCUMENTS[case]
    with pytest.raises(BadUpload) as refused:
        check_document(upload(content, name))
    assert refused.value.message() and refused.value.status == 422


def test_a_damaged_document_breaks_the_page():
    dice, whole = random.Random(7), office(extra={"word/styles.xml": XML * 20})
    for _n in range(300):
        broken = bytearray(whole)
        for _m in range(dice.randint(1, 6)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            check_document(upload(bytes(broken), "a.docx"))
        except BadUpload:
            pass


def test_more_is_read_of_an_upload_than_the_limit():
    class Endless(io.RawIOBase):
        def read(self, size=-1):
            assert 0 < size <= 20 * MB + 1
            return b"x" * size

    with pytest.raises(BadUpload):
        check_document(FileStorage(Endless(), "a.pdf"))
