"""Sealed envelopes: content that only a quorum of officers together, or its own people, can read.

One JSON format whose `suite` names the cryptography, so that sealing and opening can move into browsers without a
change of format; `docs/sealing.md` describes it. Nothing here knows pages, tables or markets.
"""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketplace.kit import boxes, shares
from marketplace.kit.boxes import Reader, new_key_pair, public_of, reader_of

SUITE = "P256-HKDF-SHA256-AES256GCM"
VERSION = 1
OFFICERS_MOST = 12
BUCKETS = tuple(4096 << n for n in range(11))  # 4 KiB … 4 MiB: what a body's length may say about its content
OWN_BUCKETS = tuple(4 << n for n in range(7))  # 4 … 256 boxes: how many people an organisation has is told as coarsely
LARGEST = 6 * 1024 * 1024
HEAD_LARGEST = 16 * 1024
RESERVED = {"officers", "quorum", "payload_commit", "key_commit", "size"}  # fields of the head that `seal` writes

_FIELDS = {"v", "suite", "head", "iv", "body", "shares", "own"}
_KEY, _SALT, _IV, _TAG, _LENGTH = 32, 32, 12, 16, 4
_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WHOLE = 2**53  # beyond it JavaScript's numbers are not exact
_DEPTH = 6


class Malformed(Exception):
    """These bytes are no envelope of this form; `reason` is a code such as "not-sealed" or "suite"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CannotOpen(Exception):
    """The envelope stays shut for these shares or keys, or is damaged; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Share:
    """An officer's sealed share of the key."""

    to: str
    x: int
    box: bytes


@dataclass(frozen=True)
class Envelope:
    """A well-formed envelope; whether it opens is seen only by opening it."""

    head: dict[str, Any]
    iv: bytes
    body: bytes
    shares: tuple[Share, ...]
    own: tuple[bytes, ...]
    digest: str


@dataclass(frozen=True)
class Sealed:
    """A new envelope: its bytes, their SHA-256, its key, and the salted hash of the payload that its head shows.

    `payload_hash` may be published (the salt inside the envelope keeps prices from being guessed); `key` must not.
    """

    data: bytes
    digest: str
    key: bytes
    payload_hash: str


@dataclass(frozen=True)
class Opened:
    """What was inside, and the key, for the envelope's files."""

    payload: bytes
    key: bytes


def canonical(value: Any) -> bytes:
    """The one way to write a value as JSON: keys sorted, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def seal(
    payload: bytes, head: dict[str, Any], *, officers: Sequence[Reader], quorum: int, own: Sequence[Reader]
) -> Sealed:
    """Seal the payload to any `quorum` of the officers together, and to each of its own people alone.

    `head` stays readable and is bound to the content: plain JSON values, no floats. A draft has no officers and quorum 0.
    Raises: Malformed("too-large"); ValueError for what only a mistake in our code can be (head, quorum, readers).
    """
    salt, key, iv = secrets.token_bytes(_SALT), secrets.token_bytes(_KEY), secrets.token_bytes(_IV)
    if RESERVED & head.keys():
        raise ValueError("the head's own fields are written here")
    whole = {
        **head,
        "officers": [officer.fingerprint for officer in officers],
        "quorum": quorum,
        "payload_commit": _commitment(b"payload", salt + payload),
        "key_commit": _commitment(b"key", key),
        "size": _bucket(_SALT + _LENGTH + len(payload), BUCKETS),
    }
    if fault := _fault_of_head(whole):
        raise ValueError(f"{fault}: {sorted(whole)}")
    plain = (salt + len(payload).to_bytes(_LENGTH, "big") + payload).ljust(whole["size"], b"\0")
    parts = shares.split(key, quorum, len(officers)) if officers else []
    info = _info(b"share", whole)
    envelope = {
        "v": VERSION,
        "suite": SUITE,
        "head": whole,
        "iv": _text(iv),
        "body": _text(AESGCM(key).encrypt(iv, plain, canonical(whole))),
        "shares": [
            {"to": officer.fingerprint, "x": part[0], "box": _text(boxes.box_for(officer, part, info))}
            for officer, part in zip(officers, parts, strict=True)
        ],
        "own": [_text(box) for box in _own_boxes(key, own, _info(b"own", whole))],
    }
    data = canonical(envelope)
    return Sealed(data, sha256(data).hexdigest(), key, whole["payload_commit"])


def parse(data: bytes) -> Envelope:
    """The envelope these bytes are.

    Raises: Malformed, and nothing else, whatever comes: too-large, not-sealed, version, suite, fields, not-canonical,
    head, iv, body, shares, own.
    """
    outer = _outer(data)
    head = outer["head"]
    if _fault_of_head(head):
        raise Malformed("head")
    iv, body = _bytes(outer["iv"], _IV, "iv"), _bytes(outer["body"], head["size"] + _TAG, "body")
    if not isinstance(outer["shares"], list) or len(outer["shares"]) != len(head["officers"]):
        raise Malformed("shares")
    parts = tuple(
        _share(value, x, officer)
        for x, (value, officer) in enumerate(zip(outer["shares"], head["officers"], strict=True), 1)
    )
    if not isinstance(outer["own"], list) or len(outer["own"]) not in OWN_BUCKETS:
        raise Malformed("own")
    own = tuple(_box(value, _KEY, "own") for value in outer["own"])
    return Envelope(head, iv, body, parts, own, sha256(data).hexdigest())


def share_of(envelope: Envelope, private: bytes) -> bytes:
    """The share of the officer who has this private key. Raises: CannotOpen."""
    mine = sha256(public_of(private)).hexdigest()
    found = next((share for share in envelope.shares if share.to == mine), None)
    if found is None:
        raise CannotOpen("not-an-officer")
    share = boxes.unboxed(found.box, private, _info(b"share", envelope.head))
    if share is None or share[0] != found.x:
        raise CannotOpen("share")
    return share


def open_with_shares(envelope: Envelope, parts: Iterable[bytes]) -> Opened:
    """Open with the officers' shares; false ones among enough true ones do no harm. Raises: CannotOpen."""
    quorum, parts = envelope.head["quorum"], sorted(set(parts))
    if not quorum or len({part[:1] for part in parts}) < quorum:
        raise CannotOpen("too-few-shares")
    for chosen in combinations(parts, quorum):
        try:
            key = shares.combine(chosen)
        except ValueError:  # two shares of one place, or no share at all
            continue
        if _fits(envelope, key):
            return Opened(open_with_key(envelope, key), key)
    raise CannotOpen("shares")


