"""What importing reference data refuses."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal


class BadReferenceFile(Refusal):
    """A reference file cannot be taken over; `details` names the file, the line and the fault."""

    status = 422
    code = "bad-reference-file"

    def message(self) -> str:
        """The sentence shown."""
        return _("%(file)s 第 %(line)s 行:%(fault)s", **self.details)
