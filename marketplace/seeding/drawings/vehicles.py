"""Road vehicles and heavy engines of the demo pictures."""

from collections.abc import Callable, Sequence

from marketplace.seeding.drawings.canvas import (
    AMBER,
    BLUE,
    DARK,
    GLASS,
    INK,
    MID,
    ORANGE,
    PALE,
    RED,
    RUBBER,
    SOFT,
    TEAL,
    WHITE,
    Canvas,
    rotated,
)


def wheel(c: Canvas, x: float, y: float = 552, r: float = 50) -> None:
    """Draw a road wheel standing at (x, y)."""
    c.oval(x, y, r, fill=RUBBER)
    c.oval(x, y, r * 0.56, fill=SOFT)
    c.oval(x, y, r * 0.18, fill=INK, outline=None)


def _stripe(c: Canvas, body: str) -> str:
    return c.accent if body != c.accent else WHITE


def _cab(c: Canvas, colour: str) -> None:
    c.rect(700, 268, 66, 24, c.accent if colour == WHITE else BLUE, 8)
    c.poly([(655, 292), (778, 292), (838, 402), (866, 420), (866, 530), (655, 530)], colour)
    c.poly([(690, 318), (764, 318), (806, 400), (690, 400)], GLASS)
    c.line([(742, 318), (742, 400)], INK, 4)
    c.rect(657, 452, 206, 24, _stripe(c, colour), 0, None)
    c.line([(680, 425), (680, 520)], INK, 3)
    c.rect(696, 424, 30, 9, INK, 4, None)
    c.oval(848, 500, 11, fill="#f8e6a8", width=4)


def _truck(
    c: Canvas, body: Callable[[Canvas], None], axles: Sequence[float] = (230, 350, 762), cab: str = WHITE
) -> None:
    c.ground(half=400)
    c.rect(96, 512, 780, 32, DARK, 6)
    body(c)
    _cab(c, cab)
    for x in axles:
        c.oval(x, 548, 60, fill="#e3ebf1", outline=None)
        c.arc(x, 548, 60, 180, 360)
        wheel(c, x)


def _box(c: Canvas, top: float = 240, fill: str = WHITE) -> None:
    c.rect(104, top, 538, 518 - top, fill, 12)
    c.rect(107, 452, 532, 24, _stripe(c, fill), 0, None)
    c.line([(107, 476), (639, 476)], INK, 3, caps=False)
    c.line([(107, 452), (639, 452)], INK, 3, caps=False)


def _shutters(c: Canvas, left: float, top: float, count: int, width: float, height: float) -> None:
    for i in range(count):
        x = left + i * (width + 16)
        c.rect(x, top, width, height, PALE, 6)
        for row in range(1, 7):
            c.line([(x + 8, top + height * row / 7), (x + width - 8, top + height * row / 7)], MID, 3)


def pump_truck(c: Canvas) -> None:
    """Draw a drainage truck with an arm that lowers its pump."""
    c.use(RED, BLUE, AMBER, ORANGE)

    def body(c: Canvas) -> None:
        reach = c.vary(215, 260)
        c.rect(330, 300, 314, 214, WHITE, 10)
        _shutters(c, 350, 325, 3, 82, 100)
        c.rect(333, 452, 308, 24, c.accent, 0, None)
        c.rect(230, 440, 100, 74, SOFT, 8)
        c.tube([(285, 450), (330, reach), (128, 205), (128, 400)], c.accent, 30)
        for x, y in ((330, reach), (128, 205)):
            c.oval(x, y, 20, fill=WHITE)
        c.rect(98, 398, 60, 104, MID, 12)
        for y in (430, 455, 480):
            c.line([(108, y), (148, y)], INK, 4)

    _truck(c, body, (300, 420, 762))


