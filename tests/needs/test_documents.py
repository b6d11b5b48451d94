"""Uploaded tender documents: the honest ones give their words, the hostile ones a sentence."""

import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from pypdf import PdfWriter

from marketplace.kit.errors import Refusal
from marketplace.needs import documents
from marketplace.needs.documents import (
    DocumentTooComplex,
    DocumentTooLarge,
    EncryptedDocument,
    OldWordDocument,
    ScannedDocument,
    TooManyPages,
    UnknownDocument,
    UnreadableDocument,
    text_of,
)

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
TEXT = "排涝泵采购需求\n★流量不低于3000m³/h"


@pytest.fixture(autouse=True)
def tables():
    """Nothing here needs a database, so the room's tables are not made."""


def docx(body: str, head: str = HEAD, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", f"{HEAD}<Types/>")
        package.writestr("word/document.xml", f"{head}<w:document {W} {MC}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def table(*rows: tuple[str, ...]) -> str:
    cells = ["".join(f"<w:tc>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in row) for row in rows]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def pdf(*pages: str, content: bytes | None = None) -> bytes:
    """A PDF written by hand: one CID font whose ToUnicode map names every character used."""
    signs = sorted({sign for page in pages for sign in page if sign != "\n"})
    code = {sign: number for number, sign in enumerate(signs, start=1)}
    pairs = "\n".join(f"<{n:04x}> <{sign.encode('utf-16-be').hex()}>" for sign, n in code.items())
    cmap = f"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange {len(code)} beginbfchar\n{pairs}\nendbfchar endcmap"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), b" ".join(b"%d 0 R" % (6 + 2 * n) for n in range(len(pages)))),
        b"<</Type/Font/Subtype/Type0/BaseFont/F/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/F/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000>>",
        _stream(cmap.encode()),
    ]  # fmt: skip
    for number, page in enumerate(pages):
        shown = " T* ".join(f"<{''.join(f'{code[s]:04x}' for s in line)}> Tj" for line in page.split("\n"))
        drawn = content or f"BT /F 12 Tf 14 TL 50 700 Td {shown} ET".encode()
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
            % (7 + 2 * number)
        )
        objects.append(_stream(drawn))
    return _file(objects)


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)


