"""Sealed envelopes: a quorum opens them, or their own people; everybody else, and every change, stays outside."""

import base64
import io
import json
import zipfile
from dataclasses import replace
from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kit import envelopes
from marketplace.kit.envelopes import CannotOpen, Malformed, Reader, canonical

HEAD = {"kind": "quote", "procurement": 7, "title": "抽水泵询价", "lots": [1, 2]}
PAYLOAD = canonical({"price_fen": 1_234_500, "note": "含运费"})


class Person:
    def __init__(self):
        self.private, public = envelopes.new_key_pair()
        self.reader = envelopes.reader_of(public)


OFFICERS = [Person() for _n in range(3)]
MEMBERS = [Person() for _n in range(2)]
STRANGER = Person()


def readers(people):
    return [person.reader for person in people]


def seal(payload=PAYLOAD, head=HEAD, officers=OFFICERS, quorum=2, own=MEMBERS):
    return envelopes.seal(payload, head, officers=readers(officers), quorum=quorum, own=readers(own))


SEALED = seal()
ENVELOPE = envelopes.parse(SEALED.data)


def changed(edit, data=SEALED.data):
    outer = json.loads(data)
    edit(outer)
    return canonical(outer)


def flipped(text, at=-1):
    raw = bytearray(base64.b64decode(text))
    raw[at] ^= 1
    return base64.b64encode(raw).decode()


def refused(call, *arguments):
    with pytest.raises(CannotOpen) as why:
        call(*arguments)
    return why.value.reason


# Opening


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=9000), st.integers(1, 3))
def test_some_quorum_cannot_open_what_was_sealed(payload, quorum):
    sealed = seal(payload, quorum=quorum)
    envelope = envelopes.parse(sealed.data)
    parts = [envelopes.share_of(envelope, officer.private) for officer in OFFICERS]
    for chosen in combinations(parts, quorum):
        assert envelopes.open_with_shares(envelope, chosen) == envelopes.Opened(payload, sealed.key)
    for chosen in combinations(parts, quorum - 1):
        assert refused(envelopes.open_with_shares, envelope, chosen) == "too-few-shares"
    for member in MEMBERS:
        assert envelopes.open_with_key(envelope, envelopes.own_key(envelope, member.private)) == payload


def test_an_officer_or_a_stranger_opens_alone():
    for person in (*OFFICERS, STRANGER):
        assert refused(envelopes.own_key, ENVELOPE, person.private) == "not-own"
    for person in (*MEMBERS, STRANGER):
        assert refused(envelopes.share_of, ENVELOPE, person.private) == "not-an-officer"
    one = envelopes.share_of(ENVELOPE, OFFICERS[0].private)
    assert refused(envelopes.open_with_shares, ENVELOPE, [one, one]) == "too-few-shares"
    assert refused(envelopes.open_with_key, ENVELOPE, one[1:]) == "key"
    for odd in (b"", b"k", b"k" * 33):
        assert refused(envelopes.open_with_key, ENVELOPE, odd) == "key"


def test_a_false_share_keeps_true_ones_from_opening():
    parts = [envelopes.share_of(ENVELOPE, officer.private) for officer in OFFICERS]
    false = [b"", b"\1", bytes(33), parts[0][:1] + bytes(32), b"\x09" + b"z" * 32, parts[1] + b"more"]
    assert envelopes.open_with_shares(ENVELOPE, [*false, parts[0], parts[2]]).payload == PAYLOAD
    assert refused(envelopes.open_with_shares, ENVELOPE, [*false, parts[0]]) == "shares"
    assert refused(envelopes.open_with_shares, ENVELOPE, []) == "too-few-shares"


def test_a_share_of_another_envelope_fits():
    other = envelopes.parse(seal().data)
    parts = [envelopes.share_of(other, officer.private) for officer in OFFICERS]
    assert refused(envelopes.open_with_shares, ENVELOPE, parts) == "shares"
    moved = changed(lambda outer: outer.update(shares=json.loads(seal().data)["shares"]))
    assert refused(envelopes.share_of, envelopes.parse(moved), OFFICERS[0].private) == "share"