def fire_truck(c: Canvas) -> None:
    """Draw a pumper with a roof monitor."""
    c.use(RED, "#c23b36", "#d85a3c")

    def body(c: Canvas) -> None:
        _box(c, 290, c.accent)
        _shutters(c, 126, 316, 3, int(c.vary(120, 146)), 118)
        c.rect(250, 262, 100, 28, DARK, 6)
        c.tube([(300, 262), (300, 232), (330, 218)], MID, 18)
        c.poly([(318, 234), (410, 178), (422, 200), (330, 256)], SOFT)
        c.line([(430, 176), (480, 150)], "#8fc0de", 8)
        c.line([(434, 192), (492, 178)], "#8fc0de", 8)

    _truck(c, body, (240, 762), c.accent)


def ladder_truck(c: Canvas) -> None:
    """Draw a ladder or platform truck with its boom raised."""
    c.use(RED, "#c23b36", "#d85a3c")

    def body(c: Canvas) -> None:
        _box(c, 400, c.accent)
        c.rect(240, 340, 130, 62, DARK, 10)
        angle = c.vary(-33, -27)
        for length, thick, fill in ((560, 46, WHITE), (430, 34, PALE), (320, 24, SOFT)):
            start = 560 - length if length != 560 else 0
            bar = [
                (300 + start, 350 - thick / 2),
                (860, 350 - thick / 2),
                (860, 350 + thick / 2),
                (300 + start, 350 + thick / 2),
            ]
            c.poly(rotated(bar, angle, (300, 350)), fill)
        for i in range(1, 15):
            c.line(rotated([(300 + i * 37, 328), (300 + i * 37, 372)], angle, (300, 350)), DARK, 3)
        tip = rotated([(862, 350)], angle, (300, 350))[0]
        c.rect(tip[0] - 12, tip[1] - 24, 76, 56, c.accent, 8)
        c.oval(300, 350, 28, fill=MID)

    _truck(c, body, (210, 330, 762), c.accent)
    c.line([(150, 520), (130, 600), (106, 600)], INK, 9)
    c.line([(580, 520), (600, 600), (624, 600)], INK, 9)


def rescue_truck(c: Canvas) -> None:
    """Draw a rescue truck with a folding crane and a light mast."""
    c.use(RED, "#c23b36", "#d85a3c")

    def body(c: Canvas) -> None:
        c.rect(240, 290, 402, 228, c.accent, 12)
        _shutters(c, 258, 316, 3, 112, 120)
        c.rect(243, 452, 396, 24, WHITE, 0, None)
        c.rect(104, 456, 136, 60, SOFT, 8)
        c.tube([(190, 470), (190, 280), (130, c.vary(170, 200)), (96, 330)], SOFT, 24)
        c.line([(96, 340), (96, 390)], INK, 6)
        c.arc(96, 402, 13, -90, 150, INK, 7)
        c.line([(560, 290), (560, 190)], INK, 9)
        c.rect(506, 156, 108, 36, WHITE, 6)
        for x in (533, 560, 587):
            c.oval(x, 174, 10, fill="#f8e6a8", width=3)

    _truck(c, body, (220, 762), c.accent)


def wrecker(c: Canvas) -> None:
    """Draw a recovery truck with its boom and lift."""
    c.use(AMBER, ORANGE, BLUE)

    def body(c: Canvas) -> None:
        c.rect(300, 400, 342, 116, PALE, 8)
        _shutters(c, 320, 415, 3, 90, 82)
        c.rect(420, 330, 140, 70, DARK, 10)
        c.poly(rotated([(130, 330), (500, 330), (500, 376), (130, 362)], c.vary(12, 20), (500, 350)), c.accent)
        c.poly(rotated([(100, 335), (300, 335), (300, 360), (100, 356)], 16, (500, 350)), WHITE)
        c.line([(118, 246), (118, 400)], INK, 5)
        c.arc(118, 416, 15, -90, 150, INK, 8)
        c.tube([(300, 510), (180, 530), (84, 560)], MID, 20)

    _truck(c, body, (340, 450, 762))


