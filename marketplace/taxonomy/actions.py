"""Taking reference files over as new editions."""

import csv
import io
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import select

from marketplace.kit import audit, db
from marketplace.taxonomy import queries
from marketplace.taxonomy.errors import BadReferenceFile
from marketplace.taxonomy.models import Edition, Term

# File stem → the columns that make a row's code, and its name. `None` as name: the code is the name.
SCHEMES: dict[str, tuple[tuple[str, ...], str | None]] = {
    "events": (("code",), "name"),
    "fields": (("code",), "name"),
    "classes": (("code",), "name"),
    "materials": (("code",), "name"),
    "procurement": (("code",), "name"),
    "gbt4754": (("code",), "name"),
    "regions": (("code",), "name"),
    "scenes": (("code",), "name"),
    "attributes": (("key",), "name"),
    "templates": (("class_code", "attribute_key"), "label"),
    "certificates": (("name",), "name"),
    "units": (("symbol",), "name"),
    "capabilities": (("capability_code", "class_code"), "capability"),
    "phrases": (("class_code",), None),
    "relations": (("class_code", "other_code"), None),
    "features": (("group", "value"), None),
}
_OWN = ("parent", "name_en", "official", "source", "confidence")


def import_all(folder: Path, *, at: datetime) -> dict[str, int]:
    """Import every reference file that changed; returns the rows taken over by scheme.

    Raises: BadReferenceFile.
    """
    done = {}
    for scheme in SCHEMES:
        path = folder / f"{scheme}.csv"
        if path.exists():
            rows = import_scheme(scheme, path, at=at)
            if rows:
                done[scheme] = rows
    db.after_commit(queries.forget)
    return done


def import_scheme(scheme: str, path: Path, *, at: datetime) -> int:
    """Import one file as a new edition; 0 when that very content is in force already.

    A file that was in force earlier comes into force again under a fresh edition.
    Raises: BadReferenceFile for another encoding than UTF-8, a missing column, a row with too few or too many cells,
    an empty or repeated code, or an unknown parent.
    """
    content = path.read_bytes()
    version = sha256(content).hexdigest()[:16]
    latest = db.session().exec(select(Edition).where(Edition.scheme == scheme).order_by(Edition.id.desc())).first()
    if latest and latest.version.startswith(version):
        return 0
    terms = _terms(scheme, path.name, _decoded(path.name, content))
    again = select(sa.func.count()).where(Edition.scheme == scheme, Edition.version.startswith(version))
    repeat = db.session().exec(again).one()
    edition = Edition(
        scheme=scheme, version=f"{version}.{repeat}" if repeat else version, rows=len(terms), imported_at=at
    )
    db.session().add(edition)
    db.session().flush()
    db.session().connection().execute(sa.insert(Term), [{**term, "edition_id": edition.id} for term in terms])
    audit.record(None, "taxonomy.import", edition, at, scheme=scheme, rows=len(terms))
    return len(terms)


def _decoded(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadReferenceFile(file=file, line=content.count(b"\n", 0, fault.start) + 1, fault="not UTF-8") from fault


def _terms(scheme: str, file: str, text: str) -> list[dict]:
    code_columns, name_column = SCHEMES[scheme]
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = {*code_columns, name_column or "source", "source"} - set(reader.fieldnames or [])
    if missing:
        raise BadReferenceFile(file=file, line=1, fault=f"missing columns {sorted(missing)}")
    terms: dict[str, dict] = {}
    for row in reader:
        line = reader.line_num
        if None in row or None in row.values():
            raise BadReferenceFile(file=file, line=line, fault="not as many cells as columns")
        code = "/".join((row[column] or "").strip() for column in code_columns)
        if not code.strip("/"):
            raise BadReferenceFile(file=file, line=line, fault="empty code")
        if code in terms:
            raise BadReferenceFile(file=file, line=line, fault=f"code {code} repeated")
        terms[code] = _term(row, code, name_column, line)
    for term in terms.values():
        if term["parent"] and term["parent"] not in terms:
            raise BadReferenceFile(file=file, line=term["position"], fault=f"parent {term['parent']} unknown")
    return list(terms.values())


def _term(row: dict[str, str], code: str, name_column: str | None, line: int) -> dict:
    own = {column: (row.get(column) or "").strip() for column in _OWN}
    taken = {*_OWN, name_column, "code"}
    return {
        **own,
        "official": own["official"] == "1",
        "code": code,
        "name": (row[name_column] if name_column else code).strip(),
        "position": line,
        "detail": {k: (v or "").strip() for k, v in row.items() if k and k not in taken},
    }
