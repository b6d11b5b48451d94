"""Files in a folder."""

import os

import pytest

from marketplace.kit import db, files
from tests.conftest import NOON


def test_a_file_appears_before_it_is_whole(tmp_path, monkeypatch):
    store = files.Folder(tmp_path)

    def crash(*_paths):
        raise OSError("power cut")

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(OSError):
        store.put("ab12", b"content")
    with pytest.raises(FileNotFoundError):
        store.get("ab12")
    monkeypatch.undo()
    store.put("ab12", b"content")
    assert store.get("ab12") == b"content"


def test_a_key_nobody_stored_is_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        files.Folder(tmp_path).get("ab12")


def test_storing_again_changes_or_breaks_the_file(tmp_path):
    store = files.store_for(str(tmp_path))
    store.put("ab12", b"content")
    store.put("ab12", b"content")
    assert store.get("ab12") == b"content"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["ab12"]


def test_a_kept_file_loses_its_owner_or_its_bytes(context):
    with db.transaction():
        row = files.keep(b"bytes", name="证书.pdf", media_type="application/pdf", owner_id=7, public=False, at=NOON)
        again = files.keep(b"bytes", name="b.pdf", media_type="application/pdf", owner_id=8, public=False, at=NOON)
    assert files.read(row) == files.read(again) == b"bytes"
    assert (row.owner_id, row.size, row.name, row.public) == (7, 5, "证书.pdf", False)
    assert row.token != again.token and len(row.token) >= 22


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\报价.xlsx", "报价.xlsx"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        (".htaccess", "htaccess"),
        ("x" * 300 + ".pdf", "x" * 110 + ".pdf"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_file_name_brings_folders_or_control_characters(name, clean):
    assert files.clean_name(name) == clean
