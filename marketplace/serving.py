"""The processes: gunicorn's web workers, and the jobs process beside or apart from them."""

import os
import signal
from contextlib import suppress
from threading import Thread
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from marketplace.kit import db, jobs, mail
from marketplace.matching.knowledge import knowledge
from marketplace.payments import events as payment_events
from marketplace.search.mirror import drain_all


class _Server(BaseApplication):
    """gunicorn with our application already loaded, so that a start pays for the imports once."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Hand our options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The loaded application."""
        return self._app


def serve(app: Flask, host: str, port: int, workers: int, *, with_jobs: bool) -> None:
    """Serve until told to stop; a jobs process, if wanted, ends with us."""
    if "finder" in app.extensions:
        app.extensions["finder"].warm()
    _let_go_of_connections(app)
    child = _fork_jobs(app) if with_jobs else 0
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": 8,
        "worker_class": "gthread",
        "preload_app": True,
        "control_socket_disable": True,  # it forks with a lock held and leaks files at reloads; nothing here needs it
        "loglevel": "warning",
        "timeout": 60,
        "graceful_timeout": 20,
        "post_fork": lambda _server, _worker: _begin_work(app),
    }
    try:
        _Server(app, options).run()
    finally:
        if child:
            with suppress(ProcessLookupError):  # the same signal may have reached it first
                os.kill(child, signal.SIGTERM)


def run_jobs(app: Flask) -> None:
    """Follow the clock until told to stop."""
    jobs.serve(app, idle=_idle)


def _idle() -> None:
    mail.send_waiting()
    drain_all()
    payment_events.work_all()


def _fork_jobs(app: Flask) -> int:
    child = os.fork()
    if child == 0:
        _let_go_of_connections(app)
        signal.signal(signal.SIGTERM, lambda *_signal: os._exit(0))
        signal.signal(signal.SIGINT, lambda *_signal: os._exit(0))
        try:
            run_jobs(app)
        finally:
            os._exit(0)
    return child


def _begin_work(app: Flask) -> None:
    """A worker's first deeds: connections of its own, and what matching must know, learnt beside the first pages."""
    _let_go_of_connections(app)
    Thread(target=_learn, args=(app,), name="knowledge", daemon=True).start()


def _learn(app: Flask) -> None:
    with app.app_context():
        knowledge()


def _let_go_of_connections(app: Flask) -> None:
    # Connections opened before a fork must not be used, nor closed, by the child.
    with app.app_context():
        db.database().engine.dispose(close=False)
