"""How good matching is: the measures against values worked out by hand, and the figures on the labelled set."""

import json
import math
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from marketplace import evaluating
from marketplace.matching import candidates, evaluation
from marketplace.matching.evaluation import RETURNED, figures, ndcg, need_of, recall, write_run
from marketplace.needs.models import Mode
from marketplace.settings import Settings

LABELLED = Path(__file__).parent / "labelled"
TODAY = date(2026, 11, 23)


# The measures


@pytest.mark.parametrize(
    ("found", "grades", "value"),
    [
        (["a"], {"a": 3}, 1.0),
        (["x", "a"], {"a": 3}, 1 / math.log2(3)),
        (["a", "b"], {"a": 1, "b": 3}, (1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3))),
        (["b", "a"], {"a": 1, "b": 3}, 1.0),
        (["a"], {"a": 2, "b": 2}, 1 / (1 + 1 / math.log2(3))),
        (["x"] * 10 + ["a"], {"a": 3}, 0.0),
        ([], {"a": 3}, 0.0),
        (["a"], {}, 0.0),
        (["a"], {"a": 0}, 0.0),
    ],
)
def test_the_gain_differs_from_the_value_worked_out_by_hand(found, grades, value):
    assert ndcg(found, grades) == pytest.approx(value)


def test_more_than_ten_good_products_push_the_best_order_below_one():
    grades = {str(n): 3 for n in range(15)}
    assert ndcg([str(n) for n in range(15)], grades) == pytest.approx(1)
    assert ndcg([str(n) for n in range(5)], grades) == pytest.approx(
        sum(1 / math.log2(n + 2) for n in range(5)) / sum(1 / math.log2(n + 2) for n in range(10))
    )


@pytest.mark.parametrize(
    ("found", "grades", "value"),
    [
        (["a", "b"], {"a": 3, "b": 2, "c": 2, "d": 1}, 2 / 3),
        (["d"], {"a": 3, "d": 1}, 0.0),
        (["x"] * 20 + ["a"], {"a": 3}, 0.0),
        (["x"] * 19 + ["a"], {"a": 3}, 1.0),
        (["a"], {"a": 1}, 0.0),
        ([], {}, 0.0),
    ],
)
def test_a_product_below_twenty_or_of_grade_one_is_recalled(found, grades, value):
    assert recall(found, grades) == pytest.approx(value)