def own_key(envelope: Envelope, private: bytes) -> bytes:
    """The envelope's key, for one of its own people; boxes carry no names, so each is tried. Raises: CannotOpen."""
    info = _info(b"own", envelope.head)
    for box in envelope.own:
        key = boxes.unboxed(box, private, info)
        if key is not None and _fits(envelope, key):
            return key
    raise CannotOpen("not-own")


def open_with_key(envelope: Envelope, key: bytes) -> bytes:
    """The payload; key and payload are held against what the head promised of them. Raises: CannotOpen."""
    if not _fits(envelope, key):
        raise CannotOpen("key")
    try:
        plain = AESGCM(key).decrypt(envelope.iv, envelope.body, canonical(envelope.head))
    except InvalidTag as damaged:
        raise CannotOpen("body") from damaged
    salt, rest = plain[:_SALT], plain[_SALT:]
    payload = _unpadded(rest, _LENGTH)
    if payload is None or _commitment(b"payload", salt + payload) != envelope.head["payload_commit"]:
        raise CannotOpen("payload")
    return payload


def seal_file(key: bytes, index: int, content: bytes) -> bytes:
    """A file of the envelope with this key, sealed under its number; its length is told within an eighth."""
    iv, length = secrets.token_bytes(_IV), len(content).to_bytes(8, "big")
    plain = (length + content).ljust(_rounded(8 + len(content)), b"\0")
    return iv + AESGCM(_file_key(key, index)).encrypt(iv, plain, None)


def open_file(key: bytes, index: int, data: bytes) -> bytes:
    """The content of a sealed file. Raises: CannotOpen("file") for another key, another number or damage."""
    try:
        plain = AESGCM(_file_key(key, index)).decrypt(data[:_IV], data[_IV:], None)
    except (InvalidTag, ValueError) as damaged:
        raise CannotOpen("file") from damaged
    content = _unpadded(plain, 8)
    if content is None:
        raise CannotOpen("file")
    return content


# What an envelope is made of


def _own_boxes(key: bytes, own: Sequence[Reader], info: bytes) -> list[bytes]:
    """A box for each reader among decoys nobody can open, in no order: neither names nor the number of people show."""
    nobody = reader_of(new_key_pair()[1])
    made = [boxes.box_for(reader, key, info) for reader in own]
    decoys = _bucket(len(made), OWN_BUCKETS) - len(made)
    made += [boxes.box_for(nobody, secrets.token_bytes(_KEY), info) for _n in range(decoys)]
    secrets.SystemRandom().shuffle(made)
    return made


