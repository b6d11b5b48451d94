"""Warns a buyer, while a need or tender text is written, of what the procurement rules forbid or question.

It finds words and figures, not intentions: a finding names the rule and leaves the judgement to the person.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import accumulate, islice

from marketplace.needs import linting_words as words
from marketplace.needs.linting_codes import CODES
from marketplace.needs.linting_figures import of_figures
from marketplace.needs.linting_patterns import PATTERNS, Pattern
from marketplace.needs.linting_shapes import Draft, Finding, Requirement, Rule, Rules, Severity, rules_of
from marketplace.needs.linting_text import Page
from marketplace.needs.linting_values import Hit, of_values

__all__ = ["Draft", "Finding", "Requirement", "Rule", "Rules", "Severity", "lint", "rules_of"]

MOST_OF_A_CODE = 20
MOST_REQUIREMENTS = 500
LONGEST_TEXT = 100_000
LONGEST_TITLE = 1_000
LONGEST_QUOTE = 80


def lint(draft: Draft, *, today: date, rules: Rules) -> list[Finding]:
    """Everything questionable in a draft, in the order of its text, then what concerns no words of it.

    Looks at the first LONGEST_TEXT characters and tells at most MOST_OF_A_CODE findings of one code. The messages are
    in the language of the request; the rules stay in Chinese, as the law is.
    """
    draft = replace(draft, requirements=draft.requirements[:MOST_REQUIREMENTS])
    page, title = Page(draft.text[:LONGEST_TEXT]), Page(draft.title[:LONGEST_TITLE])
    hits = [*_in_words(page), *of_figures(page, draft, today=today, rules=rules)]
    hits += [hit for hit in _in_requirements(draft) if not _is_told(hit, hits)]
    hits += [hit for hit in map(_placeless, _in_words(title)) if not _is_told(hit, hits)]
    hits += of_values(draft, f"{title.plain}\n{page.plain}", today=today, rules=rules)
    return _findings(hits, draft.text, rules)


def _in_words(page: Page) -> list[Hit]:
    """What the patterns find; words that several patterns of one code find count once."""
    found: list[Hit] = []
    for pattern in PATTERNS:
        hits = list(islice(_of_pattern(pattern, page), MOST_OF_A_CODE))
        found += [hit for hit in hits if not _overlaps(hit, found)]
    return found


def _of_pattern(pattern: Pattern, page: Page) -> Iterator[Hit]:
    """At most one find in a sentence. No sentence and no part is looked at twice, so the time grows with the text only."""
    resume = 0
    for match in pattern.trigger.finditer(page.plain):
        if match.start() < resume:
            continue
        first, last = page.sentence_span(match.start())
        if not _fits(pattern, page.plain[first:last]):
            resume = last
            continue
        begin, resume = page.part_span(match.start())
        if _is_asked(pattern, page.plain[begin : match.start()], match[0], page.plain[match.end() : resume]):
            resume = last
            yield Hit(pattern.code, match[0], match.start(), match.end())


def _fits(pattern: Pattern, sentence: str) -> bool:
    if pattern.unless and pattern.unless.search(sentence):
        return False
    if pattern.needs and not pattern.needs.search(sentence):
        return False
    return not words.ABOUT_THE_LAW.search(sentence)


def _is_asked(pattern: Pattern, before: str, trigger: str, after: str) -> bool:
    """Whether this part of a sentence asks for it, rather than rules it out."""
    if pattern.beside and not pattern.beside.search(before + trigger + after):
        return False
    if pattern.firm:
        return not words.PROTECTED.search(before)
    return not words.NEGATED_BEFORE.search(before) and not words.NEGATED_AFTER.search(after)


def _in_requirements(draft: Draft) -> Iterator[Hit]:
    """The fields of requirements, read as sentences; placed where their words stand in the text."""
    lines = [_sentence(requirement) for requirement in draft.requirements]
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    for hit in _in_words(Page("\n".join(lines))):
        requirement = draft.requirements[bisect_right(starts, hit.start) - 1]
        place = draft.text.find(requirement.words) if requirement.words else -1
        if place < 0:
            yield _placeless(hit)
        else:
            yield hit._replace(quote=requirement.words, start=place, end=place + len(requirement.words))


def _sentence(requirement: Requirement) -> str:
    sign = words.OPERATORS.get(requirement.operator, requirement.operator)
    told = f"{words.LEVELS.get(requirement.level, '')}{requirement.name}{sign}{requirement.value}"
    return " ".join(told.split())


def _placeless(hit: Hit) -> Hit:
    return hit._replace(start=None, end=None)


def _overlaps(hit: Hit, others: Iterable[Hit]) -> bool:
    return any(o.code == hit.code and o.start < hit.end and hit.start < o.end for o in others)


def _is_told(hit: Hit, others: Iterable[Hit]) -> bool:
    """Whether the same was found in the text already."""
    same = [other for other in others if other.code == hit.code]
    placed = [other for other in same if other.start is not None]
    return any(other.quote == hit.quote for other in same) or (hit.start is not None and _overlaps(hit, placed))


def _findings(hits: Iterable[Hit], text: str, rules: Rules) -> list[Finding]:
    found, counted = [], Counter()
    for hit in sorted(hits, key=lambda hit: (hit.start is None, hit.start or 0)):
        counted[hit.code] += 1
        if counted[hit.code] <= MOST_OF_A_CODE:
            found.append(_finding(hit, text, rules))
    return found


def _finding(hit: Hit, text: str, rules: Rules) -> Finding:
    code = CODES[hit.code]
    quote = hit.quote if hit.start is None else text[hit.start : hit.end]
    short = " ".join(quote.split())
    short = short if len(short) <= LONGEST_QUOTE else f"{short[: LONGEST_QUOTE - 1]}…"
    rule = rules[hit.rule_id or code.rule_id]
    return Finding(hit.code, code.severity, code.say(q=short, **hit.values), quote, rule, hit.start, hit.end)
