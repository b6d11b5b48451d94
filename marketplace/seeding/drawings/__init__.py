"""Pictures for the listings of the demo world, drawn in one visual language and never photographed."""

from collections.abc import Callable

from marketplace.seeding.drawings import aircraft, devices, gear, machines, papers, relief, sites, vehicles, watercraft
from marketplace.seeding.drawings.canvas import Canvas

FAMILIES: dict[str, Callable[[Canvas], None]] = {
    **vehicles.FAMILIES,
    **watercraft.FAMILIES,
    **aircraft.FAMILIES,
    **machines.FAMILIES,
    **devices.FAMILIES,
    **gear.FAMILIES,
    **relief.FAMILIES,
    **sites.FAMILIES,
    **papers.FAMILIES,
}


def draw(family: str, seed: str, size: tuple[int, int] = (960, 720)) -> bytes:
    """Draw one picture of the family as PNG; the same seed gives the same picture, another seed a sibling of it."""
    canvas = Canvas(f"{family}/{seed}", size)
    FAMILIES[family](canvas)
    return canvas.encoded()
