"""Keys of people and boxes only they open: HPKE (RFC 9180, base mode) on P-256, as browsers can do it too."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec

POINT = 65  # an uncompressed point: 4, x, y
MORE = POINT + 16  # what a box is longer than its content: the sender's passing key and the tag
_PRIVATE = 32
_CURVE = ec.SECP256R1()
_SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@dataclass(frozen=True)
class Reader:
    """Somebody an envelope can be sealed to: the public key (uncompressed point) and its SHA-256 in hex."""

    fingerprint: str
    public: bytes


def new_key_pair() -> tuple[bytes, bytes]:
    """A fresh private key (32 bytes) and its public one (uncompressed point, 65 bytes)."""
    private = ec.generate_private_key(_CURVE)
    return private.private_numbers().private_value.to_bytes(_PRIVATE, "big"), _encoded(private.public_key())


def public_of(private: bytes) -> bytes:
    """The public key that belongs to a private one."""
    return _encoded(_private(private).public_key())


def reader_of(public: bytes) -> Reader:
    """The reader who has this public key. Raises: ValueError when it is no point of the curve."""
    _point(public)
    return Reader(sha256(public).hexdigest(), public)


def box_for(reader: Reader, content: bytes, info: bytes) -> bytes:
    """The content for this reader only, bound to `info`. Raises: ValueError for a fingerprint of another key."""
    if sha256(reader.public).hexdigest() != reader.fingerprint:
        raise ValueError("a fingerprint of another key")
    return _SUITE.encrypt(content, _point(reader.public), info)


def unboxed(box: bytes, private: bytes, info: bytes) -> bytes | None:
    """What is in the box; None when it is for somebody else, bound to something else, or damaged."""
    try:
        return _SUITE.decrypt(box, _private(private), info)
    except (InvalidTag, ValueError):
        return None


def is_shaped(box: bytes) -> bool:
    """Whether this can be a box: it begins with a point of the curve."""
    try:
        _point(box[:POINT])
    except ValueError:
        return False
    return True


def _point(public: bytes) -> ec.EllipticCurvePublicKey:
    if len(public) != POINT:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)


def _private(private: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(private, "big"), _CURVE)


def _encoded(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
