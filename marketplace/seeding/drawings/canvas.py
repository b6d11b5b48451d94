"""A supersampled drawing surface of 960×720 units with the one palette and pen of all demo pictures."""

import io
import math
import random
import zlib
from collections.abc import Sequence

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 960, 720
OVERSAMPLING = 2
PEN = 5

INK = "#2c4356"
DARK = "#5c7689"
MID = "#8fa8b8"
SOFT = "#bccdd8"
PALE = "#dce6ed"
WHITE = "#fbfdfe"
GLASS = "#cfe3ef"
RUBBER = "#3b4c59"
SHADOW = "#cdd9e1"
SKY_TOP, SKY_BOTTOM = (244, 248, 251), (226, 235, 242)
ORANGE, RED, TEAL, BLUE, AMBER, GREEN = "#e2703a", "#cf4b42", "#1f8a86", "#2f72b4", "#dc9a2b", "#4f8f5c"
ACCENTS = (ORANGE, RED, TEAL, BLUE, AMBER, GREEN)

Point = tuple[float, float]


def blend(colour: str, other: str, share: float) -> str:
    """Mix the first colour with this share of the other."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(mine + (its - mine) * share):02x}" for mine, its in pairs)


def rotated(points: Sequence[Point], degrees: float, centre: Point) -> list[Point]:
    """Turn the points clockwise around the centre."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    cx, cy = centre
    return [(cx + (x - cx) * cosine - (y - cy) * sine, cy + (x - cx) * sine + (y - cy) * cosine) for x, y in points]


