"""The desk's side menu: what each role works with, in groups."""

from flask import url_for
from flask_babel import gettext as _

from marketplace.accounts.permissions import RUN_PLATFORM, is_buyer
from marketplace.kit.permissions import Actor, can, current_actor
from marketplace.matching import queries as matching
from marketplace.matching.permissions import SEE_OPPORTUNITIES
from marketplace.pages.saved import SAVE
from marketplace.parks import queries as parks

Group = tuple[str, list[tuple[str, str]]]


def menu() -> list[Group]:
    """Groups of (words, address) under a heading; the first has none."""
    actor = current_actor()
    if actor is None:
        return []
    own = [(_("通知"), "/inbox"), (_("单位资料"), "/organisation")]
    if can(SAVE):
        own.insert(0, (_("我的收藏搜索"), "/desk/searches"))
    groups = [
        ("", [(_("工作台"), "/desk")]),
        *_selling(actor),
        *_buying(actor),
        *_financing(),
        *_money(),
        *_park(actor),
        *_keeping(),
        (_("我的"), own),
    ]
    return [group for group in groups if group[1]]


def _selling(actor: Actor) -> list[Group]:
    if not can("listing.see_own"):
        return []
    supply = [
        (_("我的供给"), "/desk/listings"),
        (_("批量导入"), "/desk/listings/import"),
        (_("证书"), "/desk/certificates"),
    ]
    demand = []
    if can(SEE_OPPORTUNITIES):
        new = matching.new_opportunities(actor.organisation_id)
        demand.append((_("商机(%(n)s)", n=new) if new else _("商机"), url_for("matching.opportunity_list")))
    demand += [
        (_("邀请与关注的需求"), "/my/invited-needs"),
        (_("收到的询价"), "/desk/inquiries"),
        (_("技术、融资需求"), "/needs/mine"),
    ]
    deals = [(_("采购公告"), "/tenders"), (_("我的报价"), "/quotes"), (_("合同与交付"), "/contracts")]
    return [(_("供给"), supply), (_("商机"), demand), (_("报价与合同"), deals)]


def _buying(actor: Actor) -> list[Group]:
    if not is_buyer(actor):
        return []
    needs = [
        (_("采购需求"), "/needs/mine"),
        (_("突发事件"), "/incidents"),
        (_("询价篮"), "/basket"),
        (_("我的询价单"), "/requests"),
    ]
    deals = [
        (_("采购项目"), "/procurements"),
        (_("开启任务"), "/my/appointments"),
        (_("评审任务"), "/panels"),
        (_("合同与验收"), "/contracts"),
    ]
    return [(_("需求与询价"), needs), (_("采购与合同"), deals)]


def _financing() -> list[Group]:
    """Applications for money and cover; what institutions received; agreements with others."""
    found = [
        (_("收到的申请"), "/financing/inbox", "financing.inbox"), (_("产品准入与条款"), "/financing/products", "financing.products"),
        (_("融资与保险申请"), "/financing/applications", "financing.see"), (_("联合体协议"), "/consortia", "consortium.see"),
    ]  # fmt: skip
    return [(_("金融与保险"), [(text, url) for text, url, may in found if can(may)])]


def _money() -> list[Group]:
    """What one owes and is owed; operators reconcile instead."""
    if not can("payments.see") or can(RUN_PLATFORM):
        return []
    return [(_("资金"), [(_("应付与应收"), "/payments")])]


def _park(actor: Actor) -> list[Group]:
    base = parks.base_of_staff(actor.organisation_id) if actor.kind == "park" else None
    return [(_("园区"), [(_("本基地"), url_for("parks.base", base_id=base.id))])] if base else []


def _keeping() -> list[Group]:
    if not can(RUN_PLATFORM):
        return []
    review = [
        (_("单位审核"), "/operations/organisations"),
        (_("供给审核"), "/operations/listings"),
        (_("合同争议"), "/operations/disputes"),
    ]
    rules = [
        (_("采购程序"), "/operations/procedures"),
        (_("工作日历"), "/operations/calendar"),
        (_("突发事件"), "/operations/incidents"),
        (_("询价统计"), "/operations/requests"),
        (_("金融保险统计"), "/operations/financing"),
    ]
    machine = [
        (_("支付与对账"), "/operations/payments"),
        (_("搜索索引"), "/operations/search"),
        (_("定时任务"), "/operations/jobs"),
        (_("邮件发送"), "/operations/mails"),
        (_("操作记录"), "/operations/audit"),
    ]
    return [(_("审核与处理"), review), (_("规则与统计"), rules), (_("运行"), machine)]
