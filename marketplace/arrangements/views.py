"""Public calculators: forms by GET, so that an address holds a whole calculation and can be passed on."""

from datetime import date

from flask import Blueprint, Flask, Response, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from marketplace.arrangements import exports, labels, schemas_tools
from marketplace.arrangements.calculators.first_set_subsidy import BY_CODE, first_set_subsidy
from marketplace.arrangements.calculators.internal_rate import (
    dated_rate,
    dated_worths,
    internal_rate,
    sign_changes,
    worths,
)
from marketplace.arrangements.calculators.lease_or_buy import Answer, Question, lease_or_buy
from marketplace.arrangements.calculators.lease_schedule import Lease, Row, lease_schedule
from marketplace.arrangements.calculators.work_safety_premium import FINES_FEN, Work, work_safety_premium
from marketplace.arrangements.charting import Chart, chart
from marketplace.arrangements.errors import NoRate, TooSmallToSpread
from marketplace.kit.forms import F, Filled, Form, read
from marketplace.kit.permissions import public
from marketplace.kit.web import page

bp = Blueprint("arrangements", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Register this room's pages."""
    app.register_blueprint(bp)


@bp.get("/tools")
@public
def tools() -> Response:
    """What can be calculated here."""
    return page("arrangements/tools.html")


@bp.get("/tools/lease-schedule")
@public
def lease_schedule_page() -> Response:
    """Rents, what of them is interest, and what is still owed."""
    form, lease, rows = _schedule()
    return page(
        "arrangements/lease_schedule.html", form=form, status=200 if rows else 422, lease=lease, rows=rows,
        labels=labels, example=_is_example(form), columns=exports.columns(),
    )  # fmt: skip


@bp.get("/tools/lease-schedule.xlsx")
@public
def lease_schedule_file() -> BaseResponse:
    """The same as a workbook; a faulty question gets its page."""
    _form, lease, rows = _schedule()
    if not rows:
        return lease_schedule_page()
    name = _("租金计划表") + ".xlsx"
    return send_file(
        exports.schedule_workbook(lease, rows), mimetype=exports.XLSX, as_attachment=True, download_name=name
    )


@bp.get("/tools/internal-rate")
@public
def internal_rate_page() -> Response:
    """The rate hidden in a row of payments."""
    form = _asked(schemas_tools.FlowsAsked)
    found = None
    if form.data:
        try:
            found = _rates(form.data.flows, form.data.every_months)
        except NoRate as fault:
            form.fail("flows", fault.message())
    return page(
        "arrangements/internal_rate.html", form=form, status=200 if found else 422, found=found, labels=labels,
        example=_is_example(form),
    )  # fmt: skip


@bp.get("/tools/lease-or-buy")
@public
def lease_or_buy_page() -> Response:
    """What either way costs today."""
    form = _asked(schemas_tools.LeaseOrBuyAsked)
    answer = lease_or_buy(Question(**form.data.model_dump())) if form.data else None
    return page(
        "arrangements/lease_or_buy.html", form=form, status=200 if answer else 422, answer=answer, labels=labels,
        example=_is_example(form), drawn=_drawn(answer) if answer else None,
    )  # fmt: skip


@bp.get("/tools/work-safety-premium")
@public
def work_safety_premium_page() -> Response:
    """About what 安责险 costs a year."""
    form = _asked(schemas_tools.PremiumAsked)
    estimate = work_safety_premium(Work(**form.data.model_dump())) if form.data else None
    by_cost = bool(form.data and form.data.sector == "construction" and form.data.cost_fen)
    return page(
        "arrangements/work_safety_premium.html", form=form, status=200 if estimate else 422, estimate=estimate,
        labels=labels, example=_is_example(form), fines=FINES_FEN, by_cost=by_cost,
    )  # fmt: skip


@bp.get("/tools/first-set-subsidy")
@public
def first_set_subsidy_page() -> Response:
    """What of a premium for a first set comes back."""
    form = _asked(schemas_tools.SubsidyAsked)
    asked, years, programme = form.data, [], None
    if asked:
        programme = BY_CODE[asked.programme]
        years = first_set_subsidy(programme, asked.insured_fen, asked.rate, int(asked.years))
    return page(
        "arrangements/first_set_subsidy.html", form=form, status=200 if asked else 422, asked=asked, years=years,
        programme=programme, labels=labels, example=_is_example(form),
    )  # fmt: skip


def _asked(model: type[F]) -> Filled[F]:
    """What the address asks; the example when it asks nothing."""
    if not any(name in request.args for name in model.model_fields):
        return read(model, MultiDict(schemas_tools.EXAMPLES[model]()))
    form = read(model, request.args)
    for name, info in model.model_fields.items():  # what an address leaves out shows as what it means
        if form.values.get(name) is None and not info.is_required() and info.default is not None:
            form.values[name] = str(info.default)
    return form


def _is_example(form: Filled[Form]) -> bool:
    return not any(name in request.args for name in form.values)


def _schedule() -> tuple[Filled[schemas_tools.LeaseAsked], Lease | None, list[Row]]:
    form = _asked(schemas_tools.LeaseAsked)
    asked = form.data
    if not asked:
        return form, None, []
    lease = Lease(
        asked.price_fen, asked.annual_rate, asked.periods, asked.every_months, asked.residual_fen, asked.timing,
        asked.start, asked.day_count,
    )  # fmt: skip
    try:
        return form, lease, lease_schedule(lease)
    except TooSmallToSpread as fault:
        return form.fail("price_fen", fault.message()), None, []


def _rates(flows: list[tuple[date | None, int]], every_months: int) -> dict:
    """The rate, what it is a year, and each payment's worth today at it. Raises: NoRate."""
    amounts = [fen for _day, fen in flows]
    if flows[0][0] is not None:
        flows = sorted(flows)
        rate = dated_rate(flows)
        worth, found = dated_worths(rate, flows), {"period": None, "nominal": None, "effective": rate}
    else:
        rate, yearly = internal_rate(amounts), 12 / every_months
        worth = worths(rate, amounts)
        found = {"period": rate, "nominal": rate * yearly, "effective": (1 + rate) ** yearly - 1}
    rows = [(n, day, fen, round(now)) for n, ((day, fen), now) in enumerate(zip(flows, worth, strict=True))]
    several = sign_changes([fen for _day, fen in flows]) > 1
    return {**found, "rows": rows, "sum": sum(amounts), "left": round(sum(worth)), "several": several}


def _drawn(answer: Answer) -> Chart:
    """Both costs so far, discounted, month by month."""
    months, buy, lease = zip(*answer.path, strict=True)
    return chart([buy, lease], months)
