"""Structures that stand in a place: warehouses, cabins, posts, guard rails and bearings."""

from collections.abc import Callable

from marketplace.seeding.drawings.canvas import (
    AMBER,
    DARK,
    GLASS,
    INK,
    MID,
    ORANGE,
    PALE,
    RED,
    RUBBER,
    SOFT,
    WHITE,
    Canvas,
)

CARTON = "#e4c79d"


def warehouse(c: Canvas) -> None:
    """Draw a reserve warehouse with stacked cartons."""
    c.ground(half=410)
    ridge = c.vary(120, 150)
    c.poly([(110, 280), (480, ridge), (850, 280), (850, 590), (110, 590)], WHITE)
    c.poly([(80, 290), (480, ridge - 20), (880, 290), (870, 320), (480, ridge + 16), (90, 320)], c.accent)
    c.rect(220, 340, 520, 250, DARK, 8)
    for row, count in ((0, 5), (1, 4), (2, 2)):
        for i in range(count):
            x, y = 250 + i * 94 + row * 20, 510 - row * 76
            c.rect(x, y, 88, 74, CARTON, 4)
            c.line([(x + 44, y), (x + 44, y + 26)], "#c29f6d", 8, caps=False)
    c.rect(220, 330, 520, 34, SOFT, 4)


def container(c: Canvas) -> None:
    """Draw a mobile cabin on legs."""
    c.ground(half=380)
    c.rect(130, 200, 700, 350, WHITE, 14)
    c.rect(130, 186, 700, 46, c.accent, 10)
    for x in range(170, 480, 40):
        c.line([(x, 260), (x, 520)], PALE, 9)
    c.rect(200, 300, 200, 110, GLASS, 10)
    c.line([(300, 302), (300, 408)], INK, 5)
    door = c.vary(540, 580)
    c.rect(door, 270, 150, 278, SOFT, 8)
    c.oval(door + 124, 420, 9, fill=INK)
    c.poly([(door - 10, 560), (door + 160, 560), (door + 190, 604), (door - 40, 604)], MID)
    for x in (190, 470, 790):
        c.rect(x - 16, 550, 32, 50, DARK, 4)
    c.rect(740, 150, 60, 40, MID, 8)


def bollard(c: Canvas) -> None:
    """Draw a row of rising anti-ram bollards."""
    c.use(RED, ORANGE, AMBER)
    c.ground(half=400)
    c.poly([(60, 560), (900, 560), (860, 640), (100, 640)], SOFT)
    for i in range(4):
        x = 180 + i * 200
        top = c.vary(270, 300)
        c.oval(x, 590, 74, 22, fill=DARK)
        c.rect(x - 52, top, 104, 322, WHITE, 16)
        c.rect(x - 52, top - 16, 104, 44, DARK, 16)
        for y in (370, 440):
            c.rect(x - 49, y, 98, 32, c.accent, 0, None)
        c.oval(x, 590, 52, 15, fill=None, outline=INK)


def guardrail(c: Canvas) -> None:
    """Draw a roller guard rail along a road."""
    c.oval(480, 352, 262, fill="#e9f0f5", outline=None)
    c.poly([(40, 590), (920, 590), (960, 660), (0, 660)], SOFT)
    c.line([(60, 628), (260, 628)], WHITE, 10)
    c.line([(380, 628), (580, 628)], WHITE, 10)
    c.line([(700, 628), (900, 628)], WHITE, 10)
    for x in range(110, 900, 240):
        c.rect(x - 14, 250, 28, 344, MID, 4)
    c.rect(50, 280, 860, 34, SOFT, 10)
    c.rect(50, 500, 860, 34, SOFT, 10)
    for i in range(9):
        x = 110 + i * 92
        tint = c.accent if i % 2 else c.accent_light
        c.rect(x - 34, 322, 68, 172, tint, 22)
        c.rect(x - 31, c.vary(382, 392), 62, 34, WHITE, 0, None)


def isolator(c: Canvas) -> None:
    """Draw a laminated rubber bearing under a building."""
    c.ground(half=330)
    c.rect(250, 90, 460, 150, WHITE, 8)
    for x in range(280, 680, 100):
        c.rect(x, 120, 60, 70, GLASS, 6)
    c.rect(200, 236, 560, 46, DARK, 6)
    lean = c.vary(-10, 10)
    layers = 9
    for i in range(layers):
        shift = lean * (layers - i) / layers
        c.rect(290 + shift, 282 + i * 26, 380, 26, RUBBER if i % 2 else c.accent, 8)
    c.rect(200, 516, 560, 46, DARK, 6)
    c.rect(150, 562, 660, 40, SOFT, 4)
    for x in (232, 728):
        c.oval(x, 259, 11, fill=SOFT)
        c.oval(x, 539, 11, fill=SOFT)
    c.line([(130, 380), (210, 380)], c.accent, 9)
    c.line([(150, 360), (126, 380), (150, 400)], c.accent, 9)
    c.line([(830, 380), (750, 380)], c.accent, 9)
    c.line([(810, 360), (834, 380), (810, 400)], c.accent, 9)


FAMILIES: dict[str, Callable[[Canvas], None]] = {
    each.__name__: each for each in (warehouse, container, bollard, guardrail, isolator)
}
