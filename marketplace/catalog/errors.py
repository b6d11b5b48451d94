"""What the catalog refuses, and why."""

from flask_babel import gettext as _

from marketplace.kit.errors import NotFound, Refusal


class ListingIncomplete(Refusal):
    """Something needed for publication is missing; `details["missing"]` names the labels."""

    status = 422
    code = "listing-incomplete"

    def message(self) -> str:
        """The sentence shown."""
        return _("还缺少以下内容,补充后即可提交:%(names)s", names="、".join(self.details.get("missing", ())))


class NotPublicThen(NotFound):
    """The listing was not public on the day asked for."""

    code = "not-public-then"

    def message(self) -> str:
        """The sentence shown."""
        return _("该日期没有公开的版本。")


class ReferenceTaken(Refusal):
    """The supplier uses this number of its own for another listing."""

    code = "reference-taken"

    def message(self) -> str:
        """The sentence shown."""
        return _("此货号已用于本单位的另一条信息,请核对。")


class TooManyImages(Refusal):
    """The gallery is full."""

    status = 422
    code = "too-many-images"

    def message(self) -> str:
        """The sentence shown."""
        return _("每条信息最多 %(n)s 张图片,请先删除一张。", n=self.details.get("limit", ""))


class AlreadyImported(Refusal):
    """The previewed file was imported or put aside before."""

    code = "already-imported"

    def message(self) -> str:
        """The sentence shown."""
        return _("这份文件已经导入或已放弃,没有重复导入。")


class RowsFaulty(Refusal):
    """The file has faulty rows and the supplier wanted all or nothing."""

    status = 422
    code = "rows-faulty"

    def message(self) -> str:
        """The sentence shown."""
        return _(
            "有 %(n)s 行有误,未导入任何内容。请修改后重新上传,或选择只导入正确的行。", n=self.details.get("count", "")
        )


class UnreadableTable(Refusal):
    """The file cannot be read as a table; `details["why"]` is the sentence."""

    status = 422
    code = "unreadable-table"

    def message(self) -> str:
        """The sentence shown."""
        return str(self.details.get("why", _("无法读取文件。")))