def smooth(points: Sequence[Point], closed: bool = False, steps: int = 10) -> list[Point]:
    """Return a soft curve through the points (Catmull-Rom)."""
    count = len(points)
    if closed:
        at = [points[i % count] for i in range(-1, count + 2)]
    else:
        at = [points[0], *points, points[-1]]
    curve = []
    for before, start, end, after in zip(at, at[1:], at[2:], at[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append(
                tuple(
                    0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t**3)
                    for p, q, r, s in zip(before, start, end, after, strict=True)
                )
            )
    return curve if closed else [*curve, points[-1]]


class Canvas:
    """Draws in units of a 960×720 sheet, whatever the size asked for; the seed decides accent and proportions."""

    def __init__(self, seed: str, size: tuple[int, int]) -> None:
        self.size = size
        self.scale = min(size[0] / WIDTH, size[1] / HEIGHT) * OVERSAMPLING
        big = (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING)
        self._left = (big[0] - WIDTH * self.scale) / 2
        self._top = (big[1] - HEIGHT * self.scale) / 2
        self._random = random.Random(zlib.crc32(seed.encode()))
        self.use(*ACCENTS)
        self.image = self._background(big)
        self._draw = ImageDraw.Draw(self.image)

    def _background(self, big: tuple[int, int]) -> Image.Image:
        ramp = Image.new("RGB", (1, 64))
        for row in range(64):
            part = row / 63
            ramp.putpixel((0, row), tuple(round(a + (b - a) * part) for a, b in zip(SKY_TOP, SKY_BOTTOM, strict=True)))
        return ramp.resize(big, Image.Resampling.BILINEAR)

    def use(self, *accents: str) -> None:
        """Take one of these as the accent, for things that people know in certain colours."""
        self.accent = self._random.choice(accents)
        self.accent_dark = blend(self.accent, INK, 0.28)
        self.accent_light = blend(self.accent, WHITE, 0.62)

    def vary(self, low: float, high: float) -> float:
        """Return a number between low and high that is the same for the same seed and order of calls."""
        return self._random.uniform(low, high)

    def pick(self, *choices: str) -> str:
        """Return one of the choices, the same for the same seed and order of calls."""
        return self._random.choice(choices)

    def _at(self, points: Sequence[Point]) -> list[Point]:
        return [(self._left + x * self.scale, self._top + y * self.scale) for x, y in points]

    def _pen(self, width: float) -> int:
        return max(1, round(width * self.scale))

    def line(self, points: Sequence[Point], colour: str = INK, width: float = PEN, caps: bool = True) -> None:
        """Draw an open line with round joints and, unless told otherwise, round ends."""
        placed, pen = self._at(points), self._pen(width)
        self._draw.line(placed, fill=colour, width=pen, joint="curve")
        half = pen / 2 - 1
        joints = placed[1:-1] if width > 20 else []  # the library leaves hairlines where wide lines bend a little
        for x, y in [*joints, *((placed[0], placed[-1]) if caps else ())]:
            self._draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def tube(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw a thick line with an ink edge: hoses, cables, pipes, arms."""
        self.line(points, INK, width + 2 * PEN)
        self.line(points, colour, width)

    def hose(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw a tube bent softly through the points."""
        self.tube(smooth(points), colour, width)

    def blob(self, points: Sequence[Point], fill: str, outline: str | None = INK, width: float = PEN) -> None:
        """Fill a shape with soft edges through the points."""
        self.poly(smooth(points, closed=True), fill, outline, width)

    def poly(self, points: Sequence[Point], fill: str, outline: str | None = INK, width: float = PEN) -> None:
        """Fill a polygon and draw its edge with round corners."""
        self._draw.polygon(self._at(points), fill=fill)
        if outline:
            self.line([*points, points[0], points[1]], outline, width, caps=False)

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: str,
        r: float = 10,
        outline: str | None = INK,
        width: float = PEN,
    ) -> None:
        """Fill a rectangle with rounded corners."""
        (left, top), (right, bottom) = self._at([(x, y), (x + w, y + h)])
        self._draw.rounded_rectangle(
            (left, top, right, bottom), r * self.scale, fill, outline, self._pen(width) if outline else 0
        )

    def oval(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float | None = None,
        fill: str | None = None,
        outline: str | None = INK,
        width: float = PEN,
    ) -> None:
        """Fill an ellipse; without `ry` a circle."""
        ry = rx if ry is None else ry
        (left, top), (right, bottom) = self._at([(cx - rx, cy - ry), (cx + rx, cy + ry)])
        self._draw.ellipse((left, top, right, bottom), fill, outline, self._pen(width) if outline else 0)

    def arc(
        self, cx: float, cy: float, r: float, start: float, end: float, colour: str = INK, width: float = PEN
    ) -> None:
        """Draw part of a circle, clockwise from three o'clock, in degrees."""
        steps = max(6, int(abs(end - start) / 5))
        angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
        self.line([(cx + r * math.cos(a), cy + r * math.sin(a)) for a in angles], colour, width)

    def ground(self, cx: float = 480, y: float = 606, half: float = 360) -> None:
        """Lay a soft shadow under the thing and a faint disc behind it."""
        self.oval(480, 352, 262, fill="#e9f0f5", outline=None)
        self.oval(cx, y, half, 20, fill=SHADOW, outline=None)

    def waves(self, y: float = 560, rows: int = 3) -> None:
        """Draw water as a few rows of waves."""
        for row in range(rows):
            top, left = y + row * 34, 90 + row * 46
            points = [(x, top + 9 * math.sin(x / 26 + row)) for x in range(left, WIDTH - left + 1, 6)]
            self.line(points, "#7fa9c4" if row == 0 else "#a9c6d8", 6)

    def signal(
        self, cx: float, cy: float, start: float, end: float, count: int = 3, first: float = 40, step: float = 30
    ) -> None:
        """Draw arcs of a signal leaving the point."""
        for i in range(count):
            self.arc(cx, cy, first + i * step, start, end, self.accent, 7)

    def encoded(self) -> bytes:
        """Return the picture, smoothed to its size, as PNG."""
        small = self.image.resize(self.size, Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        small.save(stream, "PNG", compress_level=6)
        return stream.getvalue()
