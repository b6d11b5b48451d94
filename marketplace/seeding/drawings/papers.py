"""Services, finance and research of the demo pictures: sheets of paper and what stands on them."""

import math
from collections.abc import Callable

from marketplace.seeding.drawings.canvas import DARK, GLASS, INK, MID, PALE, SOFT, WHITE, Canvas, rotated, smooth


def _sheet(
    c: Canvas, x: float, y: float, w: float, h: float, tilt: float = 0, fill: str = WHITE
) -> list[tuple[float, float]]:
    fold = 56
    outline = [(x, y), (x + w - fold, y), (x + w, y + fold), (x + w, y + h), (x, y + h)]
    centre = (x + w / 2, y + h / 2)
    placed = rotated(outline, tilt, centre)
    c.poly(placed, fill)
    c.poly(rotated([(x + w - fold, y), (x + w - fold, y + fold), (x + w, y + fold)], tilt, centre), PALE)
    return placed


def _lines(c: Canvas, x: float, y: float, w: float, count: int, gap: float = 34) -> None:
    for i in range(count):
        c.line([(x, y + i * gap), (x + w * (0.62 if i == count - 1 else 1), y + i * gap)], SOFT, 11)


def _seal(c: Canvas, x: float, y: float, r: float) -> None:
    c.oval(x, y, r, fill=c.accent_light, outline=c.accent, width=9)
    star = []
    for i in range(10):
        reach = r * (0.55 if i % 2 == 0 else 0.24)
        angle = math.radians(-90 + i * 36)
        star.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    c.poly(star, c.accent, None)


def document_service(c: Canvas) -> None:
    """Draw a clipboard with a checked plan."""
    c.ground(half=270)
    c.rect(270, 110, 420, 490, c.accent, 26)
    c.rect(304, 156, 352, 410, WHITE, 10)
    c.rect(400, 84, 160, 66, DARK, 18)
    for i in range(4):
        y = 226 + i * 86
        c.rect(334, y - 22, 44, 44, PALE, 8)
        if i < 3:
            c.line([(342, y), (354, y + 13), (384, y - 26)], c.accent, 9)
        c.line([(402, y - 10), (626, y - 10)], SOFT, 10)
        c.line([(402, y + 14), (402 + c.vary(90, 190), y + 14)], SOFT, 10)


def training_service(c: Canvas) -> None:
    """Draw a trainer at a board and two trainees."""
    c.ground(half=390)
    c.rect(250, 110, 560, 330, WHITE, 14)
    c.rect(250, 96, 560, 30, c.accent, 8)
    c.line([(300, 380), (380, 300), (450, 340), (560, c.vary(200, 240))], c.accent, 10)
    c.rect(610, 180, 150, 90, GLASS, 10)
    _lines(c, 612, 310, 150, 3, 30)
    c.oval(160, 250, 50, fill="#f3ddc8")
    c.poly([(110, 225), (130, 190), (190, 190), (212, 225)], c.accent)
    c.poly(
        [(90, 600), (96, 350), (140, 316), (190, 316), (224, 350), (310, 300), (322, 330), (224, 420), (230, 600)],
        c.accent_light,
    )
    for x in (470, 660):
        c.oval(x, 470, 42, fill="#f3ddc8")
        c.poly(
            [(x - 82, 600), (x - 66, 536), (x - 26, 514), (x + 26, 514), (x + 66, 536), (x + 82, 600)],
            DARK if x < 500 else MID,
        )


def inspection_service(c: Canvas) -> None:
    """Draw a magnifier over a report."""
    c.ground(half=300)
    _sheet(c, 230, 100, 380, 490)
    c.rect(270, 150, 190, 26, c.accent, 8, None)
    _lines(c, 270, 220, 290, 9, 38)
    x, y = 600, 370 + c.vary(-16, 16)
    c.line([(x + 92, y + 92), (x + 190, y + 190)], INK, 46)
    c.line([(x + 92, y + 92), (x + 190, y + 190)], c.accent, 32)
    c.oval(x, y, 132, fill=GLASS, width=24)
    c.oval(x, y, 120, outline=WHITE, width=5)
    c.line([(x - 58, y + 4), (x - 14, y + 50), (x + 64, y - 46)], c.accent, 20)