@pytest.fixture
def small(tmp_path):
    """Three needs: the last has no right product; b violates the first."""
    needs = [{"id": n} for n in ("N1", "N2", "N3")]
    (tmp_path / "needs.jsonl").write_text("\n".join(map(json.dumps, needs)), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("N1\ta\t3\t理由\nN1\tc\t1\nN2\td\t2\nN3\ta\t1\n", encoding="utf-8")
    (tmp_path / "hard_violations.tsv").write_text("N1\tb\t扬程\nN3\tb\t防爆\n", encoding="utf-8")
    (tmp_path / "slices.tsv").write_text("N1\tunit\nN2\tunit\nN3\tnone\n", encoding="utf-8")
    return tmp_path


def test_a_need_without_a_right_product_counts_in_the_gain_or_not_in_the_violations(small):
    run = {"N1": [("b", 2.0), ("a", 1.0)], "N2": [("d", 1.0)], "N3": [("b", 1.0), ("x", 0.5)]}
    found = figures(small, run)
    first = (7 / math.log2(3)) / (7 + 1 / math.log2(3))
    everything = found["all"]
    assert (everything.needs, everything.ndcg) == (3, pytest.approx((first + 1) / 2))
    assert (everything.recall, everything.precision) == (1.0, pytest.approx((1 / 5 + 1 / 5) / 2))
    assert everything.violations == pytest.approx((1 / 2 + 0 + 1 / 2) / 3)
    assert found["unit"].violations == pytest.approx(1 / 4) and found["unit"].needs == 2
    assert (found["none"].ndcg, found["none"].violations) == (0.0, 0.5)


def test_an_empty_answer_is_worth_something(small):
    nothing = figures(small, {})["all"]
    assert (nothing.ndcg, nothing.recall, nothing.precision, nothing.violations) == (0, 0, 0, 0)


def test_a_run_file_is_no_trec_run(tmp_path):
    write_run({"N1": [("b", 2.0), ("a", 0.5)], "N2": []}, tmp_path / "run.txt")
    assert (tmp_path / "run.txt").read_text() == ("N1 Q0 b 1 2.000000 marketplace\nN1 Q0 a 2 0.500000 marketplace\n")


def test_a_labelled_need_loses_a_condition_or_seems_gone_through(context):
    row = {
        "id": "N1", "title": "往山顶送水", "description": "五十斤以内", "mode": "purchase", "province": "四川省", "quantity": 4, "unit": "台",
        "budget_yuan": 180000.5, "deliver_within_days": 25, "requirements": [{"name": "扬程", "op": ">=", "value": 200, "unit": "m", "level": "hard"}],
    }  # fmt: skip
    need = need_of(row)
    assert (need.mode, need.province, need.within_days, need.budget_fen) == (Mode.PURCHASE, "四川省", 25, 18_000_050)
    assert need.requirements[0]["key"] == "head" and not need.understood and need.exclusions == []
    bare = need_of({"id": "N2", "title": "帐篷", "description": "", "mode": "purchase", "province": None})
    assert (bare.budget_fen, bare.within_days, bare.province, bare.requirements) == (None, None, "", [])


# The labelled set


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """A scratch platform with the labelled products on the embedded engine, and what it answers to every need."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("labelled"), seed_demo=False)
    with evaluating.scratch(settings, "embedded") as app:
        yield app, evaluating.run(app, LABELLED)


def ranked(app, folder=LABELLED):
    with app.app_context(), app.test_request_context():
        return evaluation.rank_all(folder, app.extensions["finder"].engine, TODAY)


def test_matching_is_worse_than_it_was(platform):
    _app, run = platform
    found = figures(LABELLED, run)["all"]
    assert found.needs == 88
    assert found.ndcg >= 0.88
    assert found.recall >= 0.97
    assert found.violations <= 0.055


def test_something_strange_or_doubled_or_too_much_is_returned(platform):
    _app, run = platform
    products = {json.loads(line)["id"] for line in (LABELLED / "products.jsonl").open(encoding="utf-8")}
    needs = [json.loads(line)["id"] for line in (LABELLED / "needs.jsonl").open(encoding="utf-8")]
    assert sorted(run) == sorted(needs)
    for found in run.values():
        names = [product for product, _score in found]
        assert len(names) <= RETURNED and set(names) <= products and max(Counter(names).values(), default=1) == 1
        scores = [score for _product, score in found]
        assert scores == sorted(scores, reverse=True) and all(score > 0 for score in scores)


def test_the_labels_decide_what_is_returned(platform, tmp_path):
    app, run = platform
    for name in ("products.jsonl", "needs.jsonl"):
        shutil.copy(LABELLED / name, tmp_path / name)
    assert ranked(app, tmp_path) == run


def test_a_large_catalogue_is_matched_much_worse_than_one_judged_whole(platform, monkeypatch):
    app, run = platform
    monkeypatch.setattr(candidates, "EVERYTHING", 10)
    searched = ranked(app)
    whole, found = figures(LABELLED, run)["all"], figures(LABELLED, searched)["all"]
    assert found.ndcg >= whole.ndcg - 0.08
    assert found.recall >= whole.recall - 0.08


def test_a_product_of_the_set_that_cannot_be_imported_is_passed_over(platform, tmp_path):
    app, _run = platform
    (tmp_path / "products.jsonl").write_text('{"id": "P1", "name": ""}\n', encoding="utf-8")
    with pytest.raises(evaluating.NothingImported):
        evaluating.run(app, tmp_path)
