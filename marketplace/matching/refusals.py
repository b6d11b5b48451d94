"""What a need does not want, and whether an offer is that: by type, by words, by a feature, by what the offer denies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.matching.judging import State, Verdict
from marketplace.matching.knowledge import Knowledge
from marketplace.matching.offers import Offer
from marketplace.reading import features
from marketplace.reading.classes import ClassReader
from marketplace.reading.clauses import Clause, Sense, plain
from marketplace.reading.requirements import HARD
from marketplace.reading.tokens import PAIR, WORD

_LEAD = re.compile(r"^(?:普通的?|那种|这种|光|只会?|仅|可|一般的?|老款的?|屋里只会|原来的?|上次买的|真能|那种|的)+")
_TAIL = re.compile(r"(?:设备|产品|装置|结构|那种|货|作为.*|以加装.*|投标|物资|的|式|型|款|类|方案)+$")
_OWNED = re.compile(r"(?:都|全|早就?|已(?:经)?|也)*(?:有了?|配齐了?|备齐了?|买了|配了|另行采购)$")
_COVERED, _OWN_SHARE = 0.7, 0.5
_TELLING, _OWN_WORD = 4.8, 3.5
_CLEAR, _DECISIVE = 0.8, 0.75
_OWN_TYPE, _AS_LIKELY = 0.75, 0.5

Values = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is not wanted: the cores of the refused phrases, product types with the words that refuse them, features.

    `best_type` is the product type most likely meant, `names` the names of the likely ones, "" when the text tells little.
    """

    best_type: str = ""
    names: str = ""
    wanted_text: str = ""
    phrases: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    wanted_features: Values = field(default_factory=dict)
    refused_features: Values = field(default_factory=dict)


def read(title: str, clauses: Sequence[Clause], types: Mapping[str, float], names: str, known: Knowledge) -> Refusals:
    """What a need's clauses refuse. `types` are the product types it means, the best never refused; the features in that
    one's name are wanted too (负压救护车). `names` are the names of the likely ones."""
    best = max(types, key=lambda code: types[code], default="")
    wanted = ",".join(_wanted(title, clauses)).lower()
    unwanted = ",".join(c.text for c in clauses if c.sense is not Sense.WANTED)
    # 不要油管的剪子 as a title still wants the scissors: of a title only what stands before 的 is refused.
    told = [
        c.text.split("的")[0] if c.start < len(title) and c.end else c.text for c in clauses if c.sense is Sense.REFUSED
    ]
    told += [_OWNED.sub("", c.text) for c in clauses if c.sense is Sense.BACKGROUND and _OWNED.search(c.text)]
    cores = [core for text in told for core in cores_of(text)]
    clauses = [c for c in clauses if c.sense is not Sense.REFUSED or c.start >= len(title) or not c.end]
    refused = dict(features.values_in(unwanted, known.features))
    if "oil" in refused.get("fuel", {}):
        word = refused["fuel"]["oil"]
        refused["fuel"] = {"gasoline": word, "diesel": word, **refused["fuel"]}
    return Refusals(
        best, names, wanted, tuple(dict.fromkeys(cores)), _types(clauses, cores, types, known.classes),
        _wanted_features(wanted, names, types, refused, known), refused,
    )  # fmt: skip


def _wanted(title: str, clauses: Sequence[Clause]) -> Iterator[str]:
    """What is wanted, piece by piece; of a title that refuses (不要油管的剪子) what stands behind the refusal."""
    for clause in clauses:
        if clause.sense is Sense.WANTED:
            yield clause.text
        elif clause.sense is Sense.REFUSED and clause.start < len(title) and clause.end:
            yield clause.text.partition("的")[2]


def _wanted_features(wanted: str, names: str, types: Mapping[str, float], refused: Values, known: Knowledge) -> Values:
    """The features the text wants, and those in the likely types' names when these agree (负压救护车) and the text does
    not refuse them."""
    found = features.values_in(wanted, known.features)
    if not names:
        return found
    likely = ",".join(known.name_of(code) for code, share in types.items() if share >= _AS_LIKELY)
    implied = features.values_in(likely, known.features)
    agreed = {
        group: values
        for group, values in implied.items()
        if len(values) == 1 and not values.keys() & refused.get(group, {}).keys()
    }
    return {**agreed, **found}