def command_truck(c: Canvas) -> None:
    """Draw a command vehicle with mast and satellite dish."""

    def body(c: Canvas) -> None:
        _box(c, 262)
        for i in range(3):
            c.rect(140 + i * 120, 300, 92, 82, GLASS, 10)
        c.rect(520, 300, 92, 214, PALE, 8)
        c.oval(536, 420, 6, fill=INK, outline=None)
        c.line([(190, 262), (190, c.vary(120, 150))], DARK, 12)
        c.oval(190, 138, 16, fill=c.accent)
        c.signal(190, 138, -60, 60, 2, 36, 26)
        c.line([(430, 262), (430, 226)], INK, 8)
        c.poly(rotated([(372, 176), (488, 176), (468, 226), (392, 226)], -28, (430, 210)), WHITE)
        c.line(rotated([(430, 200), (430, 148)], -28, (430, 210)), INK, 5)

    _truck(c, body, (220, 762))


def generator_truck(c: Canvas) -> None:
    """Draw a silent generator truck with cable reel."""

    def body(c: Canvas) -> None:
        _box(c, 250, PALE)
        for x in (140, 320):
            c.rect(x, 290, 150, 130, WHITE, 8)
            for row in range(6):
                c.line([(x + 16, 308 + row * 19), (x + 134, 308 + row * 19)], DARK, 5)
        c.rect(500, 290, 118, 130, c.accent, 8)
        c.poly([(566, 302), (530, 362), (554, 362), (544, 410), (592, 342), (564, 342), (582, 302)], WHITE, None)
        c.rect(180, 218, 60, 34, DARK, 6)
        c.oval(90, 470, 40, fill=c.accent_light)
        c.oval(90, 470, 14, fill=INK, outline=None)

    _truck(c, body, (210, 330, 762))


def kitchen_truck(c: Canvas) -> None:
    """Draw a field kitchen with its side flap open."""

    def body(c: Canvas) -> None:
        _box(c, 262)
        c.rect(170, 308, 360, 128, "#f3e4c9", 8)
        c.poly([(160, 308), (540, 308), (590, 250), (110, 250)], c.accent)
        for x in (200, 290, 380):
            c.rect(x, 372, 66, 48, MID, 8)
            c.line([(x - 4, 372), (x + 70, 372)], INK, 7)
            for k in (16, 48):
                c.line([(x + k, 356), (x + k + 7, 345), (x + k - 2, 332), (x + k + 5, 320)], DARK, 4)
        c.line([(160, 438), (540, 438)], INK, 10)
        c.rect(570, 200, 34, 62, SOFT, 5)

    _truck(c, body, (230, 762))


def water_purifier_truck(c: Canvas) -> None:
    """Draw a water purification truck with tank and taps."""

    def body(c: Canvas) -> None:
        _box(c, 270)
        c.rect(132, 304, 220, 130, GLASS, 40)
        c.poly(
            [
                (132, 372),
                (180, 360),
                (240, 380),
                (300, 362),
                (352, 374),
                (352, 400),
                (320, 434),
                (164, 434),
                (132, 404),
            ],
            "#8fc0de",
            None,
        )
        for i in range(4):
            c.rect(382 + i * 60, 304, 42, 130, WHITE, 20)
            c.rect(382 + i * 60, 330, 42, 20, c.accent, 0)
        for i in range(4):
            x = 160 + i * 80
            c.line([(x, 496), (x + 22, 496), (x + 22, 512)], INK, 7)

    _truck(c, body, (230, 762))


