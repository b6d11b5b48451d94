"""What the procedures room refuses."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal


class BadProcedureFile(Refusal):
    """A shipped file says something a procedure cannot be; `details` name the file and the fault."""

    code = "bad-procedure-file"

    def message(self) -> str:
        """The sentence shown."""
        return _("采购程序文件有误:%(file)s,%(fault)s", **self.details)


class CodeTaken(Refusal):
    """Another procedure has this code."""

    code = "procedure-code-taken"

    def message(self) -> str:
        """The sentence shown."""
        return _("这个代码已被其他采购程序使用。")


class WarningsUnread(Refusal):
    """A version with warnings is put in use only by somebody who says so."""

    status = 422
    code = "procedure-warnings"

    def message(self) -> str:
        """The sentence shown."""
        return _("本版本有提醒事项,请先确认已知悉再启用。")


class StillNeeded(Refusal):
    """The quick inquiry takes its numbers from this procedure; there must always be one in use."""

    code = "procedure-needed"

    def message(self) -> str:
        """The sentence shown."""
        return _("市场询价的时限取自本程序,不能停用;可以修改后启用新版本。")


class DayTaken(Refusal):
    """Somebody has entered the day at this very moment."""

    code = "calendar-day-taken"

    def message(self) -> str:
        """The sentence shown."""
        return _("这些日期中有的刚刚被他人录入,请刷新后再试。")
