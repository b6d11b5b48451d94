"""Who may do what: one policy table filled by the rooms, asked by routes, verbs, lists and templates.

A route is `@public` or `@guarded(may)`; one that is neither is refused, so forgetting is safe.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request
from werkzeug.exceptions import HTTPException

from marketplace.kit.errors import Forbidden, NotFound, Refusal


@dataclass(frozen=True)
class Actor:
    """A signed-in person acting for one organisation, or for none yet.

    Rights come from the database on every request, so a demotion takes effect on the next click.
    """

    user_id: int
    organisation_id: int | None = None
    kind: str = ""
    role: str = ""
    approved: bool = False
    name: str = ""
    organisation_name: str = ""


@dataclass(frozen=True)
class Policy:
    """`who` judges the role alone; `whose` judges the relation to a row (None: any row)."""

    who: Callable[[Actor], bool]
    whose: Callable[[Actor, Any], bool] | None = None


_policies: dict[str, Policy] = {}


class SignInFirst(Refusal):
    """Nobody is signed in."""

    status = 401
    code = "sign-in-first"


def allow(may: str, who: Callable[[Actor], bool], whose: Callable[[Actor, Any], bool] | None = None) -> str:
    """Declare a permission; returns its name so that rooms write `EDIT = allow("listing.edit", …)`."""
    _policies[may] = Policy(who, whose)
    return may


def current_actor() -> Actor | None:
    """The actor of this request; set by the sign-in room."""
    return g.get("actor")


def can(may: str, row: Any = None, actor: Actor | None = None) -> bool:
    """Whether the actor may do this, to this row if one is given. Unknown permissions and strangers: no."""
    actor = actor or current_actor()
    policy = _policies.get(may)
    if actor is None or policy is None or not policy.who(actor):
        return False
    return row is None or policy.whose is None or policy.whose(actor, row)


def check(may: str, row: Any = None, actor: Actor | None = None) -> None:
    """Raise unless the actor may.

    Raises: SignInFirst; Forbidden when the role does not fit; NotFound for another organisation's row, as if absent.
    """
    actor = actor or current_actor()
    if actor is None:
        raise SignInFirst()
    if not can(may, None, actor):
        raise Forbidden()
    if row is not None and not can(may, row, actor):
        raise NotFound()


def guarded(may: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view: signed-in people whose role has this permission."""

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        view.guard = may  # type: ignore[attr-defined]
        return view

    return mark


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view: anybody."""
    view.guard = ""  # type: ignore[attr-defined]
    return view


SIGNED_IN = allow("self", lambda actor: True)


def guard_of(endpoint: str) -> str | None:
    """The permission an endpoint asks for; "" when public, None when nobody said."""
    return getattr(current_app.view_functions[endpoint], "guard", None)


def init_app(app: Flask) -> None:
    """Ask before every view; give templates `can`."""
    app.before_request(_ask)
    app.jinja_env.globals["can"] = can


def _ask() -> None:
    if request.endpoint is None:
        _raise_routing()
    may = guard_of(request.endpoint) if request.endpoint else None
    if may is None:
        raise Forbidden()
    if may:
        check(may)


def _raise_routing() -> None:
    fault = request.routing_exception
    if isinstance(fault, HTTPException):
        raise fault
