"""Refusals of matching."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal


class NotAMatch(Refusal):
    """A decision about a listing that was never judged for this need."""

    status = 422
    code = "not-a-match"

    def message(self) -> str:
        """What to do instead."""
        return _("这件供给不在本需求的匹配结果中,请先重新匹配。")


class ReasonMissing(Refusal):
    """A listing was put aside without saying why."""

    status = 422
    code = "reason-missing"

    def message(self) -> str:
        """What to do instead."""
        return _("请写明排除的原因,以备日后说明。")


class NotMatchedYet(Refusal):
    """Nothing has been judged for this need."""

    status = 409
    code = "not-matched-yet"

    def message(self) -> str:
        """What to do instead."""
        return _("这项需求还没有匹配结果,请先点“开始匹配”。")
