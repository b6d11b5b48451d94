"""Verbs on the documents that come with a procurement."""

from datetime import datetime

from sqlmodel import select
from werkzeug.datastructures import FileStorage

from marketplace.kit import audit, db, files, uploads
from marketplace.kit.errors import NotFound
from marketplace.kit.files import StoredFile
from marketplace.kit.permissions import Actor
from marketplace.procurement import contents, queries, rules
from marketplace.procurement.contents import FileContent
from marketplace.procurement.errors import NotEditable, TooManyFiles
from marketplace.procurement.models import Procurement

MAX_FILES = 20


def attach(procurement: Procurement, upload: FileStorage, title: str = "", *, by: Actor, at: datetime) -> None:
    """Add a PDF, DOCX or XLSX; to a running procurement with its next amendment.

    Raises: BadUpload; TooManyFiles; NotEditable.
    """
    content = _content(procurement, at)
    if len(content.files) >= MAX_FILES:
        raise TooManyFiles(limit=MAX_FILES)
    data, media_type = uploads.check_document(upload)
    name = upload.filename or "document"
    file = files.keep(data, name=name, media_type=media_type, owner_id=procurement.owner_id, public=False, at=at)
    added = FileContent(file_id=file.id, title=(title.strip() or file.name)[:120])
    contents.keep(procurement, content.model_copy(update={"files": [*content.files, added]}), by=by, at=at)
    audit.record(by, "procurement.attach", procurement, at, file=file.id)


def detach(procurement: Procurement, file_id: int, *, by: Actor, at: datetime) -> None:
    """Take a document away; versions that had it keep it. Raises: NotEditable."""
    content = _content(procurement, at)
    left = [one for one in content.files if one.file_id != file_id]
    if len(left) < len(content.files):
        contents.keep(procurement, content.model_copy(update={"files": left}), by=by, at=at)
        audit.record(by, "procurement.detach", procurement, at, file=file_id)


def shown(content: contents.Content) -> list[tuple[FileContent, StoredFile]]:
    """The documents of a content with their stored files."""
    return [(one, file) for one in content.files if (file := db.session().get(StoredFile, one.file_id))]


def stored(procurement: Procurement, token: str, *, own: bool) -> StoredFile:
    """A document of a procurement, now or in one of its versions; its owner's also of the amendment being written.

    Raises: NotFound.
    """
    tokens = {file.token for _row, file in queries.files_of(procurement.id)} if own or procurement.version else set()
    for version in queries.versions_of(procurement.id):
        tokens |= {file["token"] for file in version.content.get("files", ())}
    if own:
        tokens |= {file.token for _one, file in shown(contents.being_edited(procurement))}
    found = db.session().exec(select(StoredFile).where(StoredFile.token == token)).first()
    if found is None or token not in tokens:
        raise NotFound()
    return found


def _content(procurement: Procurement, at: datetime) -> contents.Content:
    if not rules.may_edit(procurement, queries.current_round(procurement.id), at):
        raise NotEditable()
    return contents.being_edited(procurement)
