"""The words of an uploaded tender document: TXT, DOCX or PDF, judged by content, read within bounds of time and memory.

Nothing in a document is executed or fetched. A PDF is read by a process of its own, because a crafted one can keep any
reader busy for hours: it gets READ_SECONDS and READER_BYTES, and is ended when it wants more.
"""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from marketplace.kit import uploads
from marketplace.kit.errors import Refusal
from marketplace.kit.uploads import MAX_DOCUMENT_BYTES, MB, BadUpload

LONGEST_TEXT = 100_000
MAX_UNPACKED_BYTES = 100 * MB
MAX_PAGES = 300
MAX_ELEMENTS = 2_000_000
READ_SECONDS = 20
READER_BYTES = 1024 * MB
FEWEST_SIGNS_ON_A_PAGE = 3
CHUNK = 64 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_MARKUP = re.compile(rb"\s*(<!doctype|<html|<\?xml|\{\\rtf)", re.IGNORECASE)
_BLANKS = re.compile("[ \t\xa0\u2000-\u200b\u3000\ufeff]+")
_EMPTY_LINES = re.compile("\n{3,}")
_HAN = r"[\u4e00-\u9fff]"
_SPACED = re.compile(rf"(?<={_HAN}) (?={_HAN})")
_CLOSE = re.compile(rf"{_HAN}(?={_HAN})")
_UNREAD = re.compile("[\ufffd\ue000-\uf8ff]")


class UnreadableDocument(Refusal):
    """The document is damaged, or not what it says."""

    status = 422
    code = "unreadable-document"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why") or _("文件无法读取,可能已损坏。请重新另存一份再上传,或直接粘贴文字。"))


class UnknownDocument(UnreadableDocument):
    """The content is neither text nor DOCX nor PDF."""

    code = "unknown-document"

    def message(self) -> str:
        """The sentence shown."""
        return _("无法识别这种文件。请上传 DOCX、PDF 或 TXT 文件,或直接粘贴文字。")


class OldWordDocument(UnreadableDocument):
    """A Word file of the time before 2007."""

    code = "old-word-document"

    def message(self) -> str:
        """The sentence shown."""
        return _("这是旧版 Office 文件(.doc 等)。请用 Word 或 WPS 打开,另存为 docx 后再上传。")


class EncryptedDocument(UnreadableDocument):
    """A password is needed to read it."""

    code = "encrypted-document"

    def message(self) -> str:
        """The sentence shown."""
        return _("文件已加密。请解除密码后再上传,或直接粘贴文字。")


class ScannedDocument(UnreadableDocument):
    """A PDF of pictures without words."""

    code = "scanned-document"

    def message(self) -> str:
        """The sentence shown."""
        return _("这是扫描件,里面没有可复制的文字。请粘贴文字,或上传可复制文字的文件。")


class TooManyPages(UnreadableDocument):
    """A PDF of more than MAX_PAGES pages."""

    code = "too-many-pages"

    def message(self) -> str:
        """The sentence shown."""
        return _("文件超过 %(n)s 页。请只上传采购需求部分,或直接粘贴文字。", n=MAX_PAGES)


