"""Instruments, radios and cameras of the demo pictures."""

from collections.abc import Callable

from marketplace.seeding.drawings.canvas import (
    DARK,
    GLASS,
    INK,
    MID,
    PALE,
    RUBBER,
    SOFT,
    WHITE,
    Canvas,
    rotated,
    smooth,
)


def _trace(c: Canvas, x: float, y: float, w: float, h: float, colour: str) -> None:
    steps = (0, 0.18, 0.26, 0.34, 0.44, 0.52, 0.66, 0.74, 0.82, 1)
    heights = (0.5, 0.5, 0.15, 0.85, 0.3, 0.5, 0.5, 0.25, 0.7, 0.5)
    c.line([(x + w * a, y + h * b) for a, b in zip(steps, heights, strict=True)], colour, 6)


def _tripod(c: Canvas, x: float, top: float, bottom: float = 600, spread: float = 120) -> None:
    for foot in (-spread, 0, spread):
        c.line([(x, top), (x + foot, bottom)], INK, 13)
        c.line([(x, top), (x + foot, bottom)], MID, 5)


def gas_detector(c: Canvas) -> None:
    """Draw a hand-held gas detector."""
    c.ground(half=220)
    c.hose([(480, 190), (500, 110), (620, 90), (700, c.vary(150, 220))], DARK, 10)
    c.rect(350, 180, 260, 410, c.accent, 46)
    c.rect(374, 204, 212, 362, WHITE, 32)
    c.rect(398, 232, 164, 150, INK, 12)
    for i, width in enumerate((90, 120, 66, 104)):
        c.rect(412, 246 + i * 32, width, 16, "#9fd4c6" if i else "#f4c27a", 4, None)
    for x in (428, 480, 532):
        c.oval(x, 428, 20, fill=PALE)
    for x in (418, 460, 502, 544):
        c.oval(x, 512, 15, fill=SOFT, width=4)
        c.oval(x, 512, 4, fill=INK, outline=None)
    c.rect(430, 160, 100, 28, "#e2604c", 10)


def life_detector(c: Canvas) -> None:
    """Draw a radar life detector looking through rubble."""
    c.ground(half=350)
    c.poly([(560, 600), (620, 430), (700, 470), (760, 340), (860, 440), (890, 600)], SOFT)
    c.line([(640, 600), (690, 520), (800, 540), (850, 480)], DARK, 6)
    c.oval(742, 560, 24, fill=c.accent_light)
    _tripod(c, 270, 430, 600, 100)
    c.rect(140, 210, 260, 230, WHITE, 26)
    c.rect(166, 236, 208, 130, INK, 12)
    _trace(c, 178, 250, 184, 100, "#9fd4c6")
    c.rect(200, 388, 140, 24, c.accent, 10)
    c.rect(398, 260, 40, 130, c.accent, 10)
    c.signal(440, 326, -38, 38, 3, 46, c.vary(38, 48))


def thermal_camera(c: Canvas) -> None:
    """Draw a firefighting thermal imager with a picture of heat."""
    c.ground(half=250)
    c.poly([(420, 420), (560, 420), (590, 600), (430, 600)], DARK)
    c.rect(270, 150, 420, 290, c.accent, 40)
    c.rect(304, 186, 352, 196, INK, 14)
    c.poly([(312, 374), (312, 194), (648, 194), (648, 374)], "#47356b", None)
    c.poly([(340, 374), (380, 260), (440, 330), (500, 220), (580, 374)], "#b94f62", None)
    c.poly([(400, 374), (430, 330), (460, 360), (500, 280), (540, 374)], "#ec9a4a", None)
    c.poly([(460, 374), (498, 322), (524, 374)], "#f9e08a", None)
    for x in (400, 480, 560):
        c.oval(x, 411, 13, fill=WHITE, width=4)
    c.hose([(690, 240), (760, 260), (760, c.vary(420, 470))], RUBBER, 12)


