"""Clothing, tools and fire-fighting gear of the demo pictures."""

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
    TEAL,
    WHITE,
    Canvas,
    rotated,
    smooth,
)

REFLEX = "#f1e6a2"


def suit(c: Canvas) -> None:
    """Draw a protective suit with reflective bands."""
    c.use(ORANGE, AMBER, BLUE, RED)
    c.ground(half=220)
    wide = c.vary(0, 14)
    c.poly(
        [
            (370, 210),
            (250 - wide, 270),
            (200 - wide, 480),
            (262, 500),
            (330, 350),
            (350, 420),
            (340, 590),
            (466, 590),
            (480, 470),
            (494, 590),
            (620, 590),
            (610, 420),
            (630, 350),
            (698, 500),
            (760 + wide, 480),
            (710 + wide, 270),
            (590, 210),
        ],
        c.accent,
    )
    c.oval(480, 160, 74, 82, fill=c.accent_light)
    c.rect(432, 136, 96, 56, GLASS, 20)
    for y in (330, 356):
        c.line([(356, y), (604, y)], REFLEX, 14, caps=False)
    for x in (352, 504):
        c.line([(x, 540), (x + 104, 540)], REFLEX, 14, caps=False)
    c.line([(480, 226), (480, 440)], INK, 5)
    for x, y in ((226, 500), (734, 500)):
        c.oval(x, y, 34, fill=DARK)
    c.rect(330, 578, 142, 34, RUBBER, 12)
    c.rect(488, 578, 142, 34, RUBBER, 12)


def coverall(c: Canvas) -> None:
    """Draw a white disposable coverall with hood and mask."""
    c.ground(half=220)
    wide = c.vary(0, 12)
    c.poly(
        [
            (380, 200),
            (262 - wide, 270),
            (210 - wide, 490),
            (266, 506),
            (336, 360),
            (350, 590),
            (470, 590),
            (480, 480),
            (490, 590),
            (610, 590),
            (624, 360),
            (694, 506),
            (750 + wide, 490),
            (698 + wide, 270),
            (580, 200),
        ],
        WHITE,
    )
    c.oval(480, 158, 78, 86, fill=WHITE)
    c.oval(480, 164, 52, 60, fill="#f3ddc8")
    c.poly([(432, 172), (528, 172), (516, 222), (480, 232), (444, 222)], c.accent_light)
    c.rect(430, 130, 100, 36, GLASS, 16)
    c.line([(480, 246), (480, 470)], c.accent, 12)
    for x, y in ((236, 510), (724, 510)):
        c.oval(x, y, 34, fill=c.accent_light)


def vest(c: Canvas) -> None:
    """Draw a life or protective vest."""
    c.use(ORANGE, RED, BLUE)
    c.ground(half=220)
    c.poly(
        [
            (330, 150),
            (420, 130),
            (450, 250),
            (510, 250),
            (540, 130),
            (630, 150),
            (650, 280),
            (690, 340),
            (680, 580),
            (280, 580),
            (270, 340),
            (310, 280),
        ],
        c.accent,
    )
    for x in (304, 500):
        c.rect(x, 340, 156, 90, c.accent_light, 14)
    c.line([(480, 250), (480, 578)], INK, 6)
    for y in (470, 530):
        c.rect(282, y, 396, 26, DARK, 4)
        c.rect(446, y - 8, 68, 42, WHITE, 8)
    for x in (334, 568):
        c.rect(x, c.vary(176, 190), 62, 26, REFLEX, 6)


def helmet_mask(c: Canvas) -> None:
    """Draw a helmet with visor and respirator mask."""
    c.ground(half=230)
    c.oval(480, 400, 150, 180, fill=PALE)
    c.poly([*smooth([(288, 330), (304, 220), (384, 132), (480, 108), (576, 132), (656, 220), (672, 330)])], c.accent)
    c.line([(480, 114), (480, 326)], c.accent_dark, 16, caps=False)
    c.rect(256, 316, 448, 40, c.accent_dark, 20)
    c.poly([(340, 362), (620, 362), (600, 450), (360, 450)], GLASS)
    c.poly([(400, 450), (560, 450), (540, 560), (420, 560)], DARK)
    c.oval(480, 520, c.vary(40, 48), fill=SOFT)
    for i in (-16, 0, 16):
        c.line([(456, 520 + i), (504, 520 + i)], INK, 5)
    for x in (370, 590):
        c.oval(x, 520, 44, fill=MID)
        c.oval(x, 520, 22, fill=c.accent_light)


