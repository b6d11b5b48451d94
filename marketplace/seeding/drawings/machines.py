"""Pumps, generators, robots and other machines of the demo pictures."""

from collections.abc import Callable

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
    WHITE,
    Canvas,
    rotated,
)
from marketplace.seeding.drawings.vehicles import wheel


def _tracks(c: Canvas, x: float, y: float, w: float, h: float, rollers: int = 5) -> None:
    c.rect(x, y, w, h, RUBBER, h / 2)
    for i in range(rollers):
        c.oval(x + h / 2 + i * (w - h) / (rollers - 1), y + h / 2, h * 0.27, fill=SOFT, width=4)


def _vents(c: Canvas, x: float, y: float, w: float, h: float, count: int = 5) -> None:
    for i in range(count):
        top = y + (i + 0.5) * h / count
        c.line([(x, top), (x + w, top)], DARK, 6)


def trailer_pump(c: Canvas) -> None:
    """Draw a pump station on a trailer."""
    c.ground(half=390)
    c.line([(640, 520), (880, 520), (900, 500)], INK, 16)
    c.line([(800, 520), (800, 598)], INK, 12)
    c.rect(150, 500, 520, 32, DARK, 6)
    top = c.vary(250, 285)
    c.rect(290, top, 370, 500 - top, WHITE, 18)
    c.rect(292, 440, 366, 26, c.accent, 0, None)
    _vents(c, 490, top + 40, 130, 110)
    c.rect(330, top + 40, 110, 80, PALE, 8)
    c.oval(358, top + 80, 20, fill=WHITE, width=4)
    c.oval(410, top + 80, 20, fill=WHITE, width=4)
    c.rect(580, top - 50, 26, 52, MID, 4)
    c.oval(214, 430, 78, fill=c.accent)
    c.oval(214, 430, 34, fill=WHITE)
    c.hose([(214, 352), (206, 304), (150, 292), (86, 330)], MID, 44)
    c.rect(106, 400, 34, 64, MID, 6)
    wheel(c, 400, 550, 56)


def portable_pump(c: Canvas) -> None:
    """Draw a small motor pump in a carrying frame."""
    c.ground(half=310)
    c.rect(380, 300, 260, 170, c.accent, 24)
    c.rect(420, 240, 150, 64, WHITE, 18)
    c.oval(560, 390, 58, fill=WHITE)
    c.oval(560, 390, 18, fill=INK, outline=None)
    c.line([(560, 390), (600, 350)], INK, 8)
    size = c.vary(82, 98)
    c.oval(310, 400, size, fill=SOFT)
    c.oval(310, 400, size * 0.45, fill=WHITE)
    c.rect(250, 270, 56, 70, MID, 8)
    c.rect(190, 372, 50, 60, MID, 8)
    frame = [(210, 560), (170, 520), (170, 250), (210, 205), (730, 205), (770, 250), (770, 520), (730, 560)]
    c.tube([*frame, frame[0], frame[1]], DARK, 14)
    c.line([(250, 480), (690, 480)], INK, 14)
    c.line([(330, 480), (330, 556)], INK, 10)
    c.line([(600, 480), (600, 556)], INK, 10)
    c.rect(200, 556, 90, 34, RUBBER, 14)
    c.rect(650, 556, 90, 34, RUBBER, 14)


def submersible_pump(c: Canvas) -> None:
    """Draw a submersible pump hanging in water."""
    c.oval(480, 352, 262, fill="#e9f0f5", outline=None)
    width = c.vary(150, 176)
    left = 480 - width / 2
    c.tube([(480, 60), (480, 210)], MID, 46)
    c.hose([(480 + width / 2 - 10, 220), (640, 130), (640, 60)], RUBBER, 10)
    c.poly([(440, 190), (520, 190), (480 + width / 2, 240), (left, 240)], SOFT)
    c.rect(left, 240, width, 260, WHITE, 16)
    c.rect(left + 3, 300, width - 6, 44, c.accent, 0, None)
    for x in range(1, 6):
        at = left + x * width / 6
        c.line([(at, 370), (at, 480)], MID, 7)
    c.rect(left - 14, 500, width + 28, 76, SOFT, 14)
    for x in range(1, 8):
        at = left - 14 + x * (width + 28) / 8
        c.line([(at, 514), (at, 562)], INK, 6)
    c.waves(596, 3)


def valve(c: Canvas) -> None:
    """Draw a shut-off valve in a pipeline."""
    c.ground(half=380)
    c.rect(90, 380, 780, 110, SOFT, 6)
    c.line([(96, 405), (864, 405)], WHITE, 9)
    for x in (250, 640):
        c.rect(x, 344, 46, 182, MID, 6)
        for y in (366, 402, 468, 504):
            c.oval(x + 23, y, 8, fill=PALE, width=3)
    c.poly([(300, 362), (640, 362), (590, 508), (350, 508)], c.accent)
    c.rect(430, 270, 80, 92, WHITE, 8)
    c.line([(470, 270), (470, 180)], INK, 18)
    radius = c.vary(118, 136)
    c.oval(470, 170, radius, 40, outline=INK, width=28)
    c.oval(470, 170, radius, 40, outline=c.accent, width=16)
    c.line([(352, 170), (590, 170)], INK, 10)
    c.line([(200, 490), (200, 600)], INK, 14)
    c.line([(760, 490), (760, 600)], INK, 14)


