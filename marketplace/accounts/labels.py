"""How kinds, states and roles read."""

from flask_babel import gettext as _

from marketplace.accounts.models import OrganisationKind, OrganisationStatus, Role


def kind(code: str) -> str:
    """An organisation's kind in words."""
    return {
        OrganisationKind.SUPPLIER: _("供应企业"),
        OrganisationKind.BUYER: _("采购单位"),
        OrganisationKind.PARK: _("园区管理机构"),
        OrganisationKind.INSTITUTION: _("金融保险机构"),
        OrganisationKind.OPERATOR: _("平台运营"),
    }[OrganisationKind(code)]


def open_kinds() -> list[tuple[str, str]]:
    """The kinds one may register as."""
    return [(str(code), kind(code)) for code in OrganisationKind if code != OrganisationKind.OPERATOR]


def status(code: str) -> tuple[str, str]:
    """An organisation's state in words, with the tone it is shown in."""
    return {
        OrganisationStatus.IN_REVIEW: (_("待审核"), "wait"),
        OrganisationStatus.RETURNED: (_("已退回修改"), "wait"),
        OrganisationStatus.APPROVED: (_("已通过"), "ok"),
        OrganisationStatus.REJECTED: (_("未通过"), "bad"),
        OrganisationStatus.SUSPENDED: (_("已暂停"), "bad"),
    }[OrganisationStatus(code)]


def role(code: str) -> str:
    """A role in words."""
    return {Role.ADMIN: _("管理员"), Role.MEMBER: _("经办人"), Role.VIEWER: _("只读")}[Role(code)]


def roles() -> list[tuple[str, str]]:
    """All roles with what they may do."""
    return [
        (Role.MEMBER, _("经办人:可办理业务")),
        (Role.ADMIN, _("管理员:另可管理资料与成员")),
        (Role.VIEWER, _("只读:只能查看")),
    ]
