"""What the catalog says upwards: connected in `app.py`."""

from blinker import Signal

listings_changed = Signal(
    "Listings were written in bulk, unseen by the session; sent with `ids` inside the transaction."
)
