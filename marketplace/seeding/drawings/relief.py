"""Relief goods, medical things and supplies of the demo pictures."""

from collections.abc import Callable

from marketplace.seeding.drawings.canvas import (
    BLUE,
    DARK,
    GLASS,
    GREEN,
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
    smooth,
)


def _cross(c: Canvas, x: float, y: float, arm: float, colour: str) -> None:
    third = arm / 3
    c.poly(
        [
            (x - third, y - arm),
            (x + third, y - arm),
            (x + third, y - third),
            (x + arm, y - third),
            (x + arm, y + third),
            (x + third, y + third),
            (x + third, y + arm),
            (x - third, y + arm),
            (x - third, y + third),
            (x - arm, y + third),
            (x - arm, y - third),
            (x - third, y - third),
        ],
        colour,
        None,
    )


def tent(c: Canvas) -> None:
    """Draw a relief tent."""
    c.use(BLUE, TEAL, GREEN)
    c.ground(half=400)
    ridge = c.vary(170, 200)
    c.poly([(120, 380), (300, ridge), (720, ridge), (860, 380)], c.accent)
    c.poly([(140, 380), (850, 380), (850, 590), (140, 590)], WHITE)
    c.poly([(110, 380), (300, ridge), (480, 380), (480, 590), (140, 590), (140, 380)], PALE)
    c.poly([(250, 590), (300, 330), (350, 590)], DARK)
    c.poly([(300, 330), (250, 590), (214, 590)], WHITE)
    for x in (560, 710):
        c.rect(x, 430, 90, 70, GLASS, 8)
        c.line([(x + 45, 432), (x + 45, 498)], INK, 4)
    c.line([(850, 390), (920, 590)], DARK, 5)
    c.line([(120, 390), (60, 590)], DARK, 5)


def bed_quilt(c: Canvas) -> None:
    """Draw folded quilts in a stack."""
    c.ground(half=320)
    for i, colour in enumerate((PALE, c.accent_light, WHITE, c.accent)):
        top = 500 - i * 92
        inset = c.vary(0, 22)
        c.rect(190 + inset, top, 570 - inset, 96, colour, 42)
        c.line([(240 + inset, top + 48), (700, top + 48)], INK, 4)
        c.arc(722, top + 48, 26, -90, 90, INK, 4)
    c.rect(430, 216, 60, 384, SOFT, 4)


def folding_bed(c: Canvas) -> None:
    """Draw a folding bed with a pillow."""
    c.ground(half=390)
    c.line([(230, 420), (360, 596)], INK, 14)
    c.line([(360, 420), (230, 596)], INK, 14)
    c.line([(600, 420), (730, 596)], INK, 14)
    c.line([(730, 420), (600, 596)], INK, 14)
    c.poly([(110, 400), (760, 400), (870, c.vary(290, 330)), (890, 350), (790, 436), (110, 436)], c.accent)
    c.poly([(740, 376), (840, 276), (880, 296), (790, 392)], WHITE)
    c.rect(130, 366, 420, 36, WHITE, 14)
    c.line([(160, 384), (520, 384)], c.accent_light, 8)


def stretcher(c: Canvas) -> None:
    """Draw a rescue stretcher with straps."""
    c.ground(half=390)
    c.line([(70, 400), (890, 400)], INK, 20)
    c.line([(70, 400), (890, 400)], SOFT, 9)
    c.poly([(150, 390), (810, 390), (790, 470), (170, 470)], c.accent)
    c.rect(170, 330, 120, 62, WHITE, 20)
    for x in (360, 520, c.vary(660, 690)):
        c.rect(x, 380, 40, 92, DARK, 6)
        c.rect(x - 8, 410, 56, 34, WHITE, 8)
    for x in (220, 740):
        c.line([(x, 470), (x, 570)], INK, 14)
        c.oval(x, 584, 24, fill=RUBBER)


def food_pack(c: Canvas) -> None:
    """Draw a self-heating meal."""
    c.ground(half=300)
    for i in range(3):
        x = 370 + i * 90
        c.line(smooth([(x, 232), (x + 16, 200), (x - 12, 165), (x + 8, 130)]), MID, 9)
    c.poly([(220, 300), (740, 300), (690, 570), (270, 570)], c.accent)
    c.poly([(239, 400), (721, 400), (704, 490), (256, 490)], WHITE, None)
    c.oval(480, 300, 270, 62, fill=WHITE)
    c.oval(480, 300, 226, 44, fill="#f0d9ae")
    for x, y, tone in ((380, 296, "#7fa86a"), (470, 310, "#d9855b"), (560, 294, "#7fa86a"), (520, 282, "#d9855b")):
        c.oval(x, y, c.vary(20, 28), 12, fill=tone, width=3)
    c.oval(480, 446, 30, fill=c.accent_light)


def emergency_bag(c: Canvas) -> None:
    """Draw an emergency backpack with a cross."""
    c.use(RED, ORANGE, BLUE, GREEN)
    c.ground(half=230)
    c.tube([(420, 180), (420, 120), (540, 120), (540, 180)], DARK, 16)
    c.rect(270, 300, 60, 220, c.accent_dark, 20)
    c.rect(630, 300, 60, 220, c.accent_dark, 20)
    c.rect(310, 170, 340, 424, c.accent, int(c.vary(60, 86)))
    c.rect(350, 380, 260, 180, c.accent_light, 24)
    c.line([(362, 412), (598, 412)], INK, 5)
    c.oval(480, 280, 66, fill=WHITE)
    _cross(c, 480, 280, 40, c.accent)


