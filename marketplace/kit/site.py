"""The Flask class of the house: a good write commits once, everything else is rolled back."""

from flask import Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError

from marketplace.kit import db
from marketplace.kit.errors import Stale


class Site(Flask):
    """Commits inside the dispatch, so that a failing commit reaches the error handlers like any other fault."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view; commit its unit of work when it answers below 400, else undo it."""
        try:
            response = self.make_response(super().dispatch_request())
            if request.method not in db.SAFE_METHODS:
                unit = db.unit()
                unit.commit() if response.status_code < 400 else unit.rollback()
            return response
        except StaleDataError as stale:
            db.unit().rollback()
            raise Stale() from stale
        except BaseException:
            db.unit().rollback()
            raise
