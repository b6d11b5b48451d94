"""When a request was here whole: deadlines are compared with the arrival of the last byte, not with the work done after.

Behind a proxy that takes the whole request before passing it on, as nginx does, its time may be used: the setting
`arrival_header` names the header it writes (`proxy_set_header X-Request-Start "t=${msec}";`). Without a trusted proxy anybody
could write it, so it is read only behind one.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, request

from marketplace.kit import clock

PATIENCE = timedelta(minutes=5)
"""A proxy's time further from ours than this is wrong, whatever the reason, and ours counts."""
_MSEC = re.compile(r"(?:t=)?(\d{9,11}(?:\.\d{1,6})?)")


def stamped(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view whose requests are stamped before anything else is done with them."""
    view.stamped = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Stamp the requests of marked views; call before any other hook that works on requests."""
    app.before_request(_stamp)


def arrived() -> datetime:
    """When the last byte of this request was here, in UTC; the same on every call within a request."""
    if "arrived" not in g:
        request.get_data(parse_form_data=True)  # reads whatever has not been read
        g.arrived = _told_by_proxy(clock.now())
    return g.arrived


def _stamp() -> None:
    if request.endpoint and getattr(current_app.view_functions[request.endpoint], "stamped", False):
        arrived()


def _told_by_proxy(here: datetime) -> datetime:
    settings = current_app.extensions["settings"]
    if not (settings.arrival_header and settings.trusted_proxies):
        return here
    told = _MSEC.fullmatch(request.headers.get(settings.arrival_header, "").strip())
    if told is None:
        return here
    moment = datetime.fromtimestamp(float(told[1]), UTC)
    return moment if here - PATIENCE <= moment <= here else here