def satellite_phone(c: Canvas) -> None:
    """Draw a satellite handset under a satellite."""
    c.ground(half=180)
    for x in (140, 306):
        c.poly(rotated([(x, 128), (x + 90, 128), (x + 90, 184), (x, 184)], 24, (268, 156)), c.accent)
    c.poly(rotated([(234, 120), (302, 120), (302, 192), (234, 192)], 24, (268, 156)), SOFT)
    c.signal(590, 130, 130, 230, 3, 60, c.vary(30, 38))
    c.rect(572, 96, 44, 220, DARK, 18)
    c.rect(440, 210, 190, 390, WHITE, 36)
    c.rect(464, 244, 142, 110, GLASS, 10)
    c.rect(464, 368, 142, 24, c.accent, 10)
    for row in range(4):
        for col in range(3):
            c.rect(468 + col * 48, 410 + row * 42, 38, 28, PALE, 8, width=3)


def radio(c: Canvas) -> None:
    """Draw a hand-held radio."""
    c.ground(half=180)
    c.rect(414, 70, 34, 190, RUBBER, 16)
    c.oval(562, 218, 26, 30, fill=c.accent)
    c.rect(380, 230, 220, 370, DARK, 34)
    c.rect(404, 256, 172, 330, WHITE, 24)
    c.rect(424, 280, 132, 92, GLASS, 8)
    c.rect(430, 388, 56, 22, c.accent, 6)
    c.rect(498, 388, 56, 22, PALE, 6)
    for i in range(6):
        c.line([(430, 440 + i * 21), (550, 440 + i * 21)], DARK, 7)
    c.rect(364, 320, 18, 90, c.accent, 6)
    c.signal(431, 90, -62, 62, 3, 56, c.vary(32, 40))


def antenna(c: Canvas) -> None:
    """Draw a portable satellite station."""
    c.ground(half=300)
    _tripod(c, 440, 420, 600, 170)
    tilt = c.vary(-40, -26)
    c.oval(440, 310, 44, fill=DARK)
    dish = [*smooth([(230, 300), (266, 378), (340, 424), (440, 438), (540, 424), (614, 378), (650, 300)])]
    c.poly(rotated(dish, tilt, (440, 330)), WHITE)
    c.poly(rotated([(230, 296), (650, 296), (650, 314), (230, 314)], tilt, (440, 330)), c.accent)
    for x in (300, 580):
        c.line(rotated([(x, 300), (440, 170)], tilt, (440, 330)), INK, 7)
    tip = rotated([(440, 166)], tilt, (440, 330))[0]
    c.oval(*tip, 20, fill=c.accent)
    c.signal(*rotated([(440, 130)], tilt, (440, 330))[0], -130 + tilt + 10, -50 + tilt + 10, 2, 44, 32)
    c.rect(640, 520, 150, 80, SOFT, 10)
    c.hose([(640, 560), (560, 580), (470, 500)], RUBBER, 6)


def camera_tower(c: Canvas) -> None:
    """Draw a watch camera on a mast above trees."""
    c.ground(half=360)
    for x, h in ((190, 200), (300, 150), (700, 170), (800, 220)):
        c.rect(x - 9, 540, 18, 60, DARK, 3)
        c.poly([(x, 560 - h), (x - 62, 560), (x + 62, 560)], "#a9c4b4")
    c.poly([(456, 270), (504, 270), (540, 600), (420, 600)], SOFT)
    for y in range(310, 600, 58):
        half = 22 + (y - 270) * 0.11
        c.line([(480 - half, y), (480 + half, y + 50)], DARK, 5)
        c.line([(480 + half, y), (480 - half, y + 50)], DARK, 5)
    c.rect(430, 240, 100, 34, DARK, 8)
    turn = c.vary(-6, 12)
    c.poly(rotated([(370, 130), (600, 130), (600, 236), (370, 236)], turn, (480, 190)), WHITE)
    c.poly(rotated([(370, 130), (600, 130), (620, 112), (350, 112)], turn, (480, 190)), c.accent)
    for y in (160, 208):
        at = rotated([(600, y)], turn, (480, 190))[0]
        c.oval(*at, 22, fill=INK)
        c.oval(at[0] + 5, at[1] - 4, 8, fill=c.accent_light, outline=None)


