"""What strangers upload: judged by content, bounded in size, and cleaned before it is kept."""

import io
import re
import zipfile
from dataclasses import dataclass

from flask_babel import gettext as _
from PIL import Image, ImageOps
from werkzeug.datastructures import FileStorage

from marketplace.kit.errors import Refusal

MB = 1024 * 1024
MAX_IMAGE_BYTES = 10 * MB
MAX_DOCUMENT_BYTES = 20 * MB
MAX_PIXELS = 40_000_000
MAX_ZIP_ENTRIES = 1_000
MAX_ZIP_BYTES = 400 * MB
MAX_ZIP_RATIO = 100
SIZES = {"large": 1280, "small": 360}
# An XML part whose root element comes early and without a DOCTYPE before it.
_ROOT_COMES_FIRST = re.compile(r"^\ufeff?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<[A-Za-z_]", re.DOTALL)
DOCUMENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class BadUpload(Refusal):
    """The file is not what may be uploaded here; `details["why"]` is the sentence."""

    status = 422
    code = "bad-upload"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("文件无法使用。")))


@dataclass(frozen=True)
class CleanImage:
    """A picture redrawn by us: WebP, no metadata, two sizes."""

    large: bytes
    small: bytes
    width: int
    height: int


def clean_image(content: bytes) -> CleanImage:
    """Redraw a JPEG, PNG or WebP so that nothing but pixels survives.

    Raises: BadUpload for anything else: SVG, GIF, a picture of more than 40 million pixels, a broken file.
    """
    if len(content) > MAX_IMAGE_BYTES:
        raise BadUpload(why=_("图片不能超过 %(mb)s MB。", mb=MAX_IMAGE_BYTES // MB))
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
        if picture.width * picture.height > MAX_PIXELS:
            raise BadUpload(why=_("图片像素过大,请缩小到 4000 万像素以内。"))
        if picture.format == "JPEG":
            picture.draft("RGB", (SIZES["large"], SIZES["large"]))
        picture = ImageOps.exif_transpose(picture).convert("RGB")
    except BadUpload:
        raise
    except Exception as broken:  # a crafted file makes Pillow raise almost anything
        raise BadUpload(why=_("无法识别图片。请上传 JPG、PNG 或 WebP 格式的照片。")) from broken
    return CleanImage(_webp(picture, SIZES["large"]), _webp(picture, SIZES["small"]), picture.width, picture.height)


def check_document(upload: FileStorage) -> tuple[bytes, str]:
    """The bytes and media type of an uploaded PDF, DOCX or XLSX.

    Raises: BadUpload when name and content disagree, when it is too big, or when its ZIP hides a bomb.
    """
    _stem, dot, ending = (upload.filename or "").lower().rpartition(".")
    content = read_bounded(upload, MAX_DOCUMENT_BYTES)
    if not dot or ending not in DOCUMENT_TYPES:
        raise BadUpload(why=_("只接受 PDF、DOCX、XLSX 文件。"))
    if ending == "pdf":
        if not content.startswith(b"%PDF-") or zipfile.is_zipfile(io.BytesIO(content)):
            raise BadUpload(why=_("文件扩展名是 PDF,内容却不是。"))
    else:
        check_office(content, ending)
    return content, DOCUMENT_TYPES[ending]


def check_office(content: bytes, ending: str) -> None:
    """Judge a DOCX or XLSX before anything parses it. Raises: BadUpload."""
    part = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[ending]
    if not content.startswith(b"PK\x03\x04"):  # a ZIP may hide behind another file's beginning
        raise BadUpload(why=_("文件已损坏,或不是 %(kind)s 文件。", kind=ending.upper()))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            unpacked = sum(entry.file_size for entry in entries)
            heads = [
                archive.open(e).read(2048)
                for e in entries[:MAX_ZIP_ENTRIES]
                if e.filename.lower().endswith((".xml", ".rels"))
            ]
    except Exception as broken:  # a crafted archive makes zipfile and its decompressors raise almost anything
        raise BadUpload(why=_("文件已损坏,或不是 %(kind)s 文件。", kind=ending.upper())) from broken
    if part not in names:
        raise BadUpload(why=_("文件已损坏,或不是 %(kind)s 文件。", kind=ending.upper()))
    if (
        len(entries) > MAX_ZIP_ENTRIES
        or unpacked > MAX_ZIP_BYTES
        or unpacked > MAX_ZIP_RATIO * max(len(content), 50_000)
    ):
        raise BadUpload(why=_("文件解压后过大,已拒绝。"))
    if any(head and not _ROOT_COMES_FIRST.match(_text(head)) for head in heads):
        raise BadUpload(why=_("文件含有外部实体声明,已拒绝。"))


def read_bounded(upload: FileStorage, limit: int) -> bytes:
    """Read at most `limit` bytes. Raises: BadUpload when there is more, or nothing."""
    content = upload.stream.read(limit + 1)
    if not content:
        raise BadUpload(why=_("没有收到文件内容,请重新选择文件。"))
    if len(content) > limit:
        raise BadUpload(why=_("文件不能超过 %(mb)s MB。", mb=limit // MB))
    return content


def _text(head: bytes) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return head.decode("utf-16" if wide else "utf-8", "ignore")


def _webp(picture: Image.Image, longest: int) -> bytes:
    copy = picture.copy()
    copy.thumbnail((longest, longest))
    out = io.BytesIO()
    copy.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()