def test_a_draft_opens_for_officers_or_not_for_its_people():
    sealed = seal(officers=[], quorum=0)
    draft = envelopes.parse(sealed.data)
    assert draft.shares == () and envelopes.own_key(draft, MEMBERS[1].private) == sealed.key
    assert refused(envelopes.open_with_shares, draft, [b"\1" + bytes(32)]) == "too-few-shares"
    assert refused(envelopes.share_of, draft, OFFICERS[0].private) == "not-an-officer"


def test_a_key_pair_whose_private_half_begins_with_a_zero_is_lost():
    private = (7).to_bytes(32, "big")
    reader = envelopes.reader_of(envelopes.public_of(private))
    envelope = envelopes.parse(envelopes.seal(b"x", {}, officers=[], quorum=0, own=[reader]).data)
    assert envelopes.open_with_key(envelope, envelopes.own_key(envelope, private)) == b"x"


# What shows from outside


def test_content_or_its_people_show_from_outside():
    text = SEALED.data
    assert b"1234500" not in text and "运费".encode() not in text and b"MTIzND" not in text
    outer = json.loads(text)
    for member in MEMBERS:
        point = base64.b64encode(member.reader.public).decode()
        assert member.reader.fingerprint not in text.decode() and point not in text.decode()
    assert all(isinstance(box, str) for box in outer["own"])
    assert outer["head"]["title"] == HEAD["title"] and outer["suite"] == envelopes.SUITE


@pytest.mark.parametrize(("people", "boxes"), [(0, 4), (1, 4), (4, 4), (5, 8), (9, 16)])
def test_the_number_of_people_shows_from_outside(people, boxes):
    assert len(json.loads(seal(own=[Person() for _n in range(people)]).data)["own"]) == boxes


def test_own_boxes_stand_in_the_order_of_people():
    places = set()
    for _n in range(40):
        envelope = envelopes.parse(seal().data)
        info = envelopes._info(b"own", envelope.head)
        opens = [envelopes.boxes.unboxed(box, MEMBERS[0].private, info) is not None for box in envelope.own]
        places.add(opens.index(True))
    assert places == {0, 1, 2, 3}


def test_a_little_more_content_shows_from_outside():
    sizes = {length: len(seal(b"x" * length).data) for length in (0, 1, 4060, 4061, 8156, 8157)}
    assert sizes[0] == sizes[1] == sizes[4060] < sizes[4061] == sizes[8156] < sizes[8157]


def test_a_price_can_be_guessed_from_the_published_hash():
    assert sha256(PAYLOAD).hexdigest() not in SEALED.data.decode()
    assert seal().payload_hash != seal().payload_hash
    assert SEALED.payload_hash == ENVELOPE.head["payload_commit"]


def test_the_digest_is_not_of_the_bytes():
    assert SEALED.digest == sha256(SEALED.data).hexdigest() == ENVELOPE.digest


# Changes


def test_a_changed_head_opens():
    moved = envelopes.parse(changed(lambda outer: outer["head"].update(procurement=8)))
    assert refused(envelopes.open_with_key, moved, SEALED.key) == "body"
    assert refused(envelopes.share_of, moved, OFFICERS[0].private) == "share"
    assert refused(envelopes.own_key, moved, MEMBERS[0].private) == "not-own"