def insurance_policy(c: Canvas) -> None:
    """Draw an umbrella over a policy."""
    c.ground(half=280)
    _sheet(c, 340, 330, 280, 270)
    _lines(c, 376, 460, 200, 3, 36)
    _seal(c, 570, 560, 46)
    c.line([(480, 130), (480, 430), (496, 456), (524, 450), (530, 424)], INK, 12)
    tip = c.vary(84, 100)
    dome = smooth([(160, 330), (196, 222), (310, 128), (480, tip), (650, 128), (764, 222), (800, 330)])
    hem = [
        point
        for right in (800, 640, 480, 320)
        for point in smooth([(right, 330), (right - 80, 298), (right - 160, 330)])
    ]
    c.poly([*dome, *hem], c.accent)
    scallops = smooth([(640, 330), (560, 298), (480, 330)]) + smooth([(480, 330), (400, 298), (320, 330)])
    ribs = smooth([(320, 330), (352, 200), (480, tip), (608, 200), (640, 330)])
    c.poly([*ribs, *scallops], c.accent_light)
    c.line([(480, tip), (480, 330)], INK, 5)


def lease_contract(c: Canvas) -> None:
    """Draw a contract, a key and a calendar of rents."""
    c.ground(half=340)
    _sheet(c, 190, 110, 350, 480, -4)
    _lines(c, 240, 200, 240, 7, 40)
    _seal(c, 300, 520, 48)
    c.rect(560, 190, 250, 230, WHITE, 18)
    c.rect(560, 190, 250, 62, c.accent, 16)
    marked = int(c.vary(0, 11))
    for i in range(12):
        x, y = 584 + (i % 4) * 54, 272 + (i // 4) * 46
        c.rect(x, y, 36, 30, c.accent if i == marked else PALE, 6, None)
    c.oval(590, 520, 50, fill=c.accent_light)
    c.oval(590, 520, 20, fill=WHITE)
    c.line([(640, 520), (800, 520), (800, 560)], INK, 18)
    c.line([(756, 520), (756, 552)], INK, 18)


def bank_loan(c: Canvas) -> None:
    """Draw a bank front with coins."""
    c.ground(half=380)
    c.poly([(150, 260), (430, 110), (710, 260)], c.accent)
    c.oval(430, 206, 30, fill=WHITE)
    c.rect(170, 260, 520, 40, PALE, 4)
    for x in (210, 320, 430, 540):
        c.rect(x, 300, 60, 220, WHITE, 6)
        c.line([(x + 30, 312), (x + 30, 508)], SOFT, 8)
    c.rect(170, 520, 520, 36, PALE, 4)
    c.rect(140, 556, 580, 40, SOFT, 4)
    tall = 3 + int(c.vary(0, 3))
    for stack, count in ((770, tall), (850, 2)):
        for i in range(count):
            c.oval(stack, 580 - i * 34, 54, 20, fill="#eccb7c")
            c.oval(stack, 572 - i * 34, 54, 20, fill="#f6dea0")


def research_paper(c: Canvas) -> None:
    """Draw a flask, a curve and a patent sheet."""
    c.ground(half=350)
    _sheet(c, 430, 110, 360, 470, 3)
    c.rect(480, 180, 180, 24, c.accent, 8, None)
    c.line([(490, 250), (490, 390), (730, 390)], INK, 7)
    c.line([(500, 376), (570, 340), (620, 350), (716, c.vary(256, 290))], c.accent, 9)
    _lines(c, 486, 436, 230, 2, 36)
    _seal(c, 716, 520, 46)
    c.poly([(240, 150), (340, 150), (340, 300), (450, 550), (430, 596), (150, 596), (130, 550), (240, 300)], GLASS)
    level = c.vary(410, 450)
    slope = (level - 300) * 0.44
    c.poly(
        [(240 - slope, level), (340 + slope, level), (446, 552), (428, 592), (152, 592), (134, 552)],
        c.accent_light,
        None,
    )
    c.line([(240 - slope, level), (340 + slope, level)], c.accent, 7)
    c.rect(224, 126, 132, 34, SOFT, 12)
    for x, y, r in ((250, 500, 18), (320, 540, 14), (300, 470, 11), (220, 550, 10)):
        c.oval(x, y, r, fill=WHITE, outline=c.accent, width=4)


FAMILIES: dict[str, Callable[[Canvas], None]] = {
    each.__name__: each
    for each in (
        document_service,
        training_service,
        inspection_service,
        insurance_policy,
        lease_contract,
        bank_loan,
        research_paper,
    )
}