def ambulance(c: Canvas) -> None:
    """Draw an ambulance with a cross on its side."""
    c.use(RED, BLUE, TEAL)
    c.ground(half=390)
    top = c.vary(250, 270)
    c.rect(450, top - 26, 110, 28, c.accent, 8)
    c.poly([(130, top), (640, top), (740, 396), (850, 430), (866, 460), (866, 540), (120, 540), (120, top + 14)], WHITE)
    c.poly([(610, top + 30), (652, top + 30), (724, 396), (610, 396)], GLASS)
    c.rect(440, top + 34, 130, 110, GLASS, 8)
    c.rect(124, 440, 738, 28, c.accent, 0, None)
    c.line([(590, top + 10), (590, 536)], INK, 4)
    c.line([(420, top + 10), (420, 536)], INK, 4)
    c.oval(272, 352, 66, fill=PALE)
    c.poly(
        [
            (256, 308),
            (288, 308),
            (288, 336),
            (316, 336),
            (316, 368),
            (288, 368),
            (288, 396),
            (256, 396),
            (256, 368),
            (228, 368),
            (228, 336),
            (256, 336),
        ],
        c.accent,
        None,
    )
    c.oval(848, 500, 11, fill="#f8e6a8", width=4)
    for x in (250, 736):
        c.oval(x, 546, 62, fill=DARK)
        wheel(c, x, 552, 48)


def excavator(c: Canvas) -> None:
    """Draw a tracked excavator."""
    c.use(AMBER, ORANGE, TEAL)
    c.ground(half=380)
    c.rect(300, 506, 420, 92, RUBBER, 46)
    for i in range(5):
        c.oval(350 + i * 80, 552, 26, fill=SOFT)
    c.poly([(380, 370), (720, 370), (740, 496), (380, 496)], c.accent)
    c.rect(560, 396, 150, 70, c.accent_dark, 8)
    c.poly([(420, 230), (560, 230), (560, 370), (396, 370), (396, 300)], GLASS)
    bend = c.vary(150, 190)
    c.poly([(400, 420), (250, bend), (290, bend - 36), (470, 400)], WHITE)
    c.poly([(236, bend - 30), (300, bend - 10), (190, 430), (150, 410)], WHITE)
    c.oval(266, bend, 18, fill=c.accent)
    c.poly([(150, 410), (200, 420), (230, 520), (150, 560), (90, 510)], MID)


def drill_rig(c: Canvas) -> None:
    """Draw a drilling rig with its mast up."""

    def body(c: Canvas) -> None:
        c.rect(250, 410, 390, 106, PALE, 8)
        _shutters(c, 380, 424, 2, 110, 80)
        c.poly([(130, 60), (220, 60), (250, 560), (100, 560)], WHITE)
        for i in range(6):
            y = 90 + i * 76
            c.line([(128 - i * 4, y), (224 + i * 4, y + 76)], DARK, 5)
            c.line([(224 + i * 4, y), (128 - i * 4, y + 76)], DARK, 5)
        c.rect(136, c.vary(200, 280), 78, 74, c.accent, 10)
        c.line([(175, 270), (175, 640)], INK, 16)

    _truck(c, body, (360, 480, 762))
    c.poly([(150, 610), (200, 610), (175, 660)], DARK)


def bridge(c: Canvas) -> None:
    """Draw a mechanised bridge laid over a gap."""
    c.oval(480, 352, 262, fill="#e9f0f5", outline=None)
    c.waves(600, 2)
    c.poly([(40, 470), (270, 470), (320, 640), (40, 640)], SOFT)
    c.poly([(920, 470), (690, 470), (640, 640), (920, 640)], SOFT)
    c.poly([(170, 430), (790, 430), (820, 470), (140, 470)], c.accent)
    count = 6
    for i in range(count):
        x = 210 + i * 540 / count
        c.poly([(x, 430), (x + 45, 360), (x + 90, 430)], WHITE)
    c.line([(255, 360), (705, 360)], INK, 9)
    c.rect(c.vary(360, 420), 268, 190, 62, DARK, 12)
    for x in (440, 480, 520):
        c.oval(x, 338, 20, fill=RUBBER)


FAMILIES: dict[str, Callable[[Canvas], None]] = {
    each.__name__: each
    for each in (
        pump_truck,
        fire_truck,
        ladder_truck,
        rescue_truck,
        wrecker,
        command_truck,
        generator_truck,
        kitchen_truck,
        water_purifier_truck,
        ambulance,
        excavator,
        drill_rig,
        bridge,
    )
}
