"""What has to be done next with a procurement, in words and with where to do it."""

from flask import url_for
from flask_babel import gettext as _

from marketplace.procurement.overviews import Row
from marketplace.procurement.rules import Phase


def next_step(row: Row) -> tuple[str, str]:
    """The next step of the buyer: (words, address); an empty address when there is nothing to do but wait."""
    here = row.procurement.id
    if row.phase == Phase.COLLECTING and row.unanswered:
        words = _("有 %(n)s 个提问等待答复", n=row.unanswered)
        return words, url_for("procurement.own", procurement_id=here, _anchor="questions")
    return {
        Phase.DRAFT: (_("补齐内容后发布"), url_for("procurement.check", procurement_id=here)),
        Phase.COLLECTING: (_("等待报价截止"), ""),
        Phase.CLOSING: (_("等待开启时间"), ""),
        Phase.TO_OPEN: (_("请开启人到场开启报价"), f"/procurements/{here}/opening"),
        Phase.EVALUATING: (_("组织评审"), f"/procurements/{here}/evaluation"),
        Phase.OBJECTIONS: (_("等待异议期结束"), ""),
        Phase.FINAL: (_("合同与交付见合同页"), "/contracts"),
    }.get(row.phase, ("", ""))
