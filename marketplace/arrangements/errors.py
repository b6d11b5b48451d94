"""What the calculators refuse."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal


class TooSmallToSpread(Refusal):
    """Rounded to the fen, the amount cannot be spread over so many periods."""

    status = 422
    code = "too-small-to-spread"

    def message(self) -> str:
        """The sentence shown."""
        return _("金额太小,无法按此期数分摊到分。请增大金额或减少期数。")


class NoRate(Refusal):
    """No rate makes these payments balance, or none that can be told apart."""

    status = 422
    code = "no-rate"

    def message(self) -> str:
        """The sentence shown."""
        return _("算不出内部收益率:现金流须既有支出(负数)又有收入(正数),且相差不悬殊。")