def test_a_box_with_another_content_than_it_should_have_is_believed():
    # Whoever seals may put anything into a box for somebody.
    head, (member, officer) = ENVELOPE.head, (MEMBERS[0].reader, OFFICERS[0].reader)
    false_key = envelopes.boxes.box_for(member, b"z" * 32, envelopes._info(b"own", head))
    false_share = envelopes.boxes.box_for(officer, b"\2" + b"z" * 32, envelopes._info(b"share", head))
    first, *others = ENVELOPE.shares
    lying = replace(ENVELOPE, own=(false_key, *ENVELOPE.own), shares=(replace(first, box=false_share), *others))
    assert envelopes.own_key(lying, MEMBERS[0].private) == SEALED.key
    assert refused(envelopes.share_of, lying, OFFICERS[0].private) == "share"


@pytest.mark.parametrize("part", ["iv", "body"])
def test_a_changed_body_opens(part):
    damaged = envelopes.parse(changed(lambda outer: outer.update({part: flipped(outer[part])})))
    assert refused(envelopes.open_with_key, damaged, SEALED.key) == "body"


def test_a_changed_box_gives_a_share():
    damaged = envelopes.parse(changed(lambda outer: outer["shares"][1].update(box=flipped(outer["shares"][1]["box"]))))
    assert refused(envelopes.share_of, damaged, OFFICERS[1].private) == "share"
    envelopes.share_of(damaged, OFFICERS[0].private)


def test_a_head_that_promises_another_payload_opens(monkeypatch):
    # Whoever seals may lie about the content: two payloads for one published hash.
    true = envelopes._commitment
    monkeypatch.setattr(envelopes, "_commitment", lambda what, c: true(what, c + b"?" if what == b"payload" else c))
    lying = seal()
    monkeypatch.undo()
    assert refused(envelopes.open_with_key, envelopes.parse(lying.data), lying.key) == "payload"


# What is no envelope


def archive():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("quote.json", PAYLOAD)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-sealed"),
        (PAYLOAD, "not-sealed"),
        (b"[]", "not-sealed"),
        (b'"suite"', "not-sealed"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "not-sealed"),
        (archive(), "not-sealed"),
        (b'{"suite":' + b"[" * 100_000, "not-sealed"),
        (b'{"suite":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "not-sealed"),
        (b'{"suite":1' + b"0" * 5_000 + b"}", "not-sealed"),
        (b'{"suite":NaN}', "not-sealed"),
        (b'{"suite":"\\ud800"}', "not-sealed"),
        (b" " * (envelopes.LARGEST + 1), "too-large"),
        (b"\xef\xbb\xbf" + SEALED.data, "not-sealed"),
        (SEALED.data + b"\n", "not-canonical"),
        (SEALED.data[:-1], "not-sealed"),
        (json.dumps(json.loads(SEALED.data)).encode(), "not-canonical"),
        (SEALED.data.replace(b'"v":1', b'"v":1,"v":1'), "not-canonical"),
        (SEALED.data.replace(b'"suite"', b'"\\u0073uite"'), "not-canonical"),
    ],
)
def test_what_is_not_sealed_is_taken_for_an_envelope(data, reason):
    with pytest.raises(Malformed) as why:
        envelopes.parse(data)
    assert why.value.reason == reason


def _head(**fields):
    return lambda outer: outer["head"].update(fields)


def _share(**fields):
    return lambda outer: outer["shares"][0].update(fields)