def breathing_set(c: Canvas) -> None:
    """Draw a breathing apparatus with cylinder and mask."""
    c.ground(half=270)
    c.rect(280, 160, 44, 430, DARK, 20)
    c.rect(456, 160, 44, 430, DARK, 20)
    bottle = c.vary(118, 136)
    c.rect(390 - bottle / 2, 170, bottle, 360, c.accent, 58)
    c.rect(390 - bottle / 2 + 3, 290, bottle - 6, 42, REFLEX, 0, None)
    c.rect(366, 528, 48, 34, SOFT, 6)
    c.oval(390, 574, 24, fill=INK)
    c.rect(266, 430, 248, 36, RUBBER, 10)
    c.hose([(410, 560), (560, 590), (640, 540), (650, 460)], RUBBER, 16)
    c.oval(650, 330, 104, 124, fill=DARK)
    c.oval(650, 306, 78, 84, fill=GLASS)
    c.oval(650, 420, 44, fill=SOFT)
    c.oval(650, 420, 18, fill=c.accent)
    c.oval(560, 560, 26, fill=WHITE)


def hydraulic_tool(c: Canvas) -> None:
    """Draw a cutter with its pump."""
    c.ground(half=360)
    tilt = c.vary(-18, -8)
    pivot = (420, 330)
    c.hose([(180, 420), (150, 540), (330, 580), (560, 540)], RUBBER, 12)
    c.poly(rotated([(190, 290), (470, 280), (520, 310), (520, 360), (470, 390), (190, 380)], tilt, pivot), c.accent)
    c.poly(
        rotated(
            [(330, 282), (330, 200), (430, 200), (430, 282), (400, 282), (400, 232), (360, 232), (360, 282)],
            tilt,
            pivot,
        ),
        DARK,
    )
    for sign in (-1, 1):
        blade = [
            (510, 335),
            (560, 335 + sign * 66),
            (690, 335 + sign * 92),
            (820, 335 + sign * 36),
            (700, 335 + sign * 44),
            (600, 335 + sign * 18),
        ]
        c.poly(rotated(blade, tilt, pivot), SOFT)
    c.oval(*rotated([(534, 335)], tilt, pivot)[0], 28, fill=WHITE)
    c.rect(540, 470, 250, 120, WHITE, 16)
    c.rect(543, 540, 244, 22, c.accent, 0, None)
    c.rect(570, 430, 110, 42, DARK, 8)
    c.oval(736, 510, 24, fill=PALE)
    c.rect(150, 300, 46, 70, DARK, 10)


def toolbox(c: Canvas) -> None:
    """Draw an open case of clamps and sealing tools."""
    c.ground(half=340)
    c.poly([(190, 340), (240, 150), (720, 150), (770, 340)], c.accent_light)
    c.poly([(230, 320), (268, 176), (692, 176), (730, 320)], DARK)
    for i in range(4):
        x = 310 + i * 104
        c.oval(x, 246, 36, fill=SOFT)
        c.oval(x, 246, 17, fill=DARK)
    c.rect(170, 340, 620, 240, c.accent, 20)
    c.rect(200, 372, 560, 120, DARK, 10)
    c.poly([(230, 400), (330, 400), (310, 470), (250, 470)], "#d8b98c")
    c.poly([(360, 400), (430, 400), (414, 470), (376, 470)], "#d8b98c")
    c.rect(470, 402, 110, 34, MID, 8)
    c.rect(470, 446, 150, 24, SOFT, 8)
    c.line([(650, 410), (720, 470)], WHITE, 16)
    c.rect(c.vary(410, 430), 520, 120, 30, WHITE, 10)


def lifting_bag(c: Canvas) -> None:
    """Draw a lifting bag raising a load."""
    c.ground(half=340)
    c.rect(170, 130, 470, 110, SOFT, 10)
    c.line([(190, 165), (620, 165)], WHITE, 8)
    swell = c.vary(0, 16)
    for top in (246, 410):
        c.rect(196 - swell, top, 418 + 2 * swell, 160, c.accent if top > 300 else c.accent_light, 70)
        c.line([(405, top + 40), (405, top + 120)], INK, 6)
        c.line([(345, top + 80), (465, top + 80)], INK, 6)
    c.rect(150, 572, 510, 26, DARK, 4)
    c.hose([(612, 490), (700, 520), (740, 470)], RUBBER, 12)
    c.rect(690, 380, 140, 100, WHITE, 14)
    c.oval(726, 424, 22, fill=PALE)
    c.oval(792, 424, 22, fill=PALE)


def rope(c: Canvas) -> None:
    """Draw a coil of rope, a carabiner and a pulley."""
    c.ground(half=300)
    for i in range(5):
        c.oval(400, 330, 190 - i * 26, 210 - i * 26, outline=INK, width=26)
        c.oval(400, 330, 190 - i * 26 - 4, 210 - i * 26 - 4, outline=c.accent if i % 2 else c.accent_light, width=17)
    c.rect(352, 110, 96, 150, WHITE, 20)
    for y in (150, 185, 220):
        c.line([(356, y), (444, y)], c.accent, 10, caps=False)
    turn = c.vary(8, 20)
    link = rotated(
        [(640, 330), (690, 300), (730, 330), (750, 500), (720, 560), (660, 560), (630, 500)], turn, (690, 430)
    )
    ring = smooth(link, closed=True)
    c.line([*ring, ring[0], ring[1]], INK, 32, caps=False)
    c.line([*ring, ring[0], ring[1]], SOFT, 20, caps=False)
    c.line(rotated([(640, 350), (630, 470)], turn, (690, 430)), c.accent, 20)
    c.oval(*rotated([(690, 350)], turn, (690, 430))[0], 12, fill=INK)