class DocumentTooLarge(UnreadableDocument):
    """More bytes than are read, packed or unpacked."""

    code = "document-too-large"

    def message(self) -> str:
        """The sentence shown."""
        if self.details.get("unpacked"):
            return _("文件解压后超过 %(mb)s MB,已拒绝。", mb=MAX_UNPACKED_BYTES // MB)
        return _("文件不能超过 %(mb)s MB。", mb=MAX_DOCUMENT_BYTES // MB)


class DocumentTooComplex(UnreadableDocument):
    """Reading it would take more time or memory than there is for one document."""

    code = "document-too-complex"

    def message(self) -> str:
        """The sentence shown."""
        return _("文件过于复杂,读取超时。请另存为 DOCX,或直接粘贴文字。")


@dataclass(frozen=True)
class Text:
    """The words of a document, with what its reader should know about how they were read."""

    text: str
    notes: list[str]


def text_of(data: bytes, file_name: str) -> Text:
    """The words of a document, at most LONGEST_TEXT characters; `file_name` is told about, never believed.

    A table row of two cells becomes "name:value", any other is joined by " | ".
    Raises: UnreadableDocument or one of its kinds above.
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge()
    kind = _kind(data)
    raw, notes, cut = {"pdf": _of_pdf, "docx": _of_docx, "txt": _of_plain}[kind](data)
    text = _tidy(raw)
    if not text:
        raise UnreadableDocument(why=_("文件里没有文字。请检查文件,或直接粘贴文字。"))
    ending = file_name.lower().rpartition(".")[2]
    if ending in ("pdf", "docx", "doc", "txt") and ending != kind:
        notes.append(_("文件名是 .%(ending)s,内容是 %(kind)s,已按内容读取。", ending=ending, kind=kind.upper()))
    if cut or len(text) > LONGEST_TEXT:
        notes.append(_("文字较长,只读取了前 %(n)s 字。", n=len(text[:LONGEST_TEXT])))
    return Text(text[:LONGEST_TEXT].rstrip(), notes)


def _kind(data: bytes) -> str:
    """ "pdf", "docx" or "txt", by the content. Raises: UnknownDocument, OldWordDocument, EncryptedDocument."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    if data.startswith(_OLD_OFFICE):
        raise EncryptedDocument() if _ENCRYPTED_PACKAGE in data else OldWordDocument()
    if _MARKUP.match(data[:200]):
        raise UnknownDocument()
    return "txt"


def _of_plain(data: bytes) -> tuple[str, list[str], bool]:
    """Text in UTF-8, UTF-16 with its mark, or the code pages of Chinese Windows."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if _NO_TEXT.search(text):
                break
            return text, [], False
    raise UnknownDocument()


def _of_docx(data: bytes) -> tuple[str, list[str], bool]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import XMLParser

    _check_package(data)
    words = _WordText()
    parser = XMLParser(target=words, forbid_dtd=True)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open("word/document.xml") as part:
            while not words.full and (chunk := part.read(CHUNK)):
                parser.feed(chunk)
            if not words.full:
                parser.close()
    except DefusedXmlException as hostile:
        raise UnreadableDocument(why=_("文件含有外部实体声明,已拒绝。")) from hostile
    except Exception as broken:  # decompressors have errors of their own, and expat's is a SyntaxError
        raise UnreadableDocument() from broken
    return "\n".join(words.lines), [], words.full


def _check_package(data: bytes) -> None:
    """Judge a ZIP before it is unpacked. Raises: DocumentTooLarge, UnknownDocument, UnreadableDocument."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
    except Exception as broken:  # a crafted archive makes zipfile raise almost anything
        raise UnreadableDocument() from broken
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise DocumentTooLarge(unpacked=True)
    if "word/document.xml" not in {entry.filename for entry in entries}:
        raise UnknownDocument()
    if any(entry.flag_bits & 1 for entry in entries):
        raise EncryptedDocument()
    try:
        uploads.check_office(data, "docx")
    except BadUpload as bad:
        raise UnreadableDocument(why=bad.message()) from bad


class _WordText:
    """Takes the events of WordprocessingML and keeps lines: paragraphs and table rows, in their order.

    No tree is built, so that memory is bounded by what is kept, however large and deep the document is.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.full = False
        self._tables: list[list[list[str]]] = []  # open tables: the cells of their current row, each a list of lines
        self._said: list[str] = []
        self._is_text = False
        self._hidden = 0
        self._elements = self._length = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """An element opens."""
        self._elements += 1
        self.full = self.full or self._elements > MAX_ELEMENTS
        if tag == _FALLBACK:  # says again what stands in the Choice before it
            self._hidden += 1
        elif tag == _WORD + "t":
            self._is_text = not self._hidden
        elif tag in (_WORD + "tab", _WORD + "br", _WORD + "cr"):
            self._said.append(" " if tag.endswith("tab") else "\n")
        elif tag == _WORD + "tbl":
            self._end_paragraph()
            self._tables.append([])
        elif tag == _WORD + "tr" and self._tables:
            self._tables[-1] = []
        elif tag == _WORD + "tc" and self._tables:
            self._tables[-1].append([])

    def data(self, text: str) -> None:
        """Characters."""
        if self._is_text and not self.full:
            self._said.append(text)
            self._length += len(text)
            self.full = self._length > LONGEST_TEXT * 2

    def end(self, tag: str) -> None:
        """An element closes."""
        if tag == _FALLBACK:
            self._hidden -= 1
        elif tag == _WORD + "t":
            self._is_text = False
        elif tag == _WORD + "p":
            self._end_paragraph()
        elif tag == _WORD + "tr" and self._tables:
            self._end_row()
        elif tag == _WORD + "tbl" and self._tables:
            self._tables.pop()

    def close(self) -> None:
        """The document ends."""

    def _end_paragraph(self) -> None:
        self._keep("".join(self._said))
        self._said = []

    def _end_row(self) -> None:
        cells = [" ".join(" ".join(cell).split()) for cell in self._tables[-1]]
        filled = [cell for cell in cells if cell]
        outer = self._tables.pop()
        self._keep(":".join(filled) if len(cells) == 2 else " | ".join(filled))
        outer.clear()
        self._tables.append(outer)

    def _keep(self, line: str) -> None:
        if not line.strip():
            return
        if self._tables and self._tables[-1]:
            self._tables[-1][-1].append(line)
        else:
            self.lines.append(line)


def _of_pdf(data: bytes) -> tuple[str, list[str], bool]:
    found = _read_apart(data)
    faults: dict[str, type[UnreadableDocument]] = {
        "encrypted": EncryptedDocument, "pages": TooManyPages, "complex": DocumentTooComplex,
    }  # fmt: skip
    if "fault" in found:
        raise faults.get(found["fault"], UnreadableDocument)()
    texts, pages = found["texts"], found["pages"]
    text = "\n".join(texts)
    signs = len("".join(text.split()))
    if signs < FEWEST_SIGNS_ON_A_PAGE * len(texts) or len(_UNREAD.findall(text)) * 3 > signs:
        raise ScannedDocument()
    notes = [_("共 %(pages)s 页,读取了 %(n)s 页。", pages=pages, n=len(texts))]
    silent = [str(number) for number, page in enumerate(texts, start=1) if not page.strip()]
    if silent:
        notes.append(_("以下页没有可复制的文字(可能是图片):%(pages)s", pages="、".join(silent[:20])))
    return _closed_up(text), notes, len(texts) < pages


def _read_apart(data: bytes) -> dict[str, Any]:
    """What `_pdf_pages` finds, in a process of its own."""
    command = [sys.executable, "-m", "marketplace.needs.documents"]
    root = Path(__file__).parents[2]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, cwd=root, env={"PYTHONUTF8": "1"}, timeout=READ_SECONDS + 5
        )
    except subprocess.TimeoutExpired:
        return {"fault": "complex"}
    if done.returncode < 0:  # ended by the limit of its time
        return {"fault": "complex"}
    try:
        return json.loads(done.stdout)
    except ValueError:  # it ended in an error: a crafted file makes a reader raise almost anything
        return {"fault": "broken"}


def _pdf_pages(data: bytes) -> dict[str, Any]:
    """The text of each page until there is enough, and how many pages there are; or what is wrong."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

    try:
        reader = PdfReader(io.BytesIO(data))  # opens what is locked against printing only
        pages = len(reader.pages)
        if pages > MAX_PAGES:
            return {"fault": "pages"}
        texts = _until_enough(page.extract_text() for page in reader.pages)
        return {"pages": pages, "texts": list(texts)}
    except (DependencyError, FileNotDecryptedError):
        return {"fault": "encrypted"}
    except (MemoryError, RecursionError, LimitReachedError):
        return {"fault": "complex"}


def _until_enough(texts: Iterator[str]) -> Iterator[str]:
    length = 0
    for text in texts:
        yield text[: LONGEST_TEXT * 2]
        length += len(text)
        if length > LONGEST_TEXT * 2:
            return


def _closed_up(text: str) -> str:
    """Without the blanks some writers of PDF put between all characters."""
    spaced = len(_SPACED.findall(text))
    return _SPACED.sub("", text) if spaced > len(_CLOSE.findall(text)) else text


def _tidy(text: str) -> str:
    """One blank for many, no blanks around lines, at most one empty line, nothing a database refuses."""
    text = _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n"))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _read_in_this_process() -> None:
    """The process that reads one PDF: bytes come in, JSON goes out, within the limits it sets itself."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (READER_BYTES, READER_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (READ_SECONDS, READ_SECONDS))
    found = _pdf_pages(sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _read_in_this_process()
