"""Explained matching of institutions' products: every offered product of the subject judged against one application."""

from datetime import datetime

from marketplace.accounts import queries as accounts
from marketplace.financing import queries, rules
from marketplace.financing.models import FinanceApplication, Origin
from marketplace.financing.rows import Fit, Offered
from marketplace.financing.rules import SUBJECTS, Facts, Standing
from marketplace.kit import clock
from marketplace.parks import queries as parks
from marketplace.taxonomy import queries as taxonomy

_ORDER = (Standing.FITS, Standing.OPEN, Standing.UNFIT)


def facts_of(row: FinanceApplication, at: datetime) -> Facts:
    """What is known of an application and its owner now."""
    owner, tenancy = accounts.organisation(row.owner_id), parks.tenancy_of(row.owner_id)
    nodes = [taxonomy.class_(item["class_code"]) for item in row.items]
    return Facts(
        wanted=tuple(row.wanted), applicant=owner.kind.value, province=row.province,
        classes=tuple(node.path if node else None for node in nodes), amount_fen=row.amount_fen, months=row.months,
        years=rules.years_since(row.founded_on, clock.local(at).date()), people=row.people,
        base=tenancy.status.value if tenancy else "", order=row.origin in (Origin.CONTRACT, Origin.AWARD),
    )  # fmt: skip


def fit_of(row: FinanceApplication, offered: Offered, at: datetime) -> Fit:
    """One product against one application."""
    return Fit(offered, rules.judge(offered.product.kind, offered.product.eligibility, facts_of(row, at)))


def fits_for(row: FinanceApplication, at: datetime) -> list[Fit]:
    """All products of the application's subject: those that fit, those with questions (fewest first), those that do not
    and why. Nobody pays for a place: within these, the order is that of the listings."""
    facts = facts_of(row, at)
    sent = {one.product_id for one in queries.submissions_of(row.id)} if row.id else set()
    offered = queries.offered_products(SUBJECTS[row.subject], but_not=row.owner_id)
    fits = [
        Fit(one, rules.judge(one.product.kind, one.product.eligibility, facts), one.product.id in sent)
        for one in offered
    ]
    return sorted(
        fits, key=lambda fit: (_ORDER.index(fit.standing), len(fit.missed), len(fit.questions), fit.offered.product.id)
    )
