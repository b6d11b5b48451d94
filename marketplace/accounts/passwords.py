"""Password hashes: argon2id at a cost that two small cores bear."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

# 44 ms and 19 MiB here; the library's default (200 ms, 64 MiB) would let a few sign-ins stall the site.
COST = (2, 19_456, 1)  # passes, KiB, lanes
_hasher = PasswordHasher(*COST)
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The string to store."""
    return _hasher.hash(password)


def is_right(password: str, stored: str | None) -> bool:
    """Whether the password fits; takes as long for an unknown person (None) as for a known one."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def lock_key(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    """32 bytes that only the password gives, to lock something with; no hash of it need be stored."""
    return hash_secret_raw(password.encode(), salt, *cost, hash_len=32, type=Type.ID)


def needs_rehash(stored: str) -> bool:
    """Whether it was stored at another cost."""
    return _hasher.check_needs_rehash(stored)