OFF_CURVE = base64.b64encode(b"\4" + b"\1" * 64 + bytes(48)).decode()
COMPRESSED = base64.b64encode(b"\2" + OFFICERS[0].reader.public[1:65] + bytes(48)).decode()
F0, F1, F2 = (officer.reader.fingerprint for officer in OFFICERS)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda o: o.update(v=2), "version"),
        (lambda o: o.update(v=True), "version"),
        (lambda o: o.pop("v"), "version"),
        (lambda o: o.update(suite="X25519-HKDF-SHA256-AES256GCM"), "suite"),
        (lambda o: o.update(suite=None), "suite"),
        (lambda o: o.update(more=1), "fields"),
        (lambda o: o.pop("iv"), "fields"),
        (lambda o: o.update(head=[]), "head"),
        (_head(size=4097), "head"),
        (_head(size=True), "head"),
        (_head(quorum=4), "head"),
        (_head(quorum=0), "head"),
        (_head(quorum=True), "head"),
        (_head(quorum="2"), "head"),
        (_head(officers=[F0, F0, F1]), "head"),
        (_head(officers=[F0.upper(), F1, F2]), "head"),
        (_head(officers=F0), "head"),
        (_head(officers=[[F0], F1, F2]), "head"),
        (_head(payload_commit="x"), "head"),
        (_head(key_commit=None), "head"),
        (_head(title="x" * envelopes.HEAD_LARGEST), "head"),
        (_head(Title="x"), "head"),
        (_head(number=2**53), "head"),
        (_head(deep=[[[[[[[1]]]]]]]), "head"),
        (lambda o: o["head"].pop("size"), "head"),
        (_head(size=8192), "body"),
        (lambda o: o.update(body=o["body"][:-4]), "body"),
        (lambda o: o.update(body=" " + o["body"][1:]), "body"),
        (lambda o: o.update(body=None), "body"),
        (lambda o: o.update(iv="AAAA"), "iv"),
        (lambda o: o.update(iv="é"), "iv"),
        (lambda o: o.update(shares=o["shares"][:2]), "shares"),
        (lambda o: o.update(shares=o["shares"][::-1]), "shares"),
        (lambda o: o.update(shares={}), "shares"),
        (lambda o: o["shares"].append(o["shares"][0]), "shares"),
        (_share(x=2), "shares"),
        (_share(x=True), "shares"),
        (_share(to=F1), "shares"),
        (_share(more=1), "shares"),
        (_share(box="AAAA"), "shares"),
        (_share(box=7), "shares"),
        (_share(box=base64.b64encode(b"\4" + bytes(113)).decode()), "shares"),
        (lambda o: o.update(own=[]), "own"),
        (lambda o: o.update(own=o["own"][:3]), "own"),
        (lambda o: o.update(own="AAAA"), "own"),
        (lambda o: o["own"].__setitem__(2, OFF_CURVE), "own"),
        (lambda o: o["own"].__setitem__(0, COMPRESSED), "own"),
        (lambda o: o["own"].__setitem__(3, {"box": o["own"][3]}), "own"),
    ],
)
def test_an_envelope_of_another_form_is_taken(edit, reason):
    with pytest.raises(Malformed) as why:
        envelopes.parse(changed(edit))
    assert why.value.reason == reason


def test_a_last_letter_that_says_nothing_makes_two_texts_of_one_box():
    text = json.loads(SEALED.data)["body"]
    loose = text[:-2] + chr(ord(text[-2]) + 1) + "="
    assert base64.b64decode(loose) == base64.b64decode(text)
    with pytest.raises(Malformed):
        envelopes.parse(changed(lambda outer: outer.update(body=loose)))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_strange_bytes_break_the_reader(data):
    with pytest.raises(Malformed):
        envelopes.parse(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
PLACES = [
    (), ("v",), ("suite",), ("head",), ("head", "officers"), ("head", "officers", 0), ("head", "quorum"), ("head", "size"),
    ("head", "key_commit"), ("iv",), ("body",), ("shares",), ("shares", 0), ("shares", 1, "x"), ("shares", 2, "to"),
    ("shares", 0, "box"), ("own",), ("own", 1),
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), json_values)
def test_a_strange_value_somewhere_breaks_the_reader(place, value):
    outer = json.loads(SEALED.data)
    if place:
        inside = outer
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = value
    else:
        outer = value
    try:
        data = canonical(outer)
    except ValueError:
        return
    if data != SEALED.data:
        with pytest.raises(Malformed):
            envelopes.parse(data)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SEALED.data) - 1), st.integers(1, 255))
