"""Files: bytes named by their hash in a folder or an S3-compatible store, and a row that says whose they are."""

import os
import secrets
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app
from sqlmodel import Field, SQLModel

from marketplace.kit import db


class StoredFile(SQLModel, table=True):
    """A file somebody owns (文件). `public` ones may be read by anybody who has the address."""

    __tablename__ = "stored_file"

    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(unique=True, max_length=32)
    owner_id: int = Field(index=True)
    sha256: str = Field(max_length=64, index=True)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    public: bool = False
    created_at: datetime


class Store(Protocol):
    """Where bytes live."""

    def put(self, key: str, content: bytes) -> None:
        """Store; storing the same again is harmless."""

    def get(self, key: str) -> bytes:
        """Fetch. Raises: FileNotFoundError."""


class Folder:
    """A local folder; a file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: bytes) -> None:
        """Write beside, then rename into place."""
        path = self._path(key)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        part.write_bytes(content)
        os.replace(part, path)

    def get(self, key: str) -> bytes:
        """Read. Raises: FileNotFoundError."""
        return self._path(key).read_bytes()

    def _path(self, key: str) -> Path:
        return self.root / key[:2] / key


class Bucket:
    """An S3-compatible store, `s3://bucket/prefix`; needs the extra `s3`."""

    def __init__(self, url: str, endpoint: str) -> None:
        import boto3

        address = urlsplit(url)
        self.bucket, self.prefix = address.netloc, address.path.strip("/")
        self.client: Any = boto3.client("s3", endpoint_url=endpoint or None)

    def put(self, key: str, content: bytes) -> None:
        """Upload."""
        self.client.put_object(Bucket=self.bucket, Key=self._key(key), Body=content)

    def get(self, key: str) -> bytes:
        """Download. Raises: FileNotFoundError."""
        try:
            return self.client.get_object(Bucket=self.bucket, Key=self._key(key))["Body"].read()
        except self.client.exceptions.NoSuchKey as absent:
            raise FileNotFoundError(key) from absent

    def _key(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key


def store_for(url: str, endpoint: str = "") -> Store:
    """The store behind a setting: `s3://…` or a folder."""
    return Bucket(url, endpoint) if url.startswith("s3://") else Folder(Path(url))


def keep(content: bytes, *, name: str, media_type: str, owner_id: int, public: bool, at: datetime) -> StoredFile:
    """Store checked bytes and note whose they are; the row is flushed so that its id can be used."""
    digest = sha256(content).hexdigest()
    current_app.extensions["files"].put(digest, content)
    row = StoredFile(
        token=secrets.token_urlsafe(18), owner_id=owner_id, sha256=digest, name=clean_name(name),
        media_type=media_type, size=len(content), public=public, created_at=at,
    )  # fmt: skip
    db.session().add(row)
    db.session().flush()
    return row


def read(row: StoredFile) -> bytes:
    """The bytes of a file. Raises: FileNotFoundError when the store has lost them."""
    return current_app.extensions["files"].get(row.sha256)


def clean_name(name: str) -> str:
    """A file name without folders or control characters, at most 120 characters, its ending kept."""
    name = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:110]}{dot}{ending[:9]}" if dot else name[:120] or "file"