def _file(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def blank_pdf(pages: int = 1, **encryption: str) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    for _n in range(pages):
        writer.add_blank_page(595, 842)
    if encryption:
        writer.encrypt(**encryption)
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_in_the_encodings_of_windows_is_misread(encoding):
    assert text_of(TEXT.encode(encoding), "需求.txt").text == TEXT


def test_blanks_and_line_ends_are_kept_as_the_file_has_them():
    messy = "一、需求\r\n\r\n\r\n\r\n  流量 \u3000\t 3000\xa0m³/h  \r二、验收\f完\n"
    assert text_of(messy.encode(), "a.txt").text == "一、需求\n\n流量 3000 m³/h\n二、验收\n完"


def test_paragraphs_and_tables_lose_their_order():
    body = (
        p("一、参数") + table(("流量", "≥3000m³/h"), ("扬程", "≥15m")) + p("二、商务") + table(("序号", "内容", "数量"))
    )
    assert text_of(docx(body), "a.docx").text == "一、参数\n流量:≥3000m³/h\n扬程:≥15m\n二、商务\n序号 | 内容 | 数量"


def test_a_table_within_a_cell_is_lost():
    inner = p("配置") + table(("水带", "20米")) + p("完")
    assert text_of(docx(table(("附件", inner))), "a.docx").text == "附件:配置 水带:20米 完"


def test_a_document_written_by_word_tools_is_misread():
    docx_tool = pytest.importorskip("docx")
    made, out = docx_tool.Document(), io.BytesIO()
    made.add_heading("采购需求", 1)
    made.add_paragraph("数量2台")
    grid = made.add_table(1, 2)
    grid.rows[0].cells[0].text, grid.rows[0].cells[1].text = "流量", "3000"
    made.save(out)
    assert text_of(out.getvalue(), "a.docx").text == "采购需求\n数量2台\n流量:3000"


def test_deleted_words_fallbacks_and_field_codes_are_read():
    run = "<w:r><w:t>留</w:t><w:tab/><w:t>下</w:t></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
    field = "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
    twice = (
        "<mc:AlternateContent><mc:Choice><w:r><w:t>框</w:t></w:r></mc:Choice>"
        "<mc:Fallback><w:r><w:t>框</w:t></w:r></mc:Fallback></mc:AlternateContent>"
    )
    assert text_of(docx(f"<w:p>{run}{field}{twice}</w:p>"), "a.docx").text == "留 下框"


def test_a_chinese_pdf_is_misread():
    read = text_of(pdf("排涝泵采购需求\n流量不低于3000m³/h", "验收:到货后抽检"), "需求.pdf")
    assert read.text == "排涝泵采购需求\n流量不低于3000m³/h\n验收:到货后抽检"
    assert read.notes == ["共 2 页,读取了 2 页。"]


def test_a_pdf_with_blanks_between_all_characters_keeps_them():
    assert text_of(pdf("排 涝 泵 采 购 需 求"), "a.pdf").text == "排涝泵采购需求"


def test_a_page_that_is_a_picture_is_passed_over_in_silence():
    read = text_of(pdf("排涝泵采购需求", "", "验收标准按国标"), "a.pdf")
    assert "2" in read.notes[1]


def test_a_pdf_locked_against_printing_only_is_refused():
    writer, out = PdfWriter(io.BytesIO(pdf("排涝泵采购需求"))), io.BytesIO()
    writer.encrypt("", "owner", algorithm="RC4-128")
    writer.write(out)
    assert text_of(out.getvalue(), "a.pdf").text == "排涝泵采购需求"


def test_a_long_text_is_kept_whole_or_cut_in_silence():
    read = text_of(("防汛" * 60_000).encode(), "a.txt")
    assert len(read.text) == 100_000 and "100000" in read.notes[0]
    assert len(text_of(docx(p("汛" * 150_000)), "a.docx").text) == 100_000
    assert text_of("防汛".encode(), "a.txt").notes == []


def test_the_name_of_a_file_is_believed():
    assert text_of(docx(p("需求")), "a.pdf").text == "需求"
    assert "DOCX" in text_of(docx(p("需求")), "a.pdf").notes[0]
    with pytest.raises(UnknownDocument):
        text_of(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "需求.docx")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", UnknownDocument),
        (b"<!DOCTYPE html><html>x</html>", UnknownDocument),
        (rb"{\rtf1 x}", UnknownDocument),
        (b"MZ\x90\x00\x03", UnknownDocument),
        (b"PK\x05\x06" + bytes(18), UnknownDocument),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OldWordDocument),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), EncryptedDocument),
        (b"PK\x03\x04 damaged", UnreadableDocument),
        (b"%PDF-1.7 damaged", UnreadableDocument),
        (b"", UnreadableDocument),
        (b" \n ", UnreadableDocument),
        (b"x" * (20 * 1024 * 1024 + 1), DocumentTooLarge),
    ],
)  # fmt: skip
def test_something_unreadable_is_read(content, refusal):
    with pytest.raises(UnreadableDocument) as refused:
        text_of(content, "需求.docx")
    assert type(refused.value) is refusal and isinstance(refused.value, Refusal)
    assert refused.value.message().endswith("。") and refused.value.status == 422


def test_a_workbook_is_read_as_a_document():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("xl/workbook.xml", f"{HEAD}<workbook/>")
    with pytest.raises(UnknownDocument):
        text_of(out.getvalue(), "a.docx")


def test_a_scanned_pdf_gives_no_hint():
    with pytest.raises(ScannedDocument) as refused:
        text_of(blank_pdf(3), "a.pdf")
    assert "扫描件" in refused.value.message() and "粘贴" in refused.value.message()


def test_an_encrypted_pdf_is_called_damaged():
    with pytest.raises(EncryptedDocument):
        text_of(blank_pdf(user_password="secret", algorithm="RC4-128"), "a.pdf")


def test_a_pdf_of_301_pages_is_read():
    with pytest.raises(TooManyPages):
        text_of(blank_pdf(301), "a.pdf")


