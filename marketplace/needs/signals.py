"""What the needs room says upwards: connected at the top."""

from blinker import Signal

needs_changed = Signal(
    "Needs were opened, amended, closed or withdrawn; sent with `ids` inside the transaction, after the flush. "
    "A listener that does more than note them hands its work to `db.after_commit`."
)
