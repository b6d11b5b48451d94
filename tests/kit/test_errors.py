"""Refusals and faults, told to people and to programs."""

import pytest
from werkzeug.exceptions import ImATeapot

from marketplace.kit import db
from marketplace.kit.errors import Forbidden, NotFound, Refusal, Stale

JSON = {"Accept": "application/json"}


class Full(Refusal):
    status = 422
    code = "full"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(Refusal(), 409, "refused"), (NotFound(), 404, "not-found"), (Forbidden(), 403, "forbidden"), (Stale(), 409, "stale"),
     (Full(left=3), 422, "full"), (ImATeapot(), 418, "i'm-a-teapot")],
)  # fmt: skip
def test_a_program_gets_a_page_or_a_person_a_program(route, browser, fault, status, code):
    def view():
        raise fault

    route("/t", view)
    asked = browser().get("/t", headers=JSON)
    assert asked.content_type == "application/problem+json"
    assert (asked.status_code, asked.json["status"], asked.json["title"]) == (status, status, code)
    assert asked.json["detail"] and asked.json.get("left") == getattr(fault, "details", {}).get("left")
    seen = browser().get("/t", headers={"Accept": "text/html"})
    assert seen.status_code == status and seen.mimetype == "text/html" and "<h1>" in seen.text


def test_an_api_address_answers_with_a_page(browser):
    answer = browser().get("/api/nothing", headers={"Accept": "text/html"})
    assert answer.status_code == 404 and answer.content_type == "application/problem+json"


def test_an_unknown_address_or_method_is_told_in_english(browser):
    assert "没有找到" in browser().get("/no-such-page").text
    answer = browser().post("/forgot/")
    assert answer.status_code in (404, 405) and "Not Found" not in answer.text
    refused = browser().client.put("/forgot")
    assert refused.status_code == 405 and "不支持" in refused.text


@pytest.mark.parametrize("headers", [JSON, {}])
def test_the_unforeseen_shows_its_insides(app, route, browser, headers):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def view():
        raise RuntimeError("secret-inside")

    route("/t", view)
    answer = browser().get("/t", headers=headers)
    assert answer.status_code == 500
    assert "secret-inside" not in answer.text and "Traceback" not in answer.text
    assert "系统出现意外" in (answer.json["detail"] if headers else answer.text)


def test_a_database_that_is_gone_leaves_people_without_a_word(app, browser):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    visitor = browser()
    visitor.get("/forgot")
    with app.app_context(), db.database().engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE web_session")
    answer = visitor.get("/account")
    assert answer.status_code == 500 and "系统出现意外" in answer.text
    assert "web_session" not in answer.text


def test_an_upload_past_all_bounds_is_read(app, browser):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = browser().post("/forgot", email="x" * 2000)
    assert answer.status_code == 413 and "过大" in answer.text
