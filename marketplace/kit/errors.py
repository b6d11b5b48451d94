"""Refusals: a situation, a status, and a sentence that says what one can do; one page and problem+json for all."""

from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from marketplace.kit.i18n import told


class Refusal(Exception):
    """Something the platform will not do. Subclasses name the situation; `message()` tells the person."""

    status = 409
    code = "refused"

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details

    def message(self) -> str:
        """The sentence shown, in the reader's language."""
        return _("操作未完成。")


class NotFound(Refusal):
    """The row does not exist, or belongs to somebody else: the answer is the same."""

    status = 404
    code = "not-found"

    def message(self) -> str:
        """The sentence shown."""
        return _("没有找到您要的内容,可能已被撤下或地址有误。")


class Forbidden(Refusal):
    """The person's role does not allow this."""

    status = 403
    code = "forbidden"

    def message(self) -> str:
        """The sentence shown."""
        return _("您的角色不能进行此操作。如有需要,请联系本单位管理员。")


class Stale(Refusal):
    """Somebody else changed the row first."""

    status = 409
    code = "stale"

    def message(self) -> str:
        """The sentence shown."""
        return _("内容刚刚被他人修改。请刷新后再试,您的修改尚未保存。")


def wants_json() -> bool:
    """Whether the caller would rather read JSON than a page."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best in ("application/json", "application/problem+json") and "text/html" not in request.accept_mimetypes


def init_app(app: Flask) -> None:
    """Answer refusals, HTTP errors and the unforeseen in one way."""
    app.register_error_handler(Refusal, lambda e: answer(e.status, e.code, e.message(), e.details))
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(500, _answer_unforeseen)


def answer(status: int, code: str, detail: str, extra: dict[str, Any] | None = None) -> Response:
    """The error page, or application/problem+json (RFC 9457) for callers that read JSON."""
    if wants_json():
        body = {"type": f"about:blank#{code}", "title": code, "status": status, "detail": detail, **(extra or {})}
        response = jsonify(body)
        response.content_type = "application/problem+json"
    else:
        response = Response(render_template("error.html", status=status, detail=detail, extra=extra or {}))
    response.status_code = status
    return response


def _answer_http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    texts = {
        400: _("请求内容有误,请返回检查后重新提交。"),
        404: NotFound().message(),
        405: _("此地址不支持这种操作。"),
        413: _("上传内容过大。"),
        429: _("操作过于频繁,请稍后再试。"),
    }
    return answer(status, error.name.lower().replace(" ", "-"), texts.get(status, error.description or error.name))


def _answer_unforeseen(_error: BaseException) -> Response:
    try:
        return answer(500, "internal-error", _("系统出现意外,已记录。您的操作没有保存,请稍后重试。"))
    except Exception:  # the page needs what has just failed, such as the session out of a database that is down
        detail = told("系统出现意外,已记录。您的操作没有保存,请稍后重试。")
        return Response(detail, 500, content_type="text/plain; charset=utf-8")
