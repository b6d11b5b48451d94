"""Boats and what swims in the demo pictures."""

from collections.abc import Callable

from marketplace.seeding.drawings.canvas import (
    AMBER,
    BLUE,
    DARK,
    GLASS,
    INK,
    ORANGE,
    PALE,
    RED,
    SOFT,
    WHITE,
    Canvas,
    smooth,
)
from marketplace.seeding.drawings.vehicles import wheel


def amphibious(c: Canvas) -> None:
    """Draw an amphibious all-terrain vehicle in water."""
    c.ground(half=380)
    c.poly([(120, 400), (840, 400), (800, 520), (170, 520)], c.accent)
    c.poly([(330, 400), (380, 270), (660, 270), (740, 400)], WHITE)
    c.poly([(404, 296), (500, 296), (500, 384), (372, 384)], GLASS)
    c.poly([(524, 296), (644, 296), (694, 384), (524, 384)], GLASS)
    c.line([(200, 400), (200, 340), (330, 340)], INK, 6)
    count = 4 if c.pick("four", "five") == "four" else 5
    for i in range(count):
        wheel(c, 220 + i * 520 / (count - 1), 530, 54)
    c.waves(575, 2)


def boat(c: Canvas) -> None:
    """Draw a rescue boat with an outboard motor."""
    c.use(ORANGE, RED, BLUE)
    c.oval(480, 352, 262, fill="#e9f0f5", outline=None)
    high = c.vary(400, 425)
    c.rect(96, 330, 66, 90, DARK, 12)
    c.line([(130, 410), (130, 545)], INK, 14)
    c.poly([(140, high), (740, high), (880, 345), (812, 535), (190, 535)], WHITE)
    c.poly([(146, high + 20), (752, high + 20), (878, 352), (880, 372), (762, high + 52), (150, high + 52)], c.accent)
    c.rect(420, 320, 150, high - 320, PALE, 8)
    c.poly([(570, 322), (640, 350), (640, high), (570, high)], GLASS)
    c.line([(230, high), (230, 300), (400, 300)], DARK, 8)
    for x in (300, 390):
        c.rect(x - 26, high - 40, 56, 42, SOFT, 8)
    c.waves(530, 4)


def lifebuoy_robot(c: Canvas) -> None:
    """Draw a U-shaped remote controlled lifebuoy on water."""
    c.use(ORANGE, RED, AMBER)
    c.oval(480, 352, 262, fill="#e9f0f5", outline=None)
    arch = [(236, 450), (250, 300), (360, 220), (480, 205), (600, 220), (710, 300), (724, 450)]
    c.tube(smooth(arch), c.accent, int(c.vary(92, 110)))
    for x, y in ((252, 360), (480, 206), (708, 360)):
        c.oval(x, y, 36, fill=WHITE)
    for x in (230, 730):
        c.rect(x - 56, 440, 112, 84, DARK, 20)
        c.oval(x, 482, 26, fill=SOFT)
    c.line(smooth([(322, 360), (400, 305), (480, 292), (560, 305), (638, 360)]), INK, 8)
    c.waves(545, 4)


FAMILIES: dict[str, Callable[[Canvas], None]] = {each.__name__: each for each in (amphibious, boat, lifebuoy_robot)}