def robot_tracked(c: Canvas) -> None:
    """Draw a tracked robot with a water monitor."""
    c.use(RED, ORANGE, AMBER, BLUE)
    c.ground(half=360)
    c.poly([(260, 400), (700, 400), (740, 500), (220, 500)], c.accent)
    _tracks(c, 170, 470, 620, 122, 6)
    c.rect(330, 300, 230, 100, WHITE, 14)
    c.rect(350, 322, 80, 40, GLASS, 8)
    c.oval(500, 290, 44, fill=DARK)
    tilt = c.vary(-26, -14)
    c.poly(rotated([(470, 262), (740, 268), (740, 310), (470, 316)], tilt, (500, 290)), SOFT)
    c.poly(rotated([(736, 256), (790, 250), (790, 328), (736, 322)], tilt, (500, 290)), c.accent_dark)
    c.line([(300, 400), (300, 220)], INK, 8)
    c.oval(300, 210, 18, fill=c.accent)
    c.rect(606, 352, 60, 48, PALE, 10)
    c.oval(636, 376, 14, fill=INK, outline=None)


def robot_arm(c: Canvas) -> None:
    """Draw a bomb disposal robot with a gripper arm."""
    c.ground(half=350)
    c.poly([(220, 400), (600, 400), (640, 490), (190, 490)], WHITE)
    c.rect(250, 430, 330, 24, c.accent, 4, None)
    _tracks(c, 150, 480, 540, 112, 5)
    c.rect(270, 300, 90, 100, DARK, 10)
    high = c.vary(130, 170)
    c.tube([(315, 320), (430, high), (660, 210), (730, 330)], c.accent, 30)
    for x, y in ((430, high), (660, 210)):
        c.oval(x, y, 26, fill=WHITE)
    c.line([(730, 330), (690, 390), (710, 430)], INK, 14)
    c.line([(730, 330), (780, 380), (764, 430)], INK, 14)
    c.oval(738, 470, 34, fill=MID)
    c.line([(315, 300), (315, 220)], INK, 9)
    c.rect(280, 180, 70, 44, GLASS, 10)


def robot_dog(c: Canvas) -> None:
    """Draw a four-legged robot."""
    c.ground(half=330)
    for hip, knee, foot, colour in (
        (310, 250, 300, MID),
        (680, 640, 690, MID),
        (270, 200, 250, c.accent),
        (640, 590, 640, c.accent),
    ):
        c.tube([(hip, 370), (knee, 480), (foot, 590)], colour, 28)
        c.oval(hip, 370, 44, fill=WHITE)
        c.oval(foot, 592, 20, fill=RUBBER)
    c.rect(230, 270, 480, 110, WHITE, 40)
    c.rect(300, 300, 300, 26, c.accent, 12, None)
    c.poly([(690, 280), (790, 250), (830, 290), (820, 350), (710, 370)], PALE)
    c.oval(786, 300, 24, fill=INK)
    c.oval(794, 294, 8, fill=c.accent_light, outline=None)
    c.rect(380, c.vary(196, 214), 120, 62, DARK, 10)
    c.line([(530, 270), (530, 170)], INK, 6)
    c.oval(530, 164, 10, fill=c.accent)


def generator(c: Canvas) -> None:
    """Draw a silent generator set."""
    c.ground(half=380)
    c.rect(140, 560, 680, 36, DARK, 6)
    top = c.vary(230, 262)
    c.rect(160, top, 640, 562 - top, WHITE, 16)
    c.rect(163, 470, 634, 32, c.accent, 0, None)
    c.rect(200, top + 40, 180, 170, PALE, 10)
    _vents(c, 222, top + 44, 136, 160, 6)
    c.rect(430, top + 40, 150, 170, GLASS, 10)
    for x in (470, 540):
        c.oval(x, top + 90, 24, fill=WHITE, width=4)
        c.line([(x, top + 90), (x + 12, top + 78)], c.accent, 5)
    c.rect(460, top + 140, 92, 40, INK, 6, None)
    c.rect(630, top + 40, 130, 170, PALE, 10)
    c.poly(
        [
            (704, top + 58),
            (660, top + 132),
            (690, top + 132),
            (680, top + 194),
            (738, top + 112),
            (706, top + 112),
            (726, top + 58),
        ],
        c.accent,
    )
    c.rect(690, top - 52, 34, 54, MID, 6)


