"""What an offer can have ready by a day: stock at once, production on a ramp; and what is still free of it."""

from marketplace.matching.sourcing.shapes import Offer

MONTH_DAYS = 30
HORIZON_DAYS = 365  # how far ahead a demand without a date looks
UNKNOWN_LEAD_DAYS = 30  # when production of an unstated lead time begins, for demands without a date


def made_by(offer: Offer, day: int) -> int:
    """Units that production has ready by the end of this day, counted from now.

    The line turns out `monthly_capacity` / 30 units a day; the first day's output is ready on day `lead_time_days`, so on
    day t ≥ lead it is ⌊capacity · (t − lead + 1) / 30⌋, a whole month's capacity on day lead + 29. A lead time of 0 ships
    the same day, and an offer whose lead time just meets the date delivers one day's output.
    """
    lead = UNKNOWN_LEAD_DAYS if offer.lead_time_days is None else offer.lead_time_days
    return offer.monthly_capacity * (day - lead + 1) // MONTH_DAYS if day >= lead else 0


def day_made(offer: Offer, units: int) -> int:
    """The first day by which production has this many units ready; needs capacity and units ≥ 1."""
    lead = UNKNOWN_LEAD_DAYS if offer.lead_time_days is None else offer.lead_time_days
    return lead + -(-units * MONTH_DAYS // offer.monthly_capacity) - 1


def ready_by(offer: Offer, day: int) -> int:
    """Units from stock and production together by the end of this day; all demands share them."""
    return offer.stock + made_by(offer, day) if day >= 0 else 0


def last_ready_day(offer: Offer, days: int | None, shipping_days: int) -> int:
    """The last day on which a unit must be ready to be there in `days`; negative when the road alone takes too long.

    When the lead time is not stated, only what is ready today counts towards a date.
    """
    last = (HORIZON_DAYS if days is None else days) - shipping_days
    return min(last, 0) if offer.lead_time_days is None and days is not None else last


def ready_days(offer: Offer, wanted: list[int], steps: int) -> list[int]:
    """The days, ascending, on which consignments leave: the wanted last days, and `steps` even steps up to the latest.

    The steps are a week or longer and start with the first output. A day that has no more ready than the one before is
    left out, for it would only be later.
    """
    days = set(wanted) | {0}
    first, last = max(0, day_made(offer, 1)) if offer.monthly_capacity else 0, max(wanted)
    if steps and offer.monthly_capacity and first < last:
        step = max(7, -(-(last - first) // steps))
        days.update(range(first, last, step))
    kept: list[int] = []
    for day in sorted(days):
        if ready_by(offer, day) > (ready_by(offer, kept[-1]) if kept else 0):
            kept.append(day)
    return kept