def mask(c: Canvas) -> None:
    """Draw a respirator mask."""
    c.ground(half=290)
    drop = c.vary(0, 16)
    c.line([(300, 320), (150, 220), (110, 330), (300, 440)], INK, 8)
    c.line([(660, 320), (810, 220), (850, 330), (660, 440)], INK, 8)
    c.blob(
        [
            (290, 300),
            (380, 232),
            (480, 196),
            (580, 232),
            (670, 300),
            (690, 400),
            (606, 510 + drop),
            (480, 556 + drop),
            (354, 510 + drop),
            (270, 400),
        ],
        WHITE,
    )
    upper = smooth([(286, 306), (380, 334), (480, 346), (580, 334), (674, 306)])
    lower = smooth([(688, 400), (590, 436), (480, 448), (370, 436), (272, 400)])
    c.poly([*upper, *lower], c.accent_light)
    c.rect(430, 206, 100, 20, MID, 8)


def medical_device(c: Canvas) -> None:
    """Draw a defibrillator or monitor with a heart trace."""
    c.use(RED, GREEN, ORANGE, TEAL)
    c.ground(half=310)
    c.tube([(360, 200), (360, 140), (600, 140), (600, 200)], DARK, 22)
    c.rect(210, 190, 540, 400, c.accent, 50)
    c.rect(240, 220, 480, 340, WHITE, 36)
    c.rect(274, 254, 270, 170, INK, 14)
    middle = 340 + c.vary(-8, 8)
    c.line(
        [(290, middle), (340, middle), (362, 300), (392, 396), (418, 320), (440, middle), (530, middle)], "#8fe0b8", 7
    )
    c.poly([(632, 268), (660, 268), (640, 320), (672, 320), (614, 404), (630, 344), (602, 344)], c.accent)
    for x in (310, 390, 470):
        c.oval(x, 490, 28, fill=PALE)
    c.rect(560, 456, 120, 66, "#6fae80", 16)


def chemical(c: Canvas) -> None:
    """Draw drums and a canister of agents or materials."""
    c.ground(half=350)
    for x, colour in ((210, SOFT), (400, c.accent)):
        c.rect(x, 230, 180, 360, colour, 14)
        c.oval(x + 90, 234, 90, 26, fill=WHITE)
        for y in (330, 460):
            c.line([(x + 2, y), (x + 178, y)], INK, 10, caps=False)
        c.oval(x + 120, 230, 14, 6, fill=INK)
    c.poly([(490, 350), (536, 396), (490, 442), (444, 396)], WHITE)
    c.oval(490, 396, c.vary(10, 16), fill=c.accent)
    c.poly([(620, 380), (640, 340), (700, 340), (770, 340), (780, 380), (780, 590), (620, 590)], WHITE)
    c.rect(640, 300, 56, 42, c.accent, 6)
    c.rect(640, 430, 120, 90, c.accent_light, 8)


def sprayer(c: Canvas) -> None:
    """Draw a knapsack sprayer with its lance."""
    c.ground(half=300)
    c.rect(290, 170, 230, 420, WHITE, 50)
    c.rect(293, 380, 224, 150, c.accent_light, 0, None)
    c.rect(350, 130, 110, 46, c.accent, 14)
    c.rect(270, 250, 30, 230, DARK, 14)
    c.hose([(500, 540), (610, 560), (640, 460)], RUBBER, 12)
    c.tube([(630, 480), (760, c.vary(236, 262))], MID, 14)
    c.rect(610, 420, 60, 74, c.accent, 14)
    for dx, dy in ((26, -96), (70, -80), (100, -44), (110, 0)):
        c.line([(780 + dx * 0.3, 232 + dy * 0.3), (780 + dx, 232 + dy)], "#8fc0de", 7)


def water_box(c: Canvas) -> None:
    """Draw a portable purifier filling a glass."""
    c.ground(half=310)
    c.rect(230, 180, 330, 400, WHITE, 30)
    c.rect(230, 180, 330, 66, c.accent, 26)
    for i in range(3):
        c.rect(268 + i * 94, 280, 68, 200, PALE, 30)
        c.rect(271 + i * 94, 340 + i * 24, 62, 110 - i * 24, "#9cc9e2", 10, None)
    c.line([(560, 400), (660, 400), (660, 440)], INK, 16)
    c.poly([(610, 470), (740, 470), (724, 590), (626, 590)], GLASS)
    fill = c.vary(505, 535)
    c.poly([(616, fill), (734, fill), (724, 588), (626, 588)], "#8fc0de", None)
    c.line([(660, 446), (660, fill)], "#8fc0de", 10)


FAMILIES: dict[str, Callable[[Canvas], None]] = {
    each.__name__: each
    for each in (
        tent,
        bed_quilt,
        folding_bed,
        stretcher,
        food_pack,
        emergency_bag,
        mask,
        medical_device,
        chemical,
        sprayer,
        water_box,
    )
}
