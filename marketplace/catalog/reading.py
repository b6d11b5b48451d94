"""Opening what suppliers send: XLSX, CSV and JSON Lines become numbered rows with our column keys."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from marketplace.catalog import columns
from marketplace.catalog.errors import UnreadableTable
from marketplace.kit import uploads

MAX_LINE = 256_000
MAX_COLUMNS = 300
HEADER_WITHIN = 10
LONGEST_NUMBER = 30
_MAY_HIDE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # how JSON can spell them; few lines have it
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL and halves of characters: no database keeps them in text


@dataclass
class Table:
    """A file's rows as (row number in the file, values by column key). A row that is no row holds {"fault": sentence}.

    `unknown` names headers nobody knows; `total` counts the rows before they are read.
    """

    rows: Iterator[tuple[int, dict[str, Any]]]
    total: int
    unknown: list[str] = field(default_factory=list)
    json: bool = False


def open_table(content: bytes, name: str) -> Table:
    """Read by the file's ending, judged by its content. Raises: BadUpload, UnreadableTable."""
    ending = name.rsplit(".", 1)[-1].lower()
    if ending == "xlsx":
        uploads.check_office(content, "xlsx")
        return _from_lines(_xlsx_lines(content))
    if ending == "csv":
        return _from_lines(_csv_lines(_decoded(content)))
    if ending in ("jsonl", "ndjson"):
        return _from_jsonl(content)
    raise UnreadableTable(why=_("请上传 XLSX、CSV 或 JSONL 文件。旧版 .xls 请先另存为 .xlsx。"))


def _xlsx_lines(content: bytes) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        if sheet.total_width > MAX_COLUMNS:
            raise UnreadableTable(why=_("表格列数过多,请使用下载的模板。"))
        return sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as broken:
        raise UnreadableTable(why=_("无法读取表格,文件可能已损坏或加密。")) from broken


def _csv_lines(text: str) -> list[list[Any]]:
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(MAX_LINE)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as broken:
        raise UnreadableTable(why=_("CSV 格式有误:%(fault)s", fault=broken)) from broken


def _decoded(content: bytes) -> str:
    # Excel saves CSV in the system's own code page: GB 18030 in China, unless told otherwise.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTable(why=_("无法识别文件编码,请另存为 UTF-8 或 XLSX。"))


def _from_lines(lines: list[list[Any]]) -> Table:
    lines = [[_storable(cell) for cell in line] for line in lines]
    for index, line in enumerate(lines[:HEADER_WITHIN]):
        keys = [columns.key_of(cell) for cell in line[:MAX_COLUMNS]]
        if "name" in keys:
            _refuse_repeated(keys)
            unknown = [str(cell) for cell, key in zip(line, keys, strict=False) if not key and str(cell).strip()]
            rows = lines[index + 1 :]
            return Table(_rows(rows, keys, index + 2), sum(map(_is_filled, rows)), unknown)
    raise UnreadableTable(why=_("没有找到表头:前 10 行中应有一行含“名称”列。请使用下载的模板。"))


def _refuse_repeated(keys: list[str]) -> None:
    repeated = {key for key in keys if key and keys.count(key) > 1}
    if repeated:
        names = "、".join(sorted(columns.header_of(key) for key in repeated))
        raise UnreadableTable(why=_("以下列出现了不止一次:%(names)s", names=names))


def _rows(lines: list[list[Any]], keys: list[str], first: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, start=first):
        if _is_filled(line):
            yield number, {key: _cell(cell) for key, cell in zip(keys, line, strict=False) if key}


def _is_filled(line: list[Any]) -> bool:
    return any(cell not in ("", None) and str(cell).strip() for cell in line)


def _cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        cell = cell.strip()
        # Our own exports put an apostrophe before what a spreadsheet would take for a formula.
        return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" else cell
    return cell


def _from_jsonl(content: bytes) -> Table:
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return Table(_json_rows(lines), sum(1 for line in lines if line.strip()), json=True)


def _json_rows(lines: list[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _json_object(line)


def _json_object(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        return {"fault": _("这一行过长。")}
    try:
        found = json.loads(line, parse_int=_whole)
        found = _storable(found) if _MAY_HIDE.search(line) else found
    except (ValueError, RecursionError):
        return {"fault": _("这一行不是有效的 JSON。")}
    return found if isinstance(found, dict) else {"fault": _("这一行应是一个 JSON 对象。")}


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < LONGEST_NUMBER else float(digits)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return value
