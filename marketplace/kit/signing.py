"""Receipts anybody can check, on paper and offline too: Ed25519 over the receipt's very bytes."""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def sign(data: bytes) -> str:
    """The platform's signature of these bytes, in base64."""
    return base64.b64encode(_key().sign(data)).decode()


def is_ours(data: bytes, signature: str) -> bool:
    """Whether the platform signed exactly these bytes, under the secret it has now."""
    try:
        _key().public_key().verify(base64.b64decode(signature, validate=True), data)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def public_key_text() -> str:
    """What anybody needs for checking (PEM): `openssl pkeyutl -verify -pubin -inkey … -rawin -in … -sigfile …`."""
    public = _key().public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _key() -> Ed25519PrivateKey:
    return _key_from(current_app.config["RECEIPT_SECRET"])


@lru_cache(maxsize=2)
def _key_from(secret: str) -> Ed25519PrivateKey:
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"receipts").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)
