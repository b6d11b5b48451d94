"""Receipts: what we signed is ours to everybody, and nothing else is."""

import base64
import shutil
import subprocess

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kit import signing

RECEIPT = "回执 7\n2026-11-23T12:00:00+08:00\nsha256 ab12\n".encode()


def test_a_receipt_is_not_ours_or_a_changed_one_is(context):
    signature = signing.sign(RECEIPT)
    assert signing.is_ours(RECEIPT, signature) and signing.sign(RECEIPT) == signature
    assert not signing.is_ours(RECEIPT + b" ", signature) and not signing.is_ours(RECEIPT[:-1], signature)
    raw = base64.b64decode(signature)
    for place in (0, 31, 32, 63):
        forged = bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]])
        assert not signing.is_ours(RECEIPT, base64.b64encode(forged).decode()), place


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=100))
def test_a_strange_signature_is_ours_or_breaks_the_check(text):
    from flask import Flask

    app = Flask(__name__)
    app.config["RECEIPT_SECRET"] = "r" * 43
    with app.app_context():
        assert signing.is_ours(RECEIPT, text) is False


def test_only_the_platform_can_check(context):
    public = load_pem_public_key(signing.public_key_text().encode())
    public.verify(base64.b64decode(signing.sign(RECEIPT)), RECEIPT)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(signing.sign(RECEIPT)), RECEIPT + b"!")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_command_we_advise_does_not_check(context, tmp_path):
    (tmp_path / "key.pem").write_text(signing.public_key_text())
    (tmp_path / "receipt").write_bytes(RECEIPT)
    (tmp_path / "signature").write_bytes(base64.b64decode(signing.sign(RECEIPT)))
    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in receipt -sigfile signature".split()
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "receipt").write_bytes(RECEIPT + b"!")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_two_platforms_sign_alike_or_the_key_shows_the_secret(make_app):
    signatures = []
    for secret in ("a" * 40, "b" * 40):
        with make_app(receipt_secret=secret).app_context():
            signatures.append(signing.sign(RECEIPT))
            assert not any(signing.is_ours(RECEIPT, other) for other in signatures[:-1])
            assert secret not in signing.public_key_text()
    assert len(set(signatures)) == 2


def test_signatures_change_with_a_restart(make_app):
    # Receipts are checked years later: this value may change only together with the secret.
    with make_app(receipt_secret="a" * 40).app_context():
        assert "MCowBQYDK2VwAyEApEBMNUad1TaaTT0EBrkWRusFxlm0XwjiRDQiEtccXFY=" in signing.public_key_text()
