"""Lines of a chart as points of an SVG, so that a page draws without script."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 16, 14, 30
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Chart:
    """`lines` are "x,y x,y …" in the order given; `rungs` are (y, fen) and `marks` (x, position) of the axes."""

    lines: tuple[str, ...]
    rungs: tuple[tuple[float, int], ...]
    marks: tuple[tuple[float, int], ...]


def chart(series: Sequence[Sequence[int]], positions: Sequence[int]) -> Chart:
    """Amounts in fen over months, all series at the same `positions`; the axis begins at nought or below."""
    values = [value for line in series for value in line]
    step = _round_step(max(values) - min(0, *values))
    low, high = min(0, *values) // step * step, -(-max(1, *values) // step) * step

    def x(position: int) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * position / max(1, positions[-1]), 1)

    def y(fen: int) -> float:
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (high - fen) / (high - low), 1)

    lines = tuple(" ".join(f"{x(p)},{y(v)}" for p, v in zip(positions, line, strict=True)) for line in series)
    whole = 12 if positions[-1] > 12 else 1
    apart = whole * -(-positions[-1] // (12 * whole))
    marks = tuple((x(p), p) for p in range(0, positions[-1] + 1, apart))
    return Chart(lines, tuple((y(fen), fen) for fen in range(low, high + 1, step)), marks)


def _round_step(span: int) -> int:
    """A fourth of the span or more, as a round number."""
    rough = max(1, span // 4)
    size = 10 ** (len(str(rough)) - 1)
    return next(size * step for step in _STEPS if size * step >= rough)
