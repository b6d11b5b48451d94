"""What each finding is: how grave, which row of the procurement rules it rests on, and what the writer is told."""

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import gettext as _

from marketplace.needs.linting_shapes import Severity

FORBIDDEN, QUESTIONABLE, ADVICE = Severity.FORBIDDEN, Severity.QUESTIONABLE, Severity.ADVICE


class Code(NamedTuple):
    """A kind of finding; `say` makes its sentence from what was found, in the reader's language."""

    severity: Severity
    rule_id: str
    say: Callable[..., str]


def _too_short(q: str, least: str, working_days: bool, **_v: str) -> str:
    if working_days:
        return _(
            "截止日 %(q)s 距今天不足 %(least)s 个工作日,少于该采购方式的法定最短时间(法定节假日不计入)。请推迟截止日。",
            q=q, least=least,
        )  # fmt: skip
    return _("截止日 %(q)s 距今天不足 %(least)s 日,少于该采购方式的法定最短时间。请推迟截止日。", q=q, least=least)


# A sentence is made when somebody reads it, so each stands in a function.
CODES: dict[str, Code] = {
    "brand.named": Code(
        FORBIDDEN, "fair.brand",
        lambda q, **_v: _("“%(q)s”指定了品牌。请改写为性能指标;确需举例时,列出三个以上品牌并注明“或相当于”。", q=q),
    ),
    "brand.model": Code(
        FORBIDDEN, "fair.points",
        lambda q, **_v: _("“%(q)s”指定了具体型号,只有一家的产品能满足。请改写为该型号所代表的性能指标,并注明“或相当于”。", q=q),
    ),
    "brand.famous": Code(
        QUESTIONABLE, "fair.brand",
        lambda q, **_v: _("“%(q)s”没有客观标准,容易指向特定品牌。请删去,改写为质量、性能和质保方面的具体指标。", q=q),
    ),
    "maker.proof": Code(
        FORBIDDEN, "maker.proof",
        lambda q, **_v: _("非进口货物不得要求“%(q)s”。请改为由供应商自己承诺质保期限、备件供应和售后响应时间。", q=q),
    ),
    "maker.only": Code(
        FORBIDDEN, "maker.proof",
        lambda q, **_v: _("“%(q)s”把其他供应商排除在外。请允许生产企业和经销企业都来参加,对产品质量提出要求即可。", q=q),
    ),
    "supplier.named": Code(
        FORBIDDEN, "fair.brand",
        lambda q, **_v: _("“%(q)s”指定了供应商。请删去单位名称,改写为产品或服务应达到的指标。", q=q),
    ),
    "place.local": Code(
        FORBIDDEN, "fair.place",
        lambda q, **_v: _("“%(q)s”限定或偏向本地供应商。请删去地域条件;如为保障服务,请写明响应时间,如“2 小时内到达现场”。", q=q),
    ),
    "place.registered": Code(
        FORBIDDEN, "fair.place",
        lambda q, **_v: _("“%(q)s”限定了供应商的注册地。请删去;全国供应商均可参加,可写明服务响应时间。", q=q),
    ),
    "place.branch": Code(
        FORBIDDEN, "fair.entry",
        lambda q, **_v: _("参加采购前不得要求在当地“%(q)s”,也不得因此加分。请改为写明服务响应时间,或要求成交后提供本地化服务。", q=q),
    ),
    "place.distance": Code(
        QUESTIONABLE, "fair.place",
        lambda q, **_v: _("“%(q)s”等于限定供应商所在地。请改为写明到达现场或送达的时间要求。", q=q),
    ),
    "scale.size": Code(
        FORBIDDEN, "scale.size",
        lambda q, **_v: _("“%(q)s”属于企业规模条件,不得作为资格要求或评分内容。请删去,改为与履约直接相关的设备、人员等要求。", q=q),
    ),
    "scale.years": Code(
        FORBIDDEN, "scale.years",
        lambda q, **_v: _("“%(q)s”以成立或经营年限设置门槛,新成立的企业也有权参加。请删去。", q=q),
    ),
    "owner.form": Code(
        FORBIDDEN, "fair.owner",
        lambda q, **_v: _("“%(q)s”按所有制、规模或组织形式区别对待供应商。请删去;依法专门面向中小企业采购的除外。", q=q),
    ),
    "owner.legal_person": Code(
        QUESTIONABLE, "fair.form",
        lambda q, **_v: _("“%(q)s”会排除其他组织和自然人。建议改为“具有独立承担民事责任的能力”。", q=q),
    ),
    "award.region": Code(
        FORBIDDEN, "fair.award",
        lambda q, **_v: _("“%(q)s”以特定地区的业绩或奖项为条件。请改为“同类项目业绩”,不限地区。", q=q),
    ),
    "award.industry": Code(
        FORBIDDEN, "fair.award",
        lambda q, **_v: _("“%(q)s”以特定行业的业绩或奖项为条件。请改为与采购标的同类的业绩,不限行业。", q=q),
    ),
    "award.count": Code(
        QUESTIONABLE, "fair.perf",
        lambda q, limit, **_v: _("“%(q)s”:业绩作为资格条件时一般不超过 %(limit)s 个,并应写明同类业务的范围;创新产品不得要求业绩。", q=q, limit=limit),
    ),
    "award.sum": Code(
        QUESTIONABLE, "scale.size",
        lambda q, **_v: _("“%(q)s”对业绩的合同金额设门槛,可能变相限制企业规模。请删去金额,只写同类业务的范围。", q=q),
    ),
    "score.grades": Code(
        FORBIDDEN, "score.quant",
        lambda q, **_v: _("“%(q)s”只分优良中差,没有写明各档的标准。请为每一档写明可核对的条件或数值区间,并对应固定分值。", q=q),
    ),
    "score.discretion": Code(
        FORBIDDEN, "score.quant",
        lambda q, **_v: _("“%(q)s”由评审人员自由裁量。请写明满足什么条件得几分。", q=q),
    ),
    "score.adjective": Code(
        QUESTIONABLE, "score.quant",
        lambda q, **_v: _("“%(q)s”没有量化标准。请写明包含哪些内容、每项几分,或缺少一项扣几分。", q=q),
    ),
    "words.vague": Code(
        QUESTIONABLE, "need.quant",
        lambda q, **_v: _("“%(q)s”无法检验。请改写为可测量的数值或应执行的标准号。", q=q),
    ),
    "cert.voluntary": Code(
        QUESTIONABLE, "qual.needed",
        lambda q, **_v: _("“%(q)s”不是法律规定必须具备的资质,一般不应作为必须满足的条件。请删去,或说明与履约的直接关系;强制认证和行政许可可以要求。", q=q),
    ),
    "cert.credit": Code(
        QUESTIONABLE, "qual.needed",
        lambda q, **_v: _("“%(q)s”由商业机构评定,与规模挂钩,不宜作为条件或加分。请改为查询“信用中国”和中国政府采购网的失信记录。", q=q),
    ),
    "entry.list": Code(
        FORBIDDEN, "fair.entry",
        lambda q, **_v: _("不得以进入“%(q)s”作为参加采购的条件(框架协议等另有规定的除外)。请删去。", q=q),
    ),
    "entry.attend": Code(
        FORBIDDEN, "fair.attend",
        lambda q, **_v: _("“%(q)s”:法定代表人可以委托他人办理。请补充“或其授权代表”。", q=q),
    ),
    "goods.import": Code(
        QUESTIONABLE, "goods.import",
        lambda q, **_v: _("“%(q)s”:采购进口产品须先经核准,且不得排斥满足需求的国产产品。已核准的请注明;否则请删去。", q=q),
    ),
    "docs.sample": Code(
        QUESTIONABLE, "docs.sample",
        lambda q, **_v: _("“%(q)s”:一般不得要求提供样品。确有必要的,请写明样品制作标准、评审方法和评审标准。", q=q),
    ),
    "docs.fee": Code(
        QUESTIONABLE, "docs.price",
        lambda q, **_v: _("“%(q)s”:电子采购文件应免费提供,纸质文件只能收取制作、邮寄成本。建议改为免费获取。", q=q),
    ),
    "price.min": Code(
        FORBIDDEN, "price.min",
        lambda q, **_v: _("“%(q)s”:可以设最高限价,不得设最低限价。请删去。", q=q),
    ),
    "bond.cash": Code(
        FORBIDDEN, "bond.cash",
        lambda q, **_v: _("“%(q)s”:保证金应以支票、汇票、本票或保函等非现金形式提交,由供应商自行选择。请改正。", q=q),
    ),
    "bond.bid": Code(
        FORBIDDEN, "bond.bid",
        lambda q, limit, **_v: _("“%(q)s”:投标(响应)保证金不得超过预算金额的 %(limit)s%%。请调低,或不收取。", q=q, limit=limit),
    ),
    "bond.perf": Code(
        FORBIDDEN, "bond.perf",
        lambda q, limit, **_v: _("“%(q)s”:履约保证金不得超过合同金额的 %(limit)s%%。请调低,或不收取。", q=q, limit=limit),
    ),
    "pay.condition": Code(
        QUESTIONABLE, "pay.condition",
        lambda q, **_v: _("“%(q)s”把付款系于供应商无法左右的事。请改为“验收合格并收到发票后若干日内支付”。", q=q),
    ),
    "pay.advance": Code(
        QUESTIONABLE, "pay.condition",
        lambda q, **_v: _("“%(q)s”要求供应商先行出资。请删去,按交付和验收进度约定付款。", q=q),
    ),
    "pay.late": Code(
        QUESTIONABLE, "pay.days",
        lambda q, limit, **_v: _("“%(q)s”:向中小企业付款一般应在交付后 %(limit)s 日内。建议缩短。", q=q, limit=limit),
    ),
    "pay.too_late": Code(
        FORBIDDEN, "pay.longest",
        lambda q, limit, **_v: _("“%(q)s”:向中小企业付款最长不得超过 %(limit)s 日。请缩短付款期限。", q=q, limit=limit),
    ),
    "date.zero": Code(
        QUESTIONABLE, "fair.unfit",
        lambda q, **_v: _("“%(q)s”:没有给供应商生产和运输的时间,可能只有已备货的一家能做到。请写明合理的天数;紧急采购请说明理由。", q=q),
    ),
    "date.past": Code(
        QUESTIONABLE, "need.complete",
        lambda q, **_v: _("“%(q)s”已经过去。请改为今天以后的日期。", q=q),
    ),
    "date.impossible": Code(
        QUESTIONABLE, "need.complete",
        lambda q, **_v: _("日历上没有“%(q)s”这一天。请核对日期。", q=q),
    ),
    "date.order": Code(
        QUESTIONABLE, "need.complete",
        lambda q, **_v: _("报价截止日 %(q)s 不早于需要到货的日期,来不及签约和供货。请调整其中一个。", q=q),
    ),
    "date.too_short": Code(
        FORBIDDEN, "open.days",
        _too_short,
    ),
    "numbers.contradict": Code(
        QUESTIONABLE, "need.complete",
        lambda q, **_v: _("“%(q)s”互相矛盾,没有产品能同时满足。请核对后只保留一个。", q=q),
    ),
    "hard.all": Code(
        QUESTIONABLE, "fair.unfit",
        lambda q, count, **_v: _("%(count)s 项要求全部是必须满足(★)的条件,供应商一项不符即被否决。请只保留关系安全和基本功能的几项,其余改为评分或一般要求。", count=count),
    ),
    "exact.combination": Code(
        ADVICE, "fair.points",
        lambda q, count, **_v: _("有 %(count)s 项参数只接受一个数值(如 %(q)s),组合起来可能只有一种产品符合。请尽量改为“不低于”“不高于”或区间。", q=q, count=count),
    ),
    "missing.quantity": Code(ADVICE, "need.parts", lambda **_v: _("没有写数量。请写明数量和单位,便于供应商报价。")),
    "missing.place": Code(ADVICE, "need.parts", lambda **_v: _("没有写交付或服务地点。请写到县(区),便于计算运费。")),
    "missing.date": Code(ADVICE, "need.parts", lambda **_v: _("没有写交付时间。请写明日期,或合同签订后多少天内。")),
    "missing.acceptance": Code(
        ADVICE, "need.accept", lambda **_v: _("没有写验收。请写明由谁、何时、按什么标准验收,覆盖每一项要求。")
    ),
    "missing.budget": Code(
        ADVICE, "budget.disclose", lambda **_v: _("没有写预算。正式采购文件应公开预算金额,设最高限价的还应公开最高限价。")
    ),
    "budget.open_tender": Code(
        ADVICE, "limit.central",
        lambda q, limit, **_v: _("预算 %(q)s 已达到中央单位货物和服务公开招标数额标准(%(limit)s 万元,地方标准可能不同)。如属政府采购且达到当地标准,应公开招标,不得化整为零;采用其他方式须先获批准。", q=q, limit=limit),
    ),
    "budget.survey": Code(
        ADVICE, "need.survey",
        lambda q, limit, **_v: _("预算 %(q)s 已达到 %(limit)s 万元。如属政府采购,应先开展需求调查,调查对象一般不少于 3 个。", q=q, limit=limit),
    ),
    "sme.reserve": Code(
        ADVICE, "sme.reserve",
        lambda limit, **_v: _("预算不超过 %(limit)s 万元。如达到采购限额标准且适宜由中小企业提供,应专门面向中小企业采购,请在文件中写明。", limit=limit),
    ),
}  # fmt: skip
