"""What of a result is told to whom: the notice for everybody, a bidder's own share, and the buyer's whole order."""

from dataclasses import dataclass
from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Organisation
from marketplace.awarding import labels, queries, rules
from marketplace.awarding.models import Award, Ranking
from marketplace.procurement import queries as procurements
from marketplace.procurement.models import Lot, LotStatus, Procurement


@dataclass(frozen=True)
class LotNotice:
    """One lot of the notice: its awards, living and ended, with the winners."""

    lot: Lot
    awards: list[tuple[Award, Organisation]]


@dataclass(frozen=True)
class Notice:
    """The fields of a result notice (政府采购法实施条例第43条)."""

    buyer: Organisation
    lots: list[LotNotice]
    judges: list[str]

    @property
    def published(self) -> bool:
        """Whether there is anything to tell yet."""
        return any(one.awards or one.lot.status == LotStatus.FAILED for one in self.lots)

    @property
    def announced_at(self) -> Any:
        """When the first award was announced; None without one."""
        return min((award.announced_at for one in self.lots for award, _org in one.awards), default=None)


@dataclass(frozen=True)
class OwnLot:
    """How a bidder fared in one lot: its own row of the conclusion, the sentence about it, its own awards."""

    lot: Lot
    row: dict[str, Any] | None
    sentence: str
    awards: list[Award]


def notice_of(procurement: Procurement) -> Notice:
    """The notice. It reads no opened quote: what is published of an award was frozen with it."""
    lots = procurements.lots_of(procurement.id)
    awards = {lot.id: queries.awards_of(lot.id) for lot in lots}
    orgs = queries.names([award.supplier_id for rows in awards.values() for award in rows])
    judges = [user.name for member, user in queries.members_of(procurement.id) if rules.is_judging(member)]
    found = [LotNotice(lot, [(award, orgs[award.supplier_id]) for award in awards[lot.id]]) for lot in lots]
    return Notice(accounts.organisation(procurement.owner_id), found, judges)


def own_view(procurement: Procurement, supplier_id: int | None) -> list[OwnLot] | None:
    """A bidder's own result, lot by lot, once one is awarded or failed; None for who did not bid."""
    if supplier_id is None or supplier_id not in queries.bidder_ids(procurement.id):
        return None
    found = []
    for lot in procurements.lots_of(procurement.id):
        awards = queries.awards_of(lot.id)
        ranking = _told(lot, awards)
        row = next((r for r in ranking.rows if r["supplier_id"] == supplier_id), None) if ranking else None
        own = [award for award in awards if award.supplier_id == supplier_id]
        found.append(OwnLot(lot, row, _sentence(row, awards, own), own))
    return found


def order_of(procurement: Procurement) -> list[tuple[Lot, Ranking, dict[int, str]]]:
    """The buyer's full view: the conclusion of each lot with the suppliers' names by opened quote."""
    found = []
    for lot in procurements.lots_of(procurement.id):
        for ranking in queries.rankings_of(lot.id)[:1]:
            names = queries.names([row["supplier_id"] for row in ranking.rows])
            found.append(
                (lot, ranking, {row["opened_quote_id"]: names[row["supplier_id"]].name for row in ranking.rows})
            )
    return found


def _told(lot: Lot, awards: list[Award]) -> Ranking | None:
    """The conclusion bidders were told of: that of the newest award."""
    return queries.ranking(awards[-1].ranking_id) if awards else None


def _sentence(row: dict[str, Any] | None, awards: list[Award], own: list[Award]) -> str:
    living = rules.living(awards)
    if row is None or not living or rules.living(own):
        return ""
    return labels.not_first(row, {"place": min(award.place for award in living)})