def cores_of(phrase: str) -> list[str]:
    """The members of a refused list without filling words: 不要…普通隔离衣、扩散式的 is 隔离衣 and 扩散."""
    bare = re.sub(r"[((].*?[))]", "", plain(phrase)).split("等")[0]
    parts = re.split(r"、|以及|和|及|或者|或", bare)
    return [core for core in (_TAIL.sub("", _LEAD.sub("", part.strip())) for part in parts) if len(core) > 1]


def _types(
    clauses: Sequence[Clause], cores: Sequence[str], types: Mapping[str, float], reader: ClassReader
) -> dict[str, str]:
    """Product types that are refused or there already: named, or described so that one stands out."""
    found: dict[str, str] = {}
    for clause in clauses:
        if clause.sense is not Sense.WANTED:
            found |= dict.fromkeys(reader.named(clause.text), clause.text)
        if clause.sense is Sense.BACKGROUND and len(clause.text) >= 6:
            found |= _described(clause.text, types, reader, 0.5)
    for core in cores:
        guesses = reader.read([(core, 1.0)], 3) if len(core) >= 3 else []
        found |= {guess.code: core for guess in guesses if guess.share >= _CLEAR and guess.told}
        if len(core) >= 5:
            found |= _described(core, types, reader, 1.1)
    best = max(types, key=lambda code: types[code], default="")
    return {code: words for code, words in found.items() if code != best}


def _described(text: str, types: Mapping[str, float], reader: ClassReader, below: float) -> dict[str, str]:
    guesses = reader.read([(text, 1.0)], 2)
    if not guesses or types.get(guesses[0].code, 0.0) >= below:
        return {}
    alone = len(guesses) < 2 or guesses[1].share < _DECISIVE
    return {guesses[0].code: text} if alone else {}


def judge(refusals: Refusals, offer: Offer, offered_types: Mapping[str, float], known: Knowledge) -> Verdict | None:
    """A missed verdict when the offer is what is not wanted; None when nothing speaks against it.

    An offer that plainly is of the type that is meant is not refused by another type's name; one that denies being so
    (不防刺) is.
    """
    best = refusals.best_type
    own = offered_types.get(best, 0.0) >= _OWN_TYPE or _bears_name(refusals, offer, known)
    if offer.class_code in refusals.types and offer.class_code != best and not own:
        return _missed(refusals.types[offer.class_code], offer.name)
    phrase = "" if own and offer.class_code != best else _by_words(refusals, offer, known)
    if phrase:
        return _missed(phrase, offer.headline[:40])
    clash = features.conflict(refusals.wanted_features, refusals.refused_features, offer.features, known.features)
    if clash:
        return Verdict(clash[0], State.MISSED, clash[0], clash[1], HARD, "feature")
    denied = features.denied_wish(offer.denied, f"{refusals.wanted_text},{refusals.names}")
    return Verdict(denied, State.MISSED, denied, denied, HARD, "denied") if denied else None


def _missed(asked: str, offered: str) -> Verdict:
    return Verdict(asked, State.MISSED, asked, offered, HARD, "refused")


def _bears_name(refusals: Refusals, offer: Offer, known: Knowledge) -> bool:
    """Whether an offer bears the telling word of the type that is meant (负压监护型救护车) that no refusal names."""
    refused = "".join(refusals.phrases)
    words = [
        t
        for t in known.tokens.of(known.name_of(refusals.best_type))
        if t.size == WORD and len(t.text) > 1 and t.text not in refused
    ]
    return any(known.classes.rarity(t) > _OWN_WORD and t.text in offer.name for t in words)


def _by_words(refusals: Refusals, offer: Offer, known: Knowledge) -> str:
    """The refused phrase that an offer's headline is about; words the need also wants do not count."""
    rarity = known.classes.rarity
    wanted = f"{refusals.wanted_text},{refusals.names}"
    for phrase in refusals.phrases:
        read = known.tokens.of(phrase)
        words = [t for t in read if t.size == WORD and len(t.text) > 1 and t.text not in wanted]
        if any(rarity(t) > _TELLING and t.text in offer.name for t in words):
            return phrase
        pairs = [t for t in read if t.size == PAIR] or [t for t in read if t.size == WORD]
        total = sum(map(rarity, pairs))
        own = [t for t in pairs if t.text not in wanted]
        if not total or sum(map(rarity, own)) < _OWN_SHARE * total:
            continue
        if sum(rarity(t) for t in own if t.text in offer.headline.lower()) / total >= _COVERED:
            return phrase
    return ""
