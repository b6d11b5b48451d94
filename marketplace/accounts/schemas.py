"""Shapes that come in through the accounts pages."""

from typing import Annotated

from flask_babel import gettext as _
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from marketplace.accounts import rules
from marketplace.accounts.errors import WeakPassword
from marketplace.accounts.models import OrganisationKind, Role
from marketplace.kit.forms import Form

# Plain addresses only: quoted, commented or non-ASCII ones are lawful, but mail servers and libraries stumble on them.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
EMAIL = rf"^{_ATOM}(\.{_ATOM})*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$"


def _lower(text: object) -> object:
    return text.strip().lower() if isinstance(text, str) else text


def _uscc(text: str) -> str:
    code = rules.clean_uscc(text)
    if not rules.is_uscc_shaped(code):
        raise ValueError(_("统一社会信用代码应为 18 位数字和大写字母(不含 I、O、S、V、Z)。"))
    return code


def _web(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError(_("网址应以 http:// 或 https:// 开头。"))
    return text


Email = Annotated[str, BeforeValidator(_lower), StringConstraints(max_length=254, pattern=EMAIL)]
Uscc = Annotated[str, AfterValidator(_uscc)]
Password = Annotated[str, StringConstraints(min_length=10, max_length=128, strip_whitespace=False)]
KnownPassword = Annotated[str, StringConstraints(max_length=128, strip_whitespace=False)]


class NewPerson(Form):
    """Who registers."""

    email: Email
    name: str = Field(min_length=1, max_length=60)
    phone: str = Field(default="", max_length=30)
    password: Password

    @field_validator("password")
    @classmethod
    def _strong(cls, password: str, info: ValidationInfo) -> str:
        if rules.is_weak_password(password, info.data.get("email", ""), info.data.get("name", "")):
            raise ValueError(WeakPassword().message())
        return password


class OrganisationDetails(Form):
    """What an organisation tells about itself."""

    name: str = Field(min_length=4, max_length=120)
    name_en: str = Field(default="", max_length=160)
    province: str = Field(min_length=1, max_length=30)
    city: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=200)
    website: Annotated[str, AfterValidator(_web)] = Field(default="", max_length=200)
    contact_name: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=30)
    about: str = Field(default="", max_length=4000)


class NewOrganisation(OrganisationDetails):
    """An organisation that registers; operators are never made this way."""

    kind: OrganisationKind
    uscc: Uscc

    @model_validator(mode="after")
    def _no_operator(self) -> "NewOrganisation":
        if self.kind == OrganisationKind.OPERATOR:
            raise ValueError(_("请从列出的选项中选择。"))
        return self


class SignIn(Form):
    """E-mail and password."""

    email: Annotated[str, BeforeValidator(_lower)] = Field(max_length=254)
    password: KnownPassword
    code: str = Field(default="", max_length=10)


class AskReset(Form):
    """Whose password is forgotten."""

    email: Email


class NewPassword(Form):
    """A new password."""

    password: Password


class ChangePassword(NewPassword):
    """A new password by somebody who knows the old one."""

    current: KnownPassword


class Invite(Form):
    """Who is invited, as what."""

    email: Email
    role: Role = Role.MEMBER


class Decision(Form):
    """An operator's or administrator's decision with its reason."""

    decision: str = Field(max_length=32)
    reason: str = Field(default="", max_length=1000)