def sensor(c: Canvas) -> None:
    """Draw a field monitoring post with a solar panel."""
    c.ground(half=260)
    c.rect(466, 160, 28, 440, SOFT, 6)
    c.rect(390, 580, 180, 30, DARK, 6)
    c.poly(rotated([(300, 230), (470, 230), (470, 340), (300, 340)], -18, (385, 285)), "#5f83a3")
    for i in range(1, 3):
        c.line(rotated([(300 + i * 57, 232), (300 + i * 57, 338)], -18, (385, 285)), WHITE, 4)
    c.line(rotated([(302, 285), (468, 285)], -18, (385, 285)), WHITE, 4)
    c.rect(500, c.vary(330, 370), 150, 170, WHITE, 14)
    c.rect(520, 392, 110, 20, c.accent, 8)
    for y in (436, 462):
        c.line([(524, y), (622, y)], MID, 6)
    c.oval(480, 140, 46, 28, fill=c.accent)
    c.signal(480, 128, -140, -40, 3, 52, 26)


def wall_sensor(c: Canvas) -> None:
    """Draw a fixed sensor box with its probe."""
    c.ground(half=230)
    c.hose([(480, 60), (480, 170)], RUBBER, 12)
    c.rect(440, 150, 80, 46, DARK, 12)
    c.rect(320, 190, 320, 290, WHITE, 40)
    c.rect(362, 230, 236, 110, INK, 14)
    digits = int(c.vary(0, 3))
    for i in range(3):
        c.rect(386 + i * 66, 252, 44, 66, "#f3b97c" if i == digits else "#e9865c", 6, None)
    c.rect(362, 366, 236, 24, c.accent, 10)
    for x in (392, 450, 508, 566):
        c.oval(x, 430, 16, fill=PALE, width=4)
    c.poly([(430, 480), (530, 480), (520, 580), (440, 580)], SOFT)
    for y in (505, 530, 555):
        c.line([(444, y), (516, y)], INK, 5)


def radar(c: Canvas) -> None:
    """Draw a slope radar watching a hillside."""
    c.ground(half=380)
    c.poly([(540, 600), (720, 250), (800, 330), (900, 180), (910, 600)], SOFT)
    c.poly([(700, 600), (760, 420), (830, 470), (850, 600)], MID)
    c.line([(640, 600), (730, 430), (700, 360)], c.accent, 8)
    _tripod(c, 230, 410, 600, 110)
    c.rect(110, 250, 240, 170, WHITE, 20)
    for i in range(5):
        c.line([(140 + i * 42, 270), (140 + i * 42, 398)], MID, 5)
    c.rect(110, 214, 240, 40, c.accent, 12)
    c.rect(330, 290, 40, 90, DARK, 8)
    c.signal(370, 334, -34, 26, 4, 44, c.vary(34, 42))


def drone_gun(c: Canvas) -> None:
    """Draw a counter-drone device aimed at a drone."""
    c.ground(half=300)
    tilt = c.vary(-22, -14)
    pivot = (360, 430)
    c.poly(rotated([(110, 410), (240, 400), (240, 470), (130, 500)], tilt, pivot), DARK)
    c.poly(rotated([(240, 380), (560, 380), (560, 470), (240, 470)], tilt, pivot), WHITE)
    c.poly(rotated([(560, 350), (600, 350), (600, 500), (560, 500)], tilt, pivot), c.accent)
    for y in (372, 425, 478):
        c.line(rotated([(600, y), (690, y)], tilt, pivot), INK, 12)
    c.poly(rotated([(300, 470), (370, 470), (350, 580), (290, 580)], tilt, pivot), DARK)
    c.poly(rotated([(320, 340), (440, 340), (440, 380), (320, 380)], tilt, pivot), SOFT)
    c.signal(700, 300, -50, 8, 3, 30, 28)
    c.rect(770, 128, 70, 34, DARK, 10)
    for x in (745, 865):
        c.line([(805, 140), (x, 118)], INK, 7)
        c.oval(x, 112, 40, 6, fill=PALE, outline=DARK, width=3)


