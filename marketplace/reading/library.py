"""The readers in force: built once per edition of the reference data and shared by whoever reads."""

from functools import lru_cache
from pathlib import Path

from marketplace.reading.classes import ClassReader, Guess
from marketplace.reading.clauses import wanted
from marketplace.reading.measures import AttributeNames
from marketplace.reading.tokens import Tokens, of_dictionary
from marketplace.taxonomy import queries as taxonomy
from marketplace.taxonomy.reference import Reference

DICTIONARY = Path(__file__).parents[2] / "search_config" / "dictionary.txt"
_ALONE = 0.85


def tokens() -> Tokens:
    """The cutter of texts with the trade's dictionary."""
    return of_dictionary(DICTIONARY)


@lru_cache(maxsize=2)
def reader_of(reference: Reference) -> ClassReader:
    """The recogniser of product types for one edition."""
    return ClassReader(reference, tokens())


def class_reader() -> ClassReader:
    """The recogniser of product types in force."""
    return reader_of(taxonomy.reference())


def class_of(name: str, summary: str = "", description: str = "") -> str:
    """The product type a listing's own words tell, by code; "" when its name tells none and two are about as likely."""
    guesses: list[Guess] = class_reader().read([(name, 3.0), (wanted(summary), 1.0), (wanted(description), 0.5)], 2)
    if not guesses:
        return ""
    clear = bool(guesses[0].told) or len(guesses) < 2 or guesses[1].share < _ALONE
    return guesses[0].code if clear else ""


@lru_cache(maxsize=2)
def _attribute_names(reference: Reference) -> AttributeNames:
    return AttributeNames(reference)


def attribute_names() -> AttributeNames:
    """The names of attributes in force."""
    return _attribute_names(taxonomy.reference())