def test_a_changed_byte_opens_or_breaks_the_reader(at, change):
    data = bytes([*SEALED.data[:at], SEALED.data[at] ^ change, *SEALED.data[at + 1 :]])
    try:
        envelope = envelopes.parse(data)
    except Malformed:
        return
    assert envelope.digest != SEALED.digest
    opened = []
    for member in MEMBERS:
        try:
            opened.append(envelopes.open_with_key(envelope, envelopes.own_key(envelope, member.private)))
        except CannotOpen:
            pass
    # A change in somebody else's box is all that leaves the content readable, and never does it change the content.
    assert all(payload == PAYLOAD for payload in opened)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True), st.none() | st.booleans() | st.text(max_size=20)
       | st.integers(-(2**53) + 1, 2**53 - 1), max_size=5))  # fmt: skip
def test_a_plain_head_is_not_kept(head):
    if envelopes.RESERVED & head.keys():
        return
    try:
        canonical(head)
    except UnicodeEncodeError:
        return
    kept = envelopes.parse(seal(head=head).data).head
    assert {name: value for name, value in kept.items() if name not in envelopes.RESERVED} == head


# Sealing


def test_too_much_is_sealed():
    most = envelopes.BUCKETS[-1] - 36
    sealed = seal(b"x" * most)
    assert len(sealed.data) < envelopes.LARGEST and envelopes.open_with_key(envelopes.parse(sealed.data), sealed.key)
    for fault in (lambda: seal(b"x" * (most + 1)), lambda: seal(own=MEMBERS[:1] * 257)):
        with pytest.raises(Malformed) as why:
            fault()
        assert why.value.reason == "too-large"


@pytest.mark.parametrize(
    "wrong",
    [
        {"quorum": 0},
        {"quorum": 4},
        {"officers": [], "quorum": 1},
        {"officers": OFFICERS[:1] * 2},
        {"officers": [Person() for _n in range(13)]},
        {"head": {"size": 1}},
        {"head": {"price": 1.5}},
        {"head": {"Name": 1}},
        {"head": {"big": 2**60}},
        {"head": {"long": "x" * envelopes.HEAD_LARGEST}},
    ],
)
def test_a_mistake_of_ours_is_sealed(wrong):
    with pytest.raises(ValueError):
        seal(**wrong)


def test_a_key_is_sealed_to_under_anothers_name():
    swapped = Reader(OFFICERS[0].reader.fingerprint, STRANGER.reader.public)
    with pytest.raises(ValueError):
        envelopes.seal(b"x", {}, officers=[swapped], quorum=1, own=[])
    with pytest.raises(ValueError):
        envelopes.seal(b"x", {}, officers=[], quorum=0, own=[swapped])
    for odd in (b"", b"\4" + bytes(64), OFFICERS[0].reader.public[:64], b"\2" + OFFICERS[0].reader.public[1:33]):
        with pytest.raises(ValueError):
            envelopes.reader_of(odd)


# Files


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=20_000), st.integers(0, 99))
def test_a_file_comes_back_otherwise_or_under_another_number(content, index):
    data = envelopes.seal_file(SEALED.key, index, content)
    assert envelopes.open_file(SEALED.key, index, data) == content
    assert refused(envelopes.open_file, SEALED.key, index + 1, data) == "file"
    assert refused(envelopes.open_file, b"k" * 32, index, data) == "file"
    assert refused(envelopes.open_file, SEALED.key, index, data[:-1] + bytes([data[-1] ^ 1])) == "file"


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 12, b"x" * 27, b"x" * 28, b"x" * 5000])
def test_a_strange_file_opens(data):
    assert refused(envelopes.open_file, SEALED.key, 0, data) == "file"


def test_a_files_exact_length_shows_or_takes_much_more_room():
    for length in (0, 1, 4088, 4089, 100_000, 1_000_001, 20_000_000):
        sealed = len(envelopes.seal_file(SEALED.key, 0, b"x" * length))
        assert sealed % 64 == 28 and (length < 4089 and sealed == 4096 + 28 or length < sealed < length * 1.13)
