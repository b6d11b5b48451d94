"""Texts that nobody writes in good faith: a hundred thousand signs each, and a clock that other programs do not disturb."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIZE = 100_000

HOSTILE: dict[str, str] = {
    name: (piece * SIZE)[:SIZE]
    for name, piece in {
        "digits": "9", "numerals": "一", "halves": "半", "percents": "百分之", "list numbers": "1.", "thousands": "1,",
        "ranges": "1~", "crosses": "1×", "counts": "1台,", "rates": "每小时", "years": "一年", "dots": "点", "refusals": "不要",
        "also": "也", "contrasts": "与", "already": "已", "least": "至少", "others": "其他", "marks": "Ex d ", "gas": "IICT4 ",
        "codes": "IP67 ", "brackets": "(", "emoji": "🔥🚒", "nul": "\0", "blank": " ", "surrogates": "\ud800", "marks of text": "，。；！",
    }.items()
}  # fmt: skip


@contextmanager
def within(seconds: float) -> Iterator[Callable[[], float]]:
    """Fail when the block took longer on the processor. A quadratic reader takes minutes, a linear one a second."""
    start = time.process_time()
    yield lambda: time.process_time() - start
    assert time.process_time() - start < seconds