def _outer(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise Malformed("too-large")
    try:
        outer = json.loads(data.decode(), parse_float=_no_such_number, parse_constant=_no_such_number)
        again = canonical(outer)
    except (ValueError, RecursionError) as no_json:
        raise Malformed("not-sealed") from no_json
    if not isinstance(outer, dict) or "suite" not in outer:
        raise Malformed("not-sealed")
    if type(outer.get("v")) is not int or outer["v"] != VERSION:
        raise Malformed("version")
    if outer["suite"] != SUITE:
        raise Malformed("suite")
    if outer.keys() != _FIELDS:
        raise Malformed("fields")
    if again != data:
        raise Malformed("not-canonical")
    return outer


def _fault_of_head(head: Any) -> str:
    if not isinstance(head, dict) or not RESERVED <= head.keys() or not _is_plain(head):
        return "fields"
    officers, quorum = head["officers"], head["quorum"]
    if not isinstance(officers, list) or not all(map(_is_hash, officers)) or len(set(officers)) != len(officers):
        return "officers"
    least = 1 if officers else 0
    if type(quorum) is not int or not least <= quorum <= len(officers) <= OFFICERS_MOST:
        return "quorum"
    if not _is_hash(head["payload_commit"]) or not _is_hash(head["key_commit"]):
        return "commitments"
    if type(head["size"]) is not int or head["size"] not in BUCKETS:
        return "size"
    return "" if len(canonical(head)) <= HEAD_LARGEST else "length"


def _is_plain(value: Any, depth: int = _DEPTH) -> bool:
    """Whether every language writes this value as the same JSON: no floats, no huge numbers, ascii names."""
    if value is None or isinstance(value, bool | str):
        return True
    if isinstance(value, int):
        return -_WHOLE < value < _WHOLE
    if not depth:
        return False
    if isinstance(value, list):
        return all(_is_plain(item, depth - 1) for item in value)
    return isinstance(value, dict) and all(
        isinstance(name, str) and _NAME.fullmatch(name) and _is_plain(item, depth - 1) for name, item in value.items()
    )


def _share(value: Any, x: int, officer: str) -> Share:
    if not isinstance(value, dict) or value.keys() != {"to", "x", "box"} or type(value["x"]) is not int:
        raise Malformed("shares")
    if (value["to"], value["x"]) != (officer, x):
        raise Malformed("shares")
    return Share(officer, x, _box(value["box"], 1 + _KEY, "shares"))


def _box(value: Any, size: int, reason: str) -> bytes:
    """A box of HPKE: a point of the curve, and `size` bytes sealed."""
    box = _bytes(value, size + boxes.MORE, reason)
    if not boxes.is_shaped(box):
        raise Malformed(reason)
    return box


def _bytes(value: Any, size: int, reason: str) -> bytes:
    try:
        found = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError) as no_base64:
        raise Malformed(reason) from no_base64
    if len(found) != size or _text(found) != value:
        raise Malformed(reason)
    return found


def _unpadded(plain: bytes, width: int) -> bytes | None:
    length = int.from_bytes(plain[:width], "big")
    content, padding = plain[width : width + length], plain[width + length :]
    return None if len(content) != length or padding.strip(b"\0") else content


def _fits(envelope: Envelope, key: bytes) -> bool:
    return len(key) == _KEY and _commitment(b"key", key) == envelope.head["key_commit"]


def _file_key(key: bytes, index: int) -> bytes:
    return HKDF(hashes.SHA256(), _KEY, salt=None, info=f"file|{index}".encode()).derive(key)


def _rounded(size: int) -> int:
    """Padmé: lengths keep their first few binary digits and grow by at most an eighth; short ones are all 4 KiB."""
    if size <= BUCKETS[0]:
        return BUCKETS[0]
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size // step) * step


def _bucket(size: int, buckets: Sequence[int]) -> int:
    found = next((bucket for bucket in buckets if size <= bucket), None)
    if found is None:
        raise Malformed("too-large")
    return found


def _commitment(what: bytes, content: bytes) -> str:
    return sha256(what + content).hexdigest()


def _info(what: bytes, head: dict[str, Any]) -> bytes:
    return what + b"|" + sha256(canonical(head)).digest()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _no_such_number(text: str) -> Any:
    raise ValueError(text)