def battery(c: Canvas) -> None:
    """Draw a mobile storage battery."""
    c.ground(half=280)
    c.tube([(330, 220), (330, 150), (630, 150), (630, 220)], DARK, 20)
    c.rect(250, 210, 460, 350, WHITE, 36)
    c.rect(253, 470, 454, 56, c.accent, 0, None)
    c.rect(300, 256, 200, 120, INK, 14)
    level = int(c.vary(2, 5))
    for i in range(4):
        c.rect(318 + i * 43, 276, 32, 80, c.accent if i < level else "#50687a", 6, None)
    for x in (560, 636):
        c.oval(x, 316, 30, fill=PALE)
        c.oval(x - 9, 316, 5, fill=INK, outline=None)
        c.oval(x + 9, 316, 5, fill=INK, outline=None)
    for x in (316, 390, 464):
        c.rect(x, 404, 48, 30, PALE, 6)
    wheel(c, 310, 572, 34)
    wheel(c, 650, 572, 34)


def light_tower(c: Canvas) -> None:
    """Draw a mobile light tower."""
    c.ground(half=280)
    top = c.vary(130, 160)
    c.poly([(480, top), (150, 470), (810, 470)], "#fdf3d2", None)
    c.line([(480, 440), (480, 130)], INK, 26)
    c.line([(480, 440), (480, 130)], SOFT, 14)
    c.line([(300, 110), (660, 110)], INK, 16)
    for x in (290, 400, 560, 670):
        c.poly(rotated([(x - 46, 90), (x + 46, 90), (x + 38, 160), (x - 38, 160)], (480 - x) / 18, (x, 110)), c.accent)
        c.rect(x - 34, 150, 68, 14, "#fbe7a2", 6)
    c.rect(330, 420, 300, 130, WHITE, 14)
    c.rect(333, 500, 294, 24, c.accent, 0, None)
    _vents(c, 360, 440, 90, 54, 3)
    c.line([(330, 540), (240, 600)], INK, 10)
    c.line([(630, 540), (720, 600)], INK, 10)
    wheel(c, 410, 566, 38)
    wheel(c, 550, 566, 38)


def blower(c: Canvas) -> None:
    """Draw a backpack forest fire blower."""
    c.ground(half=330)
    c.rect(180, 200, 60, 340, DARK, 26)
    c.rect(230, 180, 220, 270, WHITE, 40)
    c.rect(234, 300, 212, 40, c.accent, 0, None)
    c.oval(340, 450, 104, fill=c.accent)
    c.oval(340, 450, 56, fill=PALE)
    for i in range(6):
        c.line(rotated([(340, 450), (340, 404)], i * 60, (340, 450)), INK, 6)
    c.hose([(430, 480), (530, 494), (630, 410)], MID, 48)
    c.poly([(600, 384), (830, c.vary(240, 280)), (860, 320), (640, 446)], SOFT)
    for i in range(3):
        c.line([(880, 250 + i * 30), (930, 222 + i * 34)], c.accent, 7)
    c.rect(250, 556, 180, 36, DARK, 10)


def flood_barrier(c: Canvas) -> None:
    """Draw a barrier of panels holding water back."""
    c.oval(480, 352, 262, fill="#e9f0f5", outline=None)
    c.rect(40, 250, 880, 330, "#c3dcea", 30, None)
    c.waves(222, 2)
    rows = 4
    for row in range(rows):
        c.rect(110, 290 + row * 72, 740, 70, WHITE if row % 2 else PALE, 6)
        c.line([(130, 342 + row * 72), (830, 342 + row * 72)], MID, 4)
    for i in range(4):
        x = 110 + i * 233
        c.rect(x, 254, 42, 340, c.accent, 8)
        c.poly([(x + 42, 470), (x + 42, 594), (x + 100, 594)], c.accent_dark)
    c.rect(70, 590, 820, 22, DARK, 4)


def oil_boom(c: Canvas) -> None:
    """Draw an oil boom floating round a slick."""
    c.use(ORANGE, RED, AMBER)
    c.oval(480, 352, 262, fill="#e9f0f5", outline=None)
    c.oval(490, 380, 250, 96, fill="#7b8c96", outline=None)
    c.oval(460, 366, 160, 50, fill="#93a4ad", outline=None)
    for i in range(13):
        x = 130 + i * 58
        y = 430 + 90 * (1 - ((x - 480) / 350) ** 2)
        c.rect(x - 24, y + 16, 48, 64, DARK, 6)
        c.oval(x, y, 32, 26, fill=c.accent if i % 2 else c.accent_light)
    c.waves(600, 2)
    c.waves(190, 2)


FAMILIES: dict[str, Callable[[Canvas], None]] = {
    each.__name__: each
    for each in (
        trailer_pump,
        portable_pump,
        submersible_pump,
        valve,
        robot_tracked,
        robot_arm,
        robot_dog,
        generator,
        battery,
        light_tower,
        blower,
        flood_barrier,
        oil_boom,
    )
}
