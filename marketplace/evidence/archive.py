"""The archive itself: papers in one ZIP, a list anybody can check with `sha256sum -c`, and the platform's signature."""

import io
import zipfile
from datetime import datetime
from hashlib import sha256

from flask import render_template

from marketplace.evidence.papers import Paper, papers
from marketplace.kit import audit, clock, signing
from marketplace.kit.permissions import Actor
from marketplace.procurement.models import Procurement

SUMS, SIGNATURE, KEY, COVER = "SHA256SUMS", "SHA256SUMS.sig", "platform-key.pem", "index.html"


def pack(row: Procurement, *, by: Actor, at: datetime) -> bytes:
    """The whole file of a procurement as it stands, the same bytes for the same content and time."""
    found = list(papers(row, by=by))
    found.insert(0, Paper(COVER, "", _cover(row, found, at)))
    sums = "".join(f"{sha256(paper.content).hexdigest()}  {paper.path}\n" for paper in found).encode()
    found += [
        Paper(SUMS, "", sums),
        Paper(SIGNATURE, "", signing.sign(sums).encode()),
        Paper(KEY, "", signing.public_key_text().encode()),
    ]
    return _zip(found, at)


def note(row: Procurement, *, by: Actor, at: datetime) -> None:
    """Put the export on record."""
    audit.record(by, "procurement.evidence", row, at)


def _cover(row: Procurement, found: list[Paper], at: datetime) -> bytes:
    return render_template("evidence/cover.html", procurement=row, papers=found, made_at=at).encode()


def _zip(found: list[Paper], at: datetime) -> bytes:
    out = io.BytesIO()
    stamp = clock.local(at).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for paper in found:
            archive.writestr(zipfile.ZipInfo(paper.path, stamp), paper.content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
