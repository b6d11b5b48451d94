"""Features that exclude each other, as the trade names them: 汽油 or 充电, 泵吸 or 扩散, 成人 or 儿童; and what a text denies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.reading.clauses import plain
from marketplace.taxonomy.reference import Reference

_DENIES = re.compile(
    r"(?:不(?:能|可|带|含|具备|支持|包含|适合|适用于|用于|配|做|会|提供)?|非|无(?!人|线|论|需|须|机|缝)|未(?:取得|办理|获得|经|做|通过|带|配)?|没有|缺)"
    r"(?P<what>[^,。;、!?()\s不非无未没]{2,8})"
)
_NOT_A_DENIAL = re.compile(
    r"^(?:低于|小于|少于|高于|大于|超过|超|锈钢|同|断|间断|停|怕|用|需|要|受|加油|允许|得|影|限|锈|易|仅|但|少|漏|掉|变|伤|影响|占|会)"
)


_UNWANTED_BEFORE = re.compile(r"(?:[不非无未免别禁]|杜绝|避免|防止)[^\s,。;、]{0,3}$")
_UNWANTED_AFTER = re.compile(r"\S{0,3}(?:不行|不要|不能|不得|不可|不允许)")


_NOT = r"(?:不|非|无|未|没有?)(?:能|可|得|宜|带|配|含|接|支持|具备|适用于?|用于|提供|包括|采用)*"


@dataclass(frozen=True, slots=True)
class Feature:
    """One value of a group with the words for it; values of an exclusive group do not go together."""

    group: str
    value: str
    words: tuple[str, ...]
    exclusive: bool


def features(reference: Reference) -> list[Feature]:
    """The features of the reference data."""
    found = []
    for term in reference.terms.get("features", []):
        group, _, value = term.code.partition("/")
        words = tuple(word for word in term.detail.get("words", "").split(";") if word)
        found.append(Feature(group, value, words, term.detail.get("exclusive") == "1"))
    return found


def values_in(text: str, known: list[Feature]) -> dict[str, dict[str, str]]:
    """The values a text names, by group, each with the word it is named by.

    A word that only stands within a longer word of another value of its group does not count (非防爆 is not 防爆).
    """
    body = plain(text)
    found: dict[str, dict[str, str]] = {}
    for feature in known:
        for word in feature.words:
            if word not in body:
                continue
            masked = body
            for other in _longer(word, feature, known):
                masked = masked.replace(other, "")
            if word in masked and not re.search(_NOT + re.escape(word), masked):
                found.setdefault(feature.group, {}).setdefault(feature.value, word)
                break
    return found


def _longer(word: str, feature: Feature, known: list[Feature]) -> list[str]:
    """The words of the other values of a group that contain a word of this one, in their order."""
    others = [one for one in known if one.group == feature.group and one.value != feature.value]
    return [other for one in others for other in one.words if word in other and other != word]


def conflict(
    wanted: Mapping[str, Mapping[str, str]],
    refused: Mapping[str, Mapping[str, str]],
    offered: Mapping[str, Mapping[str, str]],
    known: list[Feature],
) -> tuple[str, str] | None:
    """The asked and the offered word of the first feature that does not go with what is wanted; None when all go."""
    exclusive = {feature.group for feature in known if feature.exclusive}
    for group, values in offered.items():
        asked, unwanted = wanted.get(group, {}), refused.get(group, {})
        bad = [value for value in values if value in unwanted and value not in asked]
        if bad and len(bad) == len(values):
            return f"不要{unwanted[bad[0]]}", values[bad[0]]
        if asked and group in exclusive and len(asked) == 1 and not set(values) & set(asked):
            return next(iter(asked.values())), next(iter(values.values()))
    return None


def unsaid(
    wanted: Mapping[str, Mapping[str, str]], offered: Mapping[str, Mapping[str, str]], known: list[Feature]
) -> list[str]:
    """The words of the features that are wanted, exclude others, and that an offer says nothing about."""
    exclusive = {feature.group for feature in known if feature.exclusive}
    return [
        next(iter(values.values()))
        for group, values in wanted.items()
        if group in exclusive and len(values) == 1 and group not in offered
    ]


def denied_wish(denied: list[str], wanted: str) -> str:
    """The first thing denied that a text wants by the same word; "" when none."""
    for what in denied:
        pairs = [what[i : i + 2] for i in range(len(what) - 1)]
        for head in dict.fromkeys((what[:2], what[-2:] if len(what) <= 4 else what[:2])):
            place = wanted.find(head)
            while place >= 0:
                meant = not _UNWANTED_BEFORE.search(wanted[max(0, place - 4) : place])
                meant = meant and not _UNWANTED_AFTER.match(wanted[place + len(head) :])
                if meant and (sum(pair in wanted for pair in pairs) >= 0.6 * len(pairs) or head == what[-2:]):
                    return what
                place = wanted.find(head, place + 1)
    return ""


def denials(text: str) -> list[str]:
    """What a text says it is not or has not: 不联网 denies 联网, 未取得3C认证 denies 3C认证."""
    found = []
    for match in _DENIES.finditer(plain(text)):
        what = match["what"]
        if not _NOT_A_DENIAL.match(what):
            found.append(what)
    return list(dict.fromkeys(found))
