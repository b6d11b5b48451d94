"""Bundles (产品+服务、产品+保险…): built from a product that is bought or leased and the parts that go with it."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.arrangements import terms as made
from marketplace.arrangements.kinds import finance_lease, operating_lease, purchase
from marketplace.arrangements.kinds import insurance as covering
from marketplace.arrangements.kinds import service as serving
from marketplace.arrangements.terms import ArrangementKind, Charge, Per, term

PRODUCTS = {kind.code: kind for kind in (purchase.KIND, operating_lease.KIND, finance_lease.KIND)}
WAYS = {"purchase": _("采购"), "operating_lease": _("经营租赁"), "finance_lease": _("融资租赁")}
EXTRAS = {"service": serving.KIND, "insurance": covering.KIND}
Product = Annotated[purchase.Terms | operating_lease.Terms | finance_lease.Terms, Field(discriminator="kind")]


class Terms(made.Terms):
    """The product's terms, and for each extra its terms and its own price; a price of 0 is within the product's."""

    product: Product = term(_("产品"), default_factory=purchase.Terms, options=WAYS)

    @property
    def priced_per(self) -> Per:
        """What a unit price of the product is for."""
        return PRODUCTS[self.product.kind].priced_per


class WithService(Terms):
    """A product with its maintenance."""

    service: serving.Terms = term(_("服务"), default_factory=serving.Terms)
    service_fen: made.Yuan = term(
        _("服务价"), ..., unit=_("元"), hint=_("按服务的计价方式:每年或每次;含在产品价内填 0")
    )


class WithInsurance(Terms):
    """A product with its cover."""

    insurance: covering.Terms = term(_("保险"), ...)
    insurance_fen: made.Yuan = term(_("每年保费"), ..., unit=_("元"), hint=_("含在产品价内填 0"))


def of(code: str, terms: type[Terms], hint: Any) -> ArrangementKind:
    """The kind whose payments, comparison, duties and end are those of its parts together."""
    roles = {"service": "service_provider", "insurance": "insurer"}
    extras = tuple(role for name, role in roles.items() if name in terms.model_fields)
    return ArrangementKind(
        code, "once", terms, charges, comparable_fen, duties, at_end, hint, ("buyer", "supplier", "lessor", *extras)
    )


def parts(terms: Terms, lines_fen: int) -> list[tuple[ArrangementKind, made.Terms, int]]:
    """Each part's kind, terms and amount; the product first."""
    found = [(PRODUCTS[terms.product.kind], terms.product, lines_fen)]
    for name, kind in EXTRAS.items():
        if name in type(terms).model_fields:
            found.append((kind, getattr(terms, name), getattr(terms, f"{name}_fen")))
    return found


def charges(terms: Terms, lines_fen: int, start: date) -> list[Charge]:
    """What every part charges, by day, each charge marked with its part."""
    raised = [
        replace(charge, part=kind.code)
        for kind, own, fen in parts(terms, lines_fen)
        for charge in kind.charges(own, fen, start)
    ]
    return made.paid(raised)


def comparable_fen(terms: Terms, lines_fen: int, months: int) -> int:
    """The sum of what the parts cost over the period, each by its own kind."""
    return sum(kind.comparable_fen(own, fen, months) for kind, own, fen in parts(terms, lines_fen))


def duties(terms: Terms) -> list[str]:
    """Who does what, part by part."""
    return list(dict.fromkeys(duty for kind, own, _fen in parts(terms, 0) for duty in kind.duties(own)))


def at_end(terms: Terms) -> str:
    """What happens at the end of each part."""
    said = [(kind.code, kind.at_end(own)) for kind, own, _fen in parts(terms, 0)]
    heads = {"service": gettext("服务:"), "insurance": gettext("保险:")}
    return "".join(heads.get(code, gettext("产品:")) + text for code, text in said)