def test_an_encrypted_docx_part_is_called_damaged():
    content = bytearray(docx(p("需求")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := content.find(signature, place + 1)) >= 0:
            content[place + offset] |= 1
    with pytest.raises(EncryptedDocument):
        text_of(bytes(content), "a.docx")


def test_an_external_entity_is_resolved(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("机密")
    entity = f'{HEAD}<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    with pytest.raises(UnreadableDocument, match="unreadable-document"):
        text_of(docx(p("&x;"), head=entity), "a.docx")
    hidden = f"{HEAD}<!-- {'-  ' * 2000} -->{entity.removeprefix(HEAD)}".replace("-  -", "- -")
    with pytest.raises(UnreadableDocument):
        text_of(docx(p("&x;"), head=hidden), "a.docx")


def test_entities_that_multiply_are_expanded():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'{HEAD}<!DOCTYPE d [<!ENTITY e0 "哈">{levels}]>'
    with pytest.raises(UnreadableDocument):
        text_of(docx(p("&e9;"), head=laughs), "a.docx")


def test_a_zip_bomb_is_unpacked():
    with pytest.raises(DocumentTooLarge) as refused:
        text_of(docx(p("需求"), bomb=bytes(101 * 1024 * 1024)), "a.docx")
    assert "解压" in refused.value.message()


def test_a_zip_that_lies_about_its_size_is_unpacked():
    content = docx(p("需求" * 2_000_000))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = package.getinfo("word/document.xml").file_size
    lying = content.replace(struct.pack("<L", size), struct.pack("<L", 1000))
    with pytest.raises(UnreadableDocument):
        text_of(lying, "a.docx")


def test_a_document_of_millions_of_elements_is_read_to_its_end(monkeypatch):
    monkeypatch.setattr(documents, "MAX_ELEMENTS", 20_000)
    read = text_of(docx(p("首") + "<w:p/>" * 200_000 + p("末"), padding=random.Random(1).randbytes(100_000)), "a.docx")
    assert read.text == "首" and len(read.notes) == 1


def test_empty_elements_fill_the_memory():
    content = docx("<w:p/>" * 100_000, padding=random.Random(1).randbytes(200_000))
    tracemalloc.start()
    with pytest.raises(UnreadableDocument):
        text_of(content, "a.docx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


def test_a_document_nested_without_end_breaks_the_reader():
    deep = "<w:tbl><w:tr><w:tc>" * 50_000 + p("底") + "</w:tc></w:tr></w:tbl>" * 50_000
    assert text_of(docx(deep), "a.docx").text == "底"


def test_a_pdf_whose_pages_point_at_themselves_hangs():
    circle = _file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"])
    with pytest.raises(UnreadableDocument):
        text_of(circle, "a.pdf")


def test_a_pdf_that_takes_for_ever_is_read_for_ever(monkeypatch):
    monkeypatch.setattr(documents, "READ_SECONDS", -3)  # with the five seconds of grace: two
    slow = pdf("泵", content=b"BT /F 12 Tf " + b"<0001> Tj 1 1 Td " * 3_000_000 + b"ET")
    begun = time.monotonic()
    with pytest.raises(DocumentTooComplex):
        text_of(slow, "a.pdf")
    assert time.monotonic() - begun < 10


def test_a_pdf_that_unpacks_to_gigabytes_fills_the_memory():
    bomb = zlib.compress(bytes(300_000_000), 9)
    for _n in range(2):
        bomb = zlib.compress(bomb, 9)
    filters = b"<</Length %d/Filter[/FlateDecode/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(bomb), bomb)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"
    content = _file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, filters])
    with pytest.raises(UnreadableDocument):
        text_of(content, "a.pdf")


def test_hostile_pieces_of_honest_files_break_the_reader():
    honest = [docx(p("需求") + table(("流量", "3000"))), pdf("排涝泵采购需求")]
    for content in honest:
        for cut in range(1, len(content), max(len(content) // 6, 1)):
            try:
                text_of(content[:cut], "a")
            except Refusal:
                continue
