"""Pure decisions about identifiers and passwords."""

import re
import unicodedata
from hashlib import sha256
from ipaddress import ip_address, ip_network

from stdnum.cn import uscc as uscc_number

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_COMMON = (
    "password", "passw0rd", "admin", "letmein", "welcome", "iloveyou", "woaini", "qwerty", "asdfgh", "zxcvbn", "qazwsx",
    "1qaz2wsx", "1q2w3e4r", "abc123", "5201314", "0123456789", "12345678", "123456", "12345", "1234", "987654321", "654321",
)  # fmt: skip
_LEFT = 5  # different characters there must be besides what anybody would try


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
    """Whether a password is little more than commonly used words and what is known about its owner."""
    parts = [part for text in context for part in (text, *re.split(r"[@.\s]", text)) if len(part) >= 4]
    rest = password.lower()
    for word in sorted((*_COMMON, *(part.lower() for part in parts)), key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(set(rest)) < _LEFT


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
