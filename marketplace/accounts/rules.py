"""Pure decisions about identifiers and passwords."""

import re
import unicodedata
from hashlib import sha256
from ipaddress import ip_address, ip_network

from stdnum.cn import uscc as uscc_number

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_COMMON = ("password", "12345678", "qwerty", "abc123", "iloveyou", "admin", "letmein", "111111", "woaini", "5201314")


def clean_uscc(text: str) -> str:
    """Upper case, without blanks; full-width characters made half-width."""
    half = text.translate({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)})
    return re.sub(r"\s", "", half).upper()


def is_uscc_shaped(code: str) -> bool:
    """18 characters of the alphabet of GB 32100-2015 (no I, O, S, V, Z)."""
    return len(code) == 18 and all(c in USCC_ALPHABET for c in code)


def is_uscc_checked(code: str) -> bool:
    """Whether the check digit fits. Lawful early codes exist whose digit does not: warn, never refuse."""
    return uscc_number.is_valid(code)


def is_weak_password(password: str, *context: str) -> bool:
    """Whether a password is among the commonly used, or made of what is known about its owner."""
    lowered = password.lower()
    if len(set(lowered)) < 5 or any(word in lowered and len(lowered) < len(word) + 5 for word in _COMMON):
        return True
    known = [part for text in context for part in re.split(r"[@.\s]", text.lower()) if len(part) >= 4]
    return any(part in lowered and len(lowered) < len(part) + 5 for part in known)


def digits(code: str) -> str:
    """A one-time code as typed, perhaps with blanks or full-width digits, in plain digits."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", code))


def token_hash(token: str) -> str:
    """What of a mailed link is stored."""
    return sha256(token.encode()).hexdigest()


def network_of(address: str) -> str:
    """The neighbourhood an address counts for: /24 of IPv4, /48 of IPv6; "" for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))
