"""Insurance (保险): a premium for every policy year, paid before cover begins."""

from datetime import date
from typing import Literal

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import terms as made
from marketplace.arrangements.terms import ArrangementKind, Charge, term

COVERS = {
    "work_safety": _("安全生产责任保险"), "quality": _("产品质量保证保险"), "liability": _("产品责任保险"),
    "first_set": _("首台(套)综合保险"), "property": _("财产保险"), "accident": _("人身意外伤害保险"),
}  # fmt: skip


class Terms(made.Terms):
    """A policy lasts a year; the last may begin inside the term and run beyond it."""

    kind: Literal["insurance"] = Field("insurance")
    months: int = term(_("投保期限"), 12, by="buyer", unit=_("个月"), ge=1, le=made.MAX_MONTHS)
    cover: Literal["work_safety", "quality", "liability", "first_set", "property", "accident"] = term(
        _("险种"), "work_safety", by="buyer", options=COVERS
    )
    insured_fen: made.Yuan = term(_("保险金额(责任限额)"), ..., by="buyer", unit=_("元"), gt=0)
    deductible_fen: made.Yuan = term(_("每次事故免赔额"), 0, unit=_("元"))
    claim_days: int = term(_("资料齐全后赔付期限"), 30, unit=_("天"), ge=1, le=60)
    prevention_visits: int = term(_("每年事故预防服务"), 0, unit=_("次"), ge=0, le=366)


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """A premium at the start of every policy year."""
    years = made.years_begun(terms.months)
    return made.paid([
        Charge(made.months_after(start, 12 * n), lines_fen, gettext("第 %(n)s 年保费", n=n + 1), "premium")
        for n in range(years)
    ])  # fmt: skip


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """Yearly premium × policy years begun in the period: policies are bought by the year."""
    return lines_fen * made.years_begun(months)


def duties(terms: Terms) -> list[str]:
    """Who does what; prevention is the insurer's duty for 安责险: 应急〔2025〕27号."""
    said = [
        gettext("承保方:资料齐全后 %(n)s 天内赔付。", n=terms.claim_days),
        gettext("投保方:按时交费,如实告知,出险及时报案。"),
    ]
    if terms.prevention_visits:
        said.insert(0, gettext("承保方:每年提供 %(n)s 次事故预防服务。", n=terms.prevention_visits))
    return said


def at_end(terms: Terms) -> str:
    """What happens at the end."""
    return gettext("保单到期责任终止;如需继续保障,须在到期前续保。")


KIND = ArrangementKind(
    "insurance", "year", Terms, charges, comparable_fen, duties, at_end, _("附带或单独投保"), ("buyer", "insurer")
)
