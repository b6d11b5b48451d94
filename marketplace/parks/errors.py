"""What the parks room refuses."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal


class AlreadyTenant(Refusal):
    """The enterprise belongs to a base already."""

    code = "already-tenant"

    def message(self) -> str:
        """The sentence shown."""
        return _("该企业已属于一个基地。请先结束原有关系。")
