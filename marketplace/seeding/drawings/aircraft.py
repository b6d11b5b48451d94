"""Drones, aircraft and the helicopter of the demo pictures."""

from collections.abc import Callable

from marketplace.seeding.drawings.canvas import DARK, GLASS, INK, PALE, SOFT, WHITE, Canvas


def rotor(c: Canvas, x: float, y: float, half: float) -> None:
    """Draw a spinning propeller seen from the side."""
    c.oval(x, y, half, 9, fill="#d5e3ec", outline=DARK, width=3)
    c.oval(x, y, 9, fill=INK, outline=None)


def drone_multi(c: Canvas) -> None:
    """Draw a multirotor with a camera."""
    c.ground(y=628, half=220)
    for x, y in ((180, 250), (360, 216), (600, 216), (780, 250)):
        c.line([(480, 310), (x, y + 20)], INK, 16)
        c.rect(x - 16, y - 4, 32, 40, DARK, 8)
        rotor(c, x, y - 10, int(c.vary(92, 104)))
    c.poly([(390, 276), (570, 276), (616, 330), (560, 390), (400, 390), (344, 330)], WHITE)
    c.rect(430, 296, 100, 22, c.accent, 10)
    c.line([(400, 388), (350, 520), (300, 520)], INK, 10)
    c.line([(560, 388), (610, 520), (660, 520)], INK, 10)
    c.oval(480, 428, 46, fill=SOFT)
    c.oval(480, 436, 24, fill=INK, outline=None)
    c.oval(488, 428, 8, fill=c.accent_light, outline=None)


def drone_vtol(c: Canvas) -> None:
    """Draw a hybrid-wing aircraft seen from above at an angle."""
    c.oval(480, 352, 262, fill="#e9f0f5", outline=None)
    c.poly([(90, 360), (440, 290), (520, 290), (870, 360), (870, 400), (520, 372), (440, 372), (90, 400)], WHITE)
    for x in (300, 660):
        c.rect(x - 10, 180, 20, 340, DARK, 8)
        rotor(c, x, 184, 66)
        rotor(c, x, 512, 66)
    c.poly([(450, 190), (480, 130), (510, 190), (524, 420), (500, 560), (460, 560), (436, 420)], PALE)
    c.poly([(462, 200), (480, 160), (498, 200), (498, 250), (462, 250)], GLASS)
    c.poly([(350, 560), (610, 560), (590, 600), (370, 600)], c.accent)
    c.poly([(90, 360), (190, 340), (190, 392), (90, 400)], c.accent)
    c.poly([(870, 360), (770, 340), (770, 392), (870, 400)], c.accent)


def helicopter(c: Canvas) -> None:
    """Draw a rescue helicopter."""
    c.ground(y=612, half=280)
    c.poly([(520, 330), (150, 300), (120, 220), (90, 220), (104, 340), (520, 430)], WHITE)
    c.oval(106, 250, 10, 66, fill=PALE, outline=DARK, width=3)
    c.poly([(400, 290), (640, 280), (760, 330), (810, 420), (760, 490), (460, 490), (380, 400)], WHITE)
    c.poly([(636, 304), (740, 346), (782, 424), (650, 424)], GLASS)
    c.rect(520, 330, 96, 84, GLASS, 10)
    c.poly([(392, 440), (788, 440), (772, 470), (430, 470)], c.accent, None)
    c.rect(520, 236, 90, 52, c.accent, 12)
    c.line([(565, 236), (565, 196)], INK, 10)
    c.oval(565, 196, 380, 8, fill="#d5e3ec", outline=DARK, width=3)
    for x in (490, 690):
        c.line([(x, 490), (x, 560)], INK, 9)
    c.line([(420, 560), (770, 560), (810, 540)], INK, 11)
    if c.pick("sling", "plain") == "sling":
        c.line([(590, 490), (590, 600)], INK, 3)
        c.rect(566, 588, 48, 44, c.accent, 8)


FAMILIES: dict[str, Callable[[Canvas], None]] = {each.__name__: each for each in (drone_multi, drone_vtol, helicopter)}