def xray(c: Canvas) -> None:
    """Draw a tunnel X-ray scanner with a bag."""
    c.ground(half=390)
    c.rect(80, 470, 800, 40, RUBBER, 20)
    for x in (150, 330, 640, 820):
        c.line([(x, 510), (x, 600)], INK, 14)
    high = c.vary(190, 220)
    c.rect(290, high, 400, 286, WHITE, 24)
    c.rect(293, high + 40, 394, 34, c.accent, 0, None)
    c.rect(620, high + 100, 70, 186, INK, 8)
    for i in range(4):
        c.line([(628 + i * 18, high + 106), (628 + i * 18, high + 276)], MID, 7)
    c.rect(720, 396, 120, 76, c.accent_light, 14)
    c.arc(780, 396, 26, 180, 360, INK, 7)
    c.rect(360, 120, 190, 110, INK, 10)
    c.rect(374, 134, 162, 82, GLASS, 6, None)
    c.oval(430, 178, 26, 16, fill="#e79b5d", outline=None)
    c.rect(466, 158, 44, 40, "#6fa7c9", 4, None)


def detector_gate(c: Canvas) -> None:
    """Draw a walk-through detector."""
    c.ground(half=250)
    c.rect(300, 150, 84, 440, WHITE, 16)
    c.rect(576, 150, 84, 440, WHITE, 16)
    c.rect(300, 120, 360, 84, c.accent, 18)
    c.rect(430, 138, 100, 46, INK, 8)
    for y in range(240, 570, 54):
        lit = y == 240 + 54 * int(c.vary(0, 5))
        c.rect(364, y, 14, 36, "#e2604c" if lit else SOFT, 5, width=3)
        c.rect(582, y, 14, 36, "#e2604c" if lit else SOFT, 5, width=3)
    c.rect(280, 580, 124, 26, DARK, 6)
    c.rect(556, 580, 124, 26, DARK, 6)


def loudspeaker(c: Canvas) -> None:
    """Draw warning loudspeakers on a pole."""
    c.ground(half=220)
    c.rect(466, 110, 28, 490, SOFT, 6)
    c.rect(400, 580, 160, 28, DARK, 6)
    for side, y in ((-1, 180), (1, c.vary(230, 300))):
        c.poly(
            [
                (480 + side * 20, y + 20),
                (480 + side * 90, y + 10),
                (480 + side * 210, y - 50),
                (480 + side * 210, y + 150),
                (480 + side * 90, y + 90),
                (480 + side * 20, y + 80),
            ],
            c.accent if side < 0 else WHITE,
        )
        c.oval(480 + side * 210, y + 50, 24, 102, fill=PALE)
        for i in range(3):
            reach = 480 + side * (260 + i * 34)
            c.line(
                [(reach, y + 50 - 34 - i * 14), (reach + side * 12, y + 50), (reach, y + 50 + 34 + i * 14)], c.accent, 7
            )
    c.rect(430, 430, 100, 90, WHITE, 10)


def dashboard(c: Canvas) -> None:
    """Draw a monitoring screen with a map and figures."""
    c.ground(half=300)
    c.poly([(420, 500), (540, 500), (570, 590), (390, 590)], MID)
    c.rect(340, 582, 280, 22, DARK, 8)
    c.rect(140, 130, 680, 390, DARK, 22)
    c.rect(164, 154, 632, 342, WHITE, 10)
    c.rect(164, 154, 632, 40, c.accent, 8)
    c.poly([(196, 230), (300, 214), (420, 250), (470, 330), (400, 460), (260, 450), (190, 360)], GLASS, DARK, 4)
    for x, y in ((280, 290), (360, 340), (300, 390)):
        c.oval(x, y, 13, fill=c.accent, width=4)
    c.line([(280, 290), (360, 340), (300, 390)], c.accent, 4)
    base = 340
    for i in range(5):
        tall = c.vary(30, 110)
        c.rect(536 + i * 48, base - tall, 32, tall, c.accent if i == 3 else SOFT, 4, width=3)
    _trace(c, 536, 370, 230, 100, c.accent)


FAMILIES: dict[str, Callable[[Canvas], None]] = {
    each.__name__: each
    for each in (
        gas_detector,
        life_detector,
        thermal_camera,
        satellite_phone,
        radio,
        antenna,
        camera_tower,
        sensor,
        wall_sensor,
        radar,
        drone_gun,
        xray,
        detector_gate,
        loudspeaker,
        dashboard,
    )
}
