"""Checks of figures inside a draft's words: deposits, fees, terms of payment, numbers of contracts, dates."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import islice

from marketplace.kit import quantities
from marketplace.needs import linting_words as words
from marketplace.needs.linting_shapes import Draft, Rules
from marketplace.needs.linting_text import Page
from marketplace.needs.linting_values import Hit

MOST_LOOKED_AT = 500
PERCENT = Decimal(100)


def of_figures(page: Page, draft: Draft, *, today: date, rules: Rules) -> Iterator[Hit]:
    """Every figure beyond what its rule allows."""
    yield from _deposits(page, draft, rules)
    yield from _fees(page)
    yield from _payments(page, rules)
    yield from _contracts(page, rules)
    yield from _days(page, today)


def _each(pattern: re.Pattern[str], page: Page) -> Iterator[re.Match[str]]:
    return islice(pattern.finditer(page.plain), MOST_LOOKED_AT)


def _hit(code: str, match: re.Match[str], **values: object) -> Hit:
    return Hit(code, match[0], match.start(), match.end(), values)


def _deposits(page: Page, draft: Draft, rules: Rules) -> Iterator[Hit]:
    kinds = (
        ("bond.bid", words.PERCENT_OF_BID_BOND, words.SUM_OF_BID_BOND),
        ("bond.perf", words.PERCENT_OF_BOND, words.SUM_OF_BOND),
    )
    for code, percent, amount in kinds:
        share = rules[code].number
        limit = f"{share * PERCENT:f}".rstrip("0").rstrip(".")
        for match in _each(percent, page):
            if Decimal(match[1]) > share * PERCENT:
                yield _hit(code, match, limit=limit)
        for match in _each(amount, page) if draft.budget_fen else ():
            if _yuan(match[1]) * (10_000 if match[2] else 1) * 100 > share * draft.budget_fen:
                yield _hit(code, match, limit=limit)


def _fees(page: Page) -> Iterator[Hit]:
    for match in _each(words.FEE, page):
        if _yuan(match[1]) > 0:
            yield _hit("docs.fee", match)


def _payments(page: Page, rules: Rules) -> Iterator[Hit]:
    usual, longest = rules["pay.days"], rules["pay.longest"]
    for match in _each(words.PAID_AFTER, page):
        if words.LATER_MONEY.search(page.sentence(match.start())):
            continue
        days = int(match[1]) * words.DAYS_OF.get(match[2], 1)
        if days > longest.number:
            yield _hit("pay.too_late", match, limit=longest.value)
        elif days > usual.number:
            yield _hit("pay.late", match, limit=usual.value)


def _contracts(page: Page, rules: Rules) -> Iterator[Hit]:
    limit = rules["fair.perf"]
    for match in _each(words.CONTRACTS, page):
        count = quantities.chinese_number(match[1]) if not match[1].isdigit() else Decimal(match[1])
        if count and count > limit.number and _is_condition(page, match):
            yield _hit("award.count", match, limit=limit.value)
    for match in _each(words.CONTRACT_SUM, page):
        if words.EXPERIENCE.search(page.sentence(match.start())):
            yield _hit("award.sum", match)


def _is_condition(page: Page, match: re.Match[str]) -> bool:
    sentence = page.sentence(match.start())
    return bool(words.EXPECTED.search(sentence)) and not words.ONLY_SCORED.search(sentence)


def _days(page: Page, today: date) -> Iterator[Hit]:
    for match in _each(words.DAY, page):
        day = None
        with suppress(ValueError):
            day = date(int(match[1]), int(match[2]), int(match[3]))
        if day is None:
            yield _hit("date.impossible", match)
        elif day < today and _is_due(page, match):
            yield _hit("date.past", match)


def _is_due(page: Page, match: re.Match[str]) -> bool:
    part = page.part(match.start())
    return bool(words.DUE.search(part)) and not words.LONG_AGO.search(part)


def _yuan(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))
