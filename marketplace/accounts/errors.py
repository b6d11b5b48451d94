"""What the accounts room refuses, and why."""

from flask_babel import gettext as _

from marketplace.kit.errors import Refusal


class EmailTaken(Refusal):
    """An account with this e-mail exists."""

    code = "email-taken"

    def message(self) -> str:
        """The sentence shown."""
        return _("该邮箱已注册。请直接登录,或用“忘记密码”找回。")


class AlreadyRegistered(Refusal):
    """An organisation with this 统一社会信用代码 exists; `details["organisation_id"]` leads to asking to join."""

    code = "organisation-registered"

    def message(self) -> str:
        """The sentence shown."""
        return _("该统一社会信用代码已有单位登记。若是贵单位,请申请加入,由其管理员确认。")


class LastAdministrator(Refusal):
    """An organisation must keep one administrator."""

    code = "last-administrator"

    def message(self) -> str:
        """The sentence shown."""
        return _("这是本单位最后一位管理员,请先指定另一位管理员。")


class DeadLink(Refusal):
    """A mailed link is unknown, used up or too old."""

    status = 410
    code = "dead-link"

    def message(self) -> str:
        """The sentence shown."""
        return _("链接已失效或已使用过。请重新申请。")


class AlreadyMember(Refusal):
    """The person belongs to the organisation already, or has asked already."""

    code = "already-member"

    def message(self) -> str:
        """The sentence shown."""
        return _("您已是该单位成员,或申请正在等待确认。")


class WeakPassword(Refusal):
    """The password is commonly used, or made of what is known about its owner."""

    status = 422
    code = "weak-password"

    def message(self) -> str:
        """The sentence shown."""
        return _("密码过于常见或包含您的邮箱、姓名,请换一个。")


class WrongPassword(Refusal):
    """The password does not open the person's key."""

    status = 422
    code = "wrong-password"

    def message(self) -> str:
        """The sentence shown."""
        return _("密码不正确,请重新输入。如已忘记,可用“忘记密码”重新设置。")


class KeyMissing(Refusal):
    """The person has no key yet, or this session does not hold it: it began before the person had one."""

    code = "key-missing"

    def message(self) -> str:
        """The sentence shown."""
        return _("您的个人密钥尚未就绪。请退出后重新登录一次。")


class ReasonMissing(Refusal):
    """A decision against somebody needs a reason they can act on."""

    status = 422
    code = "reason-missing"

    def message(self) -> str:
        """The sentence shown."""
        return _("请写明理由,对方将据此修改。")


class NotReady(Refusal):
    """The person's e-mail is not verified or the organisation is not approved yet."""

    status = 403
    code = "not-ready"

    def message(self) -> str:
        """The sentence shown."""
        return _("单位审核通过后即可使用此功能。")
