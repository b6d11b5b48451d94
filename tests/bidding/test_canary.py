"""Words that stand in a sealed quote stand nowhere else: not in the database, not in a file, not in a log."""

import base64
import io
import logging

from marketplace.kit import db
from tests.bidding.tenders import make_tender, typed_quote

WORDS = ("金丝雀型号丁丑", "canary-note-7731", "金丝雀成员庚", "canary.pdf")
PRICE, PRICE_FEN = "98765432.1", "9876543210"
PDF = b"%PDF-1.4 canary-inside-the-file-4242 %%EOF"


def spellings(word):
    """The ways a word may stand in bytes."""
    for plain in (word.encode(), word.encode("utf-16-le"), word.encode("unicode_escape")):
        yield plain
        yield plain.hex().encode()
        for shift in range(3):  # where in a longer text the word begins decides how base64 cuts it
            yield base64.b64encode(b"\0" * shift + plain)[4:-4]


def test_a_word_of_a_sealed_quote_can_be_found_somewhere(app, browser, tmp_path, at_noon, caplog):
    caplog.set_level(logging.DEBUG)
    with app.app_context(), db.transaction():
        tender = make_tender(at_noon)
    visitor, url = browser(tender.suppliers[0][1]), f"/tenders/{tender.id}/quote"
    typed = typed_quote(price=PRICE, note=WORDS[1]) | {
        "lot-1-item-0-product": WORDS[0], "party-0-name": WORDS[2], "party-0-role": "maker",
    }  # fmt: skip
    saved = visitor.post(f"{url}/edit", files={"files": (io.BytesIO(PDF), WORDS[3])}, act="check", revision=0, **typed)
    assert saved.status_code == 303
    assert all(word in visitor.get(f"{url}/check").text for word in WORDS), "the words are really in the quote"
    answer = visitor.post(f"{url}/submit", submission_key="c" * 20, version=1)
    assert answer.status_code == 303 and WORDS[0] in visitor.get(f"{url}/submissions/1").text
    visitor.post(f"{url}/edit", act="save", revision=0, **typed)  # a refused one must not be logged either
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(path.name.startswith("marketplace.db") for path in kept) and len(kept) >= 2
    kept["log"] = caplog.text.encode()
    sought = [
        (word, one) for word in (*WORDS, PRICE, PRICE_FEN, "canary-inside-the-file-4242") for one in spellings(word)
    ]
    found = [(str(place), word) for place, content in kept.items() for word, one in sought if one in content]
    assert found == []