def extinguisher(c: Canvas) -> None:
    """Draw a portable extinguisher."""
    c.use(RED, "#c23b36")
    c.ground(half=190)
    half = c.vary(82, 96)
    c.rect(480 - half, 230, half * 2, 370, c.accent, 60)
    c.rect(480 - half + 3, 350, half * 2 - 6, 130, WHITE, 0, None)
    c.poly([(480, 372), (508, 412), (502, 442), (480, 456), (458, 442), (452, 412)], c.accent, None)
    c.rect(446, 190, 68, 46, DARK, 8)
    c.poly([(430, 150), (610, 120), (616, 146), (520, 190), (440, 190)], INK)
    c.oval(444, 206, 24, fill=WHITE)
    c.line([(444, 206), (454, 194)], "#4f8f5c", 5)
    c.hose([(510, 210), (620, 240), (650, 360), (630, 500)], RUBBER, 16)
    c.poly([(612, 490), (650, 490), (670, 580), (598, 580)], DARK)


def hose_nozzle(c: Canvas) -> None:
    """Draw a rolled fire hose and a nozzle."""
    c.use(RED, ORANGE, AMBER)
    c.ground(half=320)
    c.oval(360, 400, 190, fill=c.accent_light)
    for i in range(6):
        c.oval(360, 400, 186 - i * 28, outline=INK, width=5)
    c.oval(360, 400, 30, fill=WHITE)
    c.tube([(360, 590), (560, 590), (600, 560)], c.accent_light, 30)
    tilt = c.vary(-44, -32)
    pivot = (620, 540)
    c.poly(rotated([(610, 500), (700, 506), (700, 574), (610, 580)], tilt, pivot), DARK)
    c.poly(rotated([(700, 498), (800, 510), (800, 570), (700, 582)], tilt, pivot), c.accent)
    c.poly(rotated([(800, 494), (860, 484), (860, 596), (800, 586)], tilt, pivot), SOFT)
    c.line(rotated([(690, 500), (660, 430), (740, 430)], tilt, pivot), INK, 12)


def flashlight(c: Canvas) -> None:
    """Draw a torch with its beam."""
    c.ground(y=600, half=300)
    tilt = c.vary(-16, -6)
    pivot = (360, 420)
    c.poly(rotated([(560, 350), (930, 190), (930, 640), (560, 480)], tilt, pivot), "#fdf3d2", None)
    c.poly(rotated([(110, 372), (420, 372), (420, 458), (110, 458)], tilt, pivot), DARK)
    for i in range(6):
        c.line(rotated([(160 + i * 30, 380), (160 + i * 30, 450)], tilt, pivot), MID, 6)
    c.poly(rotated([(420, 366), (520, 330), (560, 330), (560, 500), (520, 500), (420, 464)], tilt, pivot), c.accent)
    c.poly(rotated([(556, 340), (582, 350), (582, 480), (556, 490)], tilt, pivot), REFLEX)
    c.poly(rotated([(360, 356), (404, 356), (404, 374), (360, 374)], tilt, pivot), "#e2604c")
    c.hose(rotated([(110, 415), (70, 440), (90, 520)], tilt, pivot), RUBBER, 8)


def blanket_shield(c: Canvas) -> None:
    """Draw a riot shield, helmet visor line and baton."""
    c.use(BLUE, TEAL, RED)
    c.ground(half=280)
    c.poly(rotated([(640, 160), (672, 160), (672, 590), (640, 590)], c.vary(6, 14), (656, 400)), DARK)
    c.rect(280, 120, 300, 470, GLASS, 60)
    c.rect(306, 150, 248, 90, WHITE, 30)
    c.rect(283, 320, 294, 60, c.accent, 0, None)
    c.line([(320, 440), (420, 560)], WHITE, 14)
    c.line([(380, 430), (500, 570)], WHITE, 8)
    for x in (330, 530):
        c.oval(x, 350, 12, fill=WHITE, width=4)


FAMILIES: dict[str, Callable[[Canvas], None]] = {
    each.__name__: each
    for each in (
        suit,
        coverall,
        vest,
        helmet_mask,
        breathing_set,
        hydraulic_tool,
        toolbox,
        lifting_bag,
        rope,
        extinguisher,
        hose_nozzle,
        flashlight,
        blanket_shield,
    )
}
