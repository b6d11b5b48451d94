"""Named points at which a process may be made to die, so that tests can show that nothing is lost or done twice there."""

import os
import signal
from collections.abc import Callable

POINTS = (
    "after-plan", "before-call", "after-call", "after-event", "after-posting",
    "refund-before-call", "refund-after-call", "during-reconciliation",
)  # fmt: skip
listener: Callable[[str], None] | None = None


def point(name: str) -> None:
    """Die here, as by kill -9, when the variable CRASHPOINT names this point; a listener within the process may raise instead."""
    if os.environ.get("CRASHPOINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
    if listener is not None:
        listener(name)
